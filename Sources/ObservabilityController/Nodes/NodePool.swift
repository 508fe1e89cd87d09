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
    case ineligible(reason: String)
  }

  /// The label that keeps an agent off a node. The DaemonSet's affinity knows it too.
  static let ineligibleLabel = "observability.cozystack.io/node-agent"

  let nodeSelector: [String: String]
  let tolerations: [JSONObject]

  init(nodeSelector: [String: String], tolerations: [JSONObject]) {
    self.nodeSelector = nodeSelector
    self.tolerations = tolerations
  }

  init(_ spec: NodeAgent) {
    self.init(nodeSelector: spec.nodeSelector, tolerations: spec.tolerations)
  }

  /// What the node is to this pool.
  func standing(of node: NodeView) -> Standing {
    guard nodeSelector.allSatisfy({ node.labels[$0.key] == $0.value }) else { return .notSelected }
    guard node.taints.allSatisfy(tolerates) else { return .notSelected }
    // The labels decide, since the DaemonSet's affinity sees nothing else; the kubelet derives them from the node.
    let system = node.labels["kubernetes.io/os"] ?? node.operatingSystem
    guard system == "linux" else { return .ineligible(reason: "UnsupportedOperatingSystem") }
    let architecture = node.labels["kubernetes.io/arch"] ?? node.architecture
    guard ["amd64", "arm64"].contains(architecture) else { return .ineligible(reason: "UnsupportedArchitecture") }
    if node.labels[Self.ineligibleLabel] == "ineligible" { return .ineligible(reason: "LabelledIneligible") }
    return .eligible
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
