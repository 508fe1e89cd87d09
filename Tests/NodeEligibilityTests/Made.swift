// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

@testable import NodeEligibility

/// Values that several tests make.
enum Made {
  static func node(_ name: String, labels: [String: String] = [:], taints: [NodeView.Taint] = []) -> NodeView {
    var node = NodeView(KubernetesObject(type: .nodes, name: name))
    let all = ["kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"].merging(labels) { $1 }
    node.labels = NodeView.Labels(JSONObject(all.map { ($0.key, .string($0.value)) }))
    node.taints = taints
    return node
  }

  static func claim(_ name: String, age: Int, selector: [String: String] = [:]) -> NodeAssignment.Claim {
    NodeAssignment.Claim(
      name: name, creationTimestamp: "2026-01-0\(age)T00:00:00Z",
      pool: NodePool(nodeSelector: selector, tolerations: [["operator": "Exists"]]))
  }

  /// A node that can carry the agent.
  static let healthy: NodeView = {
    var healthy = node("n")
    healthy.kernel = "6.8.0"
    return healthy
  }()

  /// That many hours after the verdicts of these tests.
  static func time(_ hours: Int64) -> Timestamp { Timestamp(secondsSinceEpoch: 1_800_000_000 + hours * 3600) }

  /// A verdict on ``healthy``.
  static func verdict(_ reason: IneligibilityReason, message: String = "", tries: Int = 1) -> NodeVerdict {
    NodeVerdict(
      reason: reason, message: message, system: healthy.system, image: reason == .agentExits ? "agent:1" : "",
      since: time(0), tries: tries)
  }
}
