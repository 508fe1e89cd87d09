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

  /// The labels, in the very memory that the store has them in: a table of them for each of thousands of nodes would
  /// double what they take.
  struct Labels: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    private let members: JSONObject

    init(_ members: JSONObject) {
      self.members = members
    }

    init(dictionaryLiteral elements: (String, String)...) {
      members = JSONObject(elements.map { ($0, .string($1)) })
    }

    /// The value of that label.
    subscript(name: String) -> String? { members[name]?.string }
  }

  var name: String
  var labels: Labels
  var taints: [Taint]
  var kernel: String
  var architecture: String
  var operatingSystem: String

  /// The view of a Node object, projected or whole.
  init(_ node: KubernetesObject) {
    name = node.name
    labels = Labels(node[path: "metadata", "labels"]?.object ?? JSONObject())
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
    metadata["uid"] = node[path: "metadata", "uid"]
    if let labels = node[path: "metadata", "labels"]?.object {
      metadata["labels"] = .object(JSONObject(labels.map { (names.shared($0.key), $0.value) }))
    }
    var content: JSONObject = ["metadata": .object(metadata)]
    if let taints = node[path: "spec", "taints"] { content["spec"] = ["taints": taints] }
    var info: JSONObject = [:]
    for member in ["kernelVersion", "architecture", "operatingSystem"] {
      info[member] = node[path: "status", "nodeInfo", member]
    }
    content["status"] = ["nodeInfo": .object(info)]
    return KubernetesObject(content)
  }

  /// The names of labels, which are the same on thousands of nodes, each in memory once.
  private static let names = SharedNames()
}
