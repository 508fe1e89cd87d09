// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI

/// The nodes that one object asks agents for.
struct NodePool: Hashable, Sendable {
  /// What a node is to a pool.
  enum Standing: Hashable, Sendable {
    /// The user's selector or tolerations leave it out.
    case notSelected
    /// It is to carry an agent.
    case eligible
    /// It is asked for, but cannot carry the agent; the DaemonSet's affinity leaves it out.
    case ineligible(Ineligibility)
  }

  let nodeSelector: [String: String]
  let tolerations: [JSONObject]
  /// The oldest kernel that will do.
  let floor: KernelVersion
  /// What was found on nodes and still holds, by name.
  var verdicts: [String: NodeVerdict]

  init(
    nodeSelector: [String: String], tolerations: [JSONObject], floor: KernelVersion = .floor(.minimal),
    verdicts: [String: NodeVerdict] = [:]
  ) {
    self.nodeSelector = nodeSelector
    self.tolerations = tolerations
    self.floor = floor
    self.verdicts = verdicts
  }

  init(_ spec: NodeAgent, verdicts: [String: NodeVerdict] = [:]) {
    self.init(
      nodeSelector: spec.nodeSelector, tolerations: spec.tolerations, floor: .floor(spec.security.mode),
      verdicts: verdicts)
  }

  /// Whether the user asks for an agent on the node.
  func selects(_ node: NodeView) -> Bool {
    nodeSelector.allSatisfy { node.labels[$0.key] == $0.value } && node.taints.allSatisfy(tolerates)
  }

  /// What the node is to this pool. The operator's own label on it says nothing: it follows from this, a moment later.
  func standing(of node: NodeView) -> Standing {
    guard selects(node) else { return .notSelected }
    switch NodeEligibility(node, floor: floor, verdict: verdicts[node.name]) {
    case .eligible: return .eligible
    case .ineligible(let why): return .ineligible(why)
    }
  }

  /// Whether a pod of the pool may run on a node with that taint.
  ///
  /// The DaemonSet controller adds tolerations for the node conditions by itself
  /// (`kubernetes/pkg/controller/daemon/util/daemonset_util.go`), and `PreferNoSchedule` keeps nobody away.
  private func tolerates(_ taint: NodeView.Taint) -> Bool {
    if taint.effect == "PreferNoSchedule" || Self.toleratedByController.contains(taint.key) { return true }
    return tolerations.contains { toleration in
      if let effect = toleration["effect"]?.string, !effect.isEmpty, effect != taint.effect { return false }
      let key = toleration["key"]?.string ?? ""
      if toleration["operator"]?.string == "Exists" { return key.isEmpty || key == taint.key }
      return key == taint.key && (toleration["value"]?.string ?? "") == taint.value
    }
  }

  private static let toleratedByController: Set<String> = [
    "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable", "node.kubernetes.io/disk-pressure",
    "node.kubernetes.io/memory-pressure", "node.kubernetes.io/pid-pressure", "node.kubernetes.io/unschedulable",
  ]
}
