// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI
import Rendering

/// The nodes that one object asks agents for.
package struct NodePool: Hashable, Sendable {
  /// The relation of a node to a pool.
  package enum Standing: Hashable, Sendable {
    /// The user's selector or tolerations leave it out.
    case notSelected
    /// It is to carry an agent.
    case eligible
    /// It is asked for, but cannot carry the agent.
    case ineligible(Ineligibility)
  }

  /// What the user asks for.
  let nodeSelector: [String: String]
  /// What the DaemonSet asks for, as it is rendered.
  private let placement: PodPlacement
  /// The oldest kernel that will do.
  let floor: KernelVersion
  /// What was found on nodes and still holds, by name.
  var verdicts: [String: NodeVerdict]

  init(
    nodeSelector: [String: String], tolerations: [JSONObject], floor: KernelVersion = .floor(.minimal),
    verdicts: [String: NodeVerdict] = [:]
  ) {
    self.nodeSelector = nodeSelector
    placement = PodPlacement(AgentPlacement.members(nodeSelector: nodeSelector, tolerations: tolerations))
    self.floor = floor
    self.verdicts = verdicts
  }

  package init(_ spec: NodeAgent) {
    self.init(nodeSelector: spec.nodeSelector, tolerations: spec.tolerations, floor: .floor(spec.security.mode))
  }

  /// Whether the user asks for an agent on the node.
  func selects(_ node: NodeView) -> Bool {
    nodeSelector.allSatisfy { node.labels[$0.key] == $0.value } && placement.tolerates(node.taints)
  }

  /// Whether the DaemonSet's pod may go to the node, but for the operator's own label on it: the label follows from what
  /// is decided here, a moment later.
  func reaches(_ node: NodeView) -> Bool { placement.admits(node, ignoring: NodeLabel.label) }

  /// The standing of a node. No node that the DaemonSet does not reach is ever eligible.
  package func standing(of node: NodeView) -> Standing {
    guard selects(node) else { return .notSelected }
    switch Eligibility(node, floor: floor, verdict: verdicts[node.name]) {
    case .eligible: return reaches(node) ? .eligible : .notSelected
    case .ineligible(let why): return .ineligible(why)
    }
  }
}
