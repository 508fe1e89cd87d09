// SPDX-License-Identifier: Apache-2.0

import CleanText
import ControllerRuntime
import JSON
import KubernetesCore

/// What the operator keeps of a Node: enough to decide who gets an agent, and nothing that a heartbeat changes.
///
/// Texts are bounded: a kubelet writes what it likes of its own node, and some of it goes into a status.
package struct NodeView: Hashable, Sendable {
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

  package var name: String
  var labels: Labels
  var taints: [Taint]
  /// What the administrator says of the node, by annotation.
  var override: NodeOverride?
  package var kernel: String
  /// The name of the operating system's image: `Talos (v1.10.5)`.
  var osImage: String
  /// The container runtime and its version: `containerd://2.1.4`.
  var runtime: String
  /// The start of the boot ID, which changes with each boot.
  var bootID: String

  /// The view of a Node object, projected or whole.
  package init(_ node: KubernetesObject) {
    name = node.name
    labels = Labels(node[path: "metadata", "labels"]?.object ?? JSONObject())
    taints = (node[path: "spec", "taints"]?.array ?? []).map {
      Taint(key: $0["key"]?.string ?? "", value: $0["value"]?.string ?? "", effect: $0["effect"]?.string ?? "")
    }
    override = Self.override(of: node).map(NodeOverride.init)
    let info = node[path: "status", "nodeInfo"]
    func text(_ member: String) -> String { info?[member]?.string?.bounded(bytes: Self.longestText) ?? "" }
    kernel = text("kernelVersion")
    osImage = text("osImage")
    runtime = text("containerRuntimeVersion")
    bootID = String((info?["bootID"]?.string ?? "").prefix(Self.bootIDLength))
  }

  /// The longest text of `nodeInfo` that is kept, in bytes.
  static let longestText = 96
  /// As much of a boot ID as a String has room for without memory of its own; it tells 2^48 boots of one node apart.
  static let bootIDLength = 15
  /// What of `nodeInfo` is kept: what decides, and what shows that a node is not what it was. Not its operating system
  /// and architecture: the scheduler decides by the labels.
  static let info = ["kernelVersion", "osImage", "containerRuntimeVersion", "bootID"]

  private static func override(of node: KubernetesObject) -> String? {
    node[path: "metadata", "annotations", NodeOverride.annotation]?.string?.bounded(bytes: NodeOverride.longest)
  }

  /// Reduces a Node to what a view reads, so that the store stays small and a kubelet's heartbeat is no change.
  static func project(_ node: KubernetesObject) -> KubernetesObject {
    var metadata: JSONObject = ["name": .string(node.name)]
    metadata["uid"] = node[path: "metadata", "uid"]
    if let labels = node[path: "metadata", "labels"]?.object {
      metadata["labels"] = .object(JSONObject(labels.map { (names.shared($0.key), $0.value) }))
    }
    if let override = override(of: node) {
      metadata["annotations"] = [NodeOverride.annotation: .string(override)]
    }
    var content: JSONObject = ["metadata": .object(metadata)]
    if let taints = node[path: "spec", "taints"] { content["spec"] = ["taints": taints] }
    var info: JSONObject = [:]
    for member in Self.info {
      guard let text = node[path: "status", "nodeInfo", member]?.string else { continue }
      info[member] = .string(
        member == "bootID" ? String(text.prefix(bootIDLength)) : systems.shared(text.bounded(bytes: longestText)))
    }
    content["status"] = ["nodeInfo": .object(info)]
    return KubernetesObject(content)
  }

  /// The names of labels, which are the same on thousands of nodes, each in memory once.
  private static let names = StringInterner()
  /// Kernels, images and runtimes: a fleet has few of them.
  private static let systems = StringInterner()
}

extension WatchTarget {
  /// All nodes.
  package static let nodes = WatchTarget(.nodes)
}

extension WatchContent {
  /// What is asked for and kept of nodes.
  package static let nodes = WatchContent(
    keeping: [["metadata", "labels"], ["metadata", "annotations", NodeOverride.annotation], ["spec", "taints"]]
      + NodeView.info.map { ["status", "nodeInfo", $0] }, reduce: NodeView.project)
}

extension NodeView {
  /// Whether two states of a node differ in nothing but the label that the operator writes itself.
  static func differOnlyInOurLabel(_ old: KubernetesObject, _ new: KubernetesObject) -> Bool {
    func unlabelled(_ node: KubernetesObject) -> KubernetesObject {
      var node = node
      var labels = node[path: "metadata", "labels"]?.object ?? JSONObject()
      labels[NodeLabel.label] = nil
      node["metadata"]?["labels"] = .object(labels)
      return node
    }
    return unlabelled(old) == unlabelled(new)
  }
}

/// What the administrator of a node says of it, against what the operator would find.
package enum NodeOverride: Hashable, Sendable {
  /// The node gets an agent, whatever its kernel is and whatever was found on it.
  case eligible
  /// The node gets none.
  case ineligible
  /// A value that means nothing, and so is ignored.
  case unknown(String)

  /// The annotation on nodes that says so.
  package static let annotation = "observability.cozystack.io/node-agent-override"
  /// The longest value that is kept, in bytes; it is shown to people.
  static let longest = 32

  /// Whether the value means nothing.
  var isUnknown: Bool { if case .unknown = self { true } else { false } }

  init(_ value: String) {
    switch value {
    case "eligible": self = .eligible
    case "ineligible": self = .ineligible
    default: self = .unknown(value)
    }
  }
}
