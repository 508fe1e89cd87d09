// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient

/// What the operator keeps of a Node: enough to decide who gets an agent, and nothing that a heartbeat changes.
struct NodeView: Hashable, Sendable {
  /// A taint, as far as scheduling looks at it.
  struct Taint: Hashable, Sendable {
    var key: String
    var value: String
    var effect: String
  }

  var name: String
  var labels: [String: String]
  var taints: [Taint]
  var kernel: String
  var architecture: String
  var operatingSystem: String

  /// The view of a Node object, projected or whole.
  init(_ node: KubernetesObject) {
    name = node.name
    labels = node.labels
    taints = (node[path: "spec", "taints"]?.array ?? []).map {
      Taint(key: $0["key"]?.string ?? "", value: $0["value"]?.string ?? "", effect: $0["effect"]?.string ?? "")
    }
    let info = node[path: "status", "nodeInfo"]
    kernel = info?["kernelVersion"]?.string ?? ""
    architecture = info?["architecture"]?.string ?? ""
    operatingSystem = info?["operatingSystem"]?.string ?? ""
  }

  /// Reduces a Node to what a view reads, so that the store stays small and a kubelet's heartbeat is no change.
  static func project(_ node: KubernetesObject) -> KubernetesObject {
    var metadata: JSONObject = ["name": .string(node.name)]
    for member in ["uid", "labels"] { metadata[member] = node[path: "metadata", member] }
    var content: JSONObject = ["metadata": .object(metadata)]
    if let taints = node[path: "spec", "taints"] { content["spec"] = ["taints": taints] }
    var info: JSONObject = [:]
    for member in ["kernelVersion", "architecture", "operatingSystem"] {
      info[member] = node[path: "status", "nodeInfo", member]
    }
    content["status"] = ["nodeInfo": .object(info)]
    return KubernetesObject(content)
  }
}
