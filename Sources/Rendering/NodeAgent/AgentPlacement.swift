// SPDX-License-Identifier: Apache-2.0

public import JSON
import ObservabilityAPI

/// The members of the agents' pod that decide which nodes the DaemonSet's pods may go to.
///
/// The DaemonSet is rendered from them, and nodes are counted by them: a node counts only if Kubernetes would put a pod
/// there.
public enum AgentPlacement {
  /// The label of nodes that cannot carry the agent.
  public static let nodeLabel = "observability.cozystack.io/node-agent"
  /// Its only value.
  public static let ineligible = "ineligible"

  /// `nodeSelector`, `affinity` and `tolerations` of the pod's specification.
  public static func members(nodeSelector: [String: String], tolerations: [JSONObject]) -> JSONObject {
    // A key that the object sets stays as it is: with another operating system no node can carry the agent, and nothing
    // runs where the object did not ask for it.
    let selector = ["kubernetes.io/os": "linux"].merging(nodeSelector) { _, users in users }
    var members: JSONObject = [
      "nodeSelector": .object(JSONObject(sorted: selector)), "affinity": ["nodeAffinity": .object(nodeAffinity)],
    ]
    if !tolerations.isEmpty { members["tolerations"] = .array(tolerations.map { .object($0.withoutZeroValues) }) }
    return members
  }

  /// The agent's image exists for two architectures, and the operator labels the nodes whose kernel cannot carry it.
  private static var nodeAffinity: JSONObject {
    let expressions: JSONValue = [
      ["key": "kubernetes.io/arch", "operator": "In", "values": ["amd64", "arm64"]],
      ["key": .string(nodeLabel), "operator": "NotIn", "values": [.string(ineligible)]],
    ]
    return [
      "requiredDuringSchedulingIgnoredDuringExecution": ["nodeSelectorTerms": [["matchExpressions": expressions]]]
    ]
  }
}
