// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import Rendering

/// The one thing that the operator writes on nodes: a label that keeps the agents' DaemonSet off.
///
/// The DaemonSet's affinity knows it, and an admission policy lets the operator change nothing else.
package enum NodeLabel {
  /// The label that the DaemonSet's affinity excludes.
  package static let label = AgentPlacement.nodeLabel
  /// Its only value.
  package static let value = AgentPlacement.ineligible

  /// What a node's label is to be.
  enum Wish: Hashable, Sendable {
    /// There, with ``NodeLabel/value``.
    case labelled
    /// Not there.
    case bare
    /// It is not known yet, or not decided by anything that can be read: the label is left as it is.
    case undecided
  }

  /// The label as the node has it, whichever writer set it.
  package static func current(_ node: KubernetesObject) -> String? { node[path: "metadata", "labels", label]?.string }

  /// Whether a label is as wished.
  static func suits(_ current: String?, _ wish: Wish) -> Bool {
    switch wish {
    case .labelled: current == value
    case .bare: current == nil
    case .undecided: true
    }
  }

  /// The change that makes a node's label as wished; nil if nothing is wished.
  ///
  /// A merge patch, since it says the end and not the way: it does the same whether or not the node has labels, or this
  /// one, and is no conflict with a kubelet's heartbeat as one with a `resourceVersion` would be every few seconds. The
  /// UID in it makes the server refuse the patch for a successor of the same name. That the label alone changes is seen
  /// by the admission policy in the result, whatever the form of the patch.
  static func patch(_ wish: Wish, uid: String) -> Patch? {
    let value: JSONValue
    switch wish {
    case .labelled: value = .string(Self.value)
    case .bare: value = .null
    case .undecided: return nil
    }
    return .merge(["metadata": ["uid": .string(uid), "labels": [label: value]]])
  }
}
