// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import YAML

/// A case of `Tests/Conformance/vap-cases.yaml`: a change with the verdict that the admission policies must give.
struct PolicyCase: Sendable {
  /// What is changed.
  enum Change: Sendable {
    case node(NodeChange)
    case child(ChildChange)
  }

  /// What the case is about.
  var title: String
  var isAccepted: Bool
  /// Who makes the change.
  var user: String
  /// A part of the message of a refusal.
  var says: String
  /// Why no API server can be asked; nil if one can.
  var obstacle: String?
  var change: Change

  /// Why a case is skipped that rests on other subjects of the operator's ClusterRoleBinding.
  static let needsOtherBinding =
    "for an evaluator alone: the operator that runs would lose its rights with the subjects of its ClusterRoleBinding"
  /// Why a case is skipped that is marked `only: policy`.
  static let isForEvaluator = "for an evaluator alone: an API server would not get as far as asking the policy"

  /// The types of children that a policy narrows, which their cases name by the plural, and the golden file that is
  /// patched if a case names none.
  static let children: [(type: ResourceType, golden: String)] = [
    (.daemonSets, "push"), (.statefulSets, "gateway-clickhouse"), (.secrets, "gateway-clickhouse"),
    (.deployments, "coroot-first-start"), (.clusterRoleBindings, "coroot-first-start"),
    (ofOthers[0], "ui-ingress-secret"), (ofOthers[1], "dashboards-defaults/platform-overview"),
    (ofOthers[2], "dashboards-defaults/platform-recording"),
  ]

  /// Types of others' definitions: few clusters that the acceptance runs on serve them.
  private static let ofOthers = [
    ResourceType(group: "cilium.io", version: "v2", kind: "CiliumNetworkPolicy", plural: "ciliumnetworkpolicies"),
    ResourceType(
      group: "grafana.integreatly.org", version: "v1beta1", kind: "GrafanaDashboard", plural: "grafanadashboards"),
    ResourceType(group: "operator.victoriametrics.com", version: "v1beta1", kind: "VMRule", plural: "vmrules"),
  ]

  private static let keys: Set = ["change", "policy", "accepted", "old", "new", "by", "bound", "says", "only"]

  /// - Parameters:
  ///   - entry: the entry of the file.
  ///   - rendered: the child of a type in a golden file, by the file's name; with a slash and its own if there are several.
  /// - Throws: ``Refusal`` that names the entry, or what `rendered` throws.
  init(_ entry: JSONValue, rendered: (ResourceType, String) throws -> JSONValue) throws {
    func refusal(_ cause: String) -> Refusal { Refusal("vap-cases.yaml: \(cause): \(JSONWriter.text(entry))") }
    let isOfNodes = [nil, "nodes"].contains(entry["policy"])
    let keys = isOfNodes ? Self.keys : Self.keys.union(["of", "namespace"])
    if let unknown = (entry.object ?? [:]).keys.filter({ !keys.contains($0) }).min() {
      throw refusal("unknown key \(unknown)")
    }
    guard let title = entry["change"]?.string, let isAccepted = entry["accepted"]?.bool else {
      throw refusal("no case")
    }
    guard isAccepted || entry["says"]?.string != nil else { throw refusal("a refusal must say something") }
    let child = Self.children.first { entry["policy"] == .string($0.type.plural) }
    guard isOfNodes || child != nil else {
      let names = Self.children.map(\.type.plural).joined(separator: ", ")
      throw refusal("policy must be nodes or one of \(names)")
    }
    guard [nil, "policy"].contains(entry["only"]) else { throw refusal("only must be policy") }
    self.title = title
    self.isAccepted = isAccepted
    user = entry["by"]?.string ?? Names.operatorUser
    says = entry["says"]?.string ?? ""
    obstacle =
      entry["bound"] != nil ? Self.needsOtherBinding : entry["only"] != nil ? Self.isForEvaluator : nil
    guard let kind = child else {
      guard let old = entry["old"]?.object, let new = entry["new"]?.object else { throw refusal("old and new: a node") }
      change = .node(NodeChange(old: old, new: new))
      return
    }
    // A deletion is for the evaluator alone, so what would be sent does not matter.
    let isDeletion = entry["only"] != nil && entry["new"]?.isNull == true
    guard let old = entry["old"], old.isNull || old.array != nil, let new = isDeletion ? [] : entry["new"]?.array else {
      throw refusal("old and new: a JSON Patch")
    }
    guard kind.type.isNamespaced || old.isNull || obstacle != nil else {
      throw refusal("old: an object without a namespace is the cluster's own")
    }
    change = .child(
      try ChildChange(
        kind.type, try rendered(kind.type, entry["of"]?.string ?? kind.golden), old: old.array, new: new,
        namespaceLabels: entry["namespace"]?.object ?? [:]))
  }

  /// The cases of the file, and each golden child as rendered, which must be accepted.
  static func all(_ root: String) throws -> [PolicyCase] {
    let path = "\(root)/Tests/Conformance/vap-cases.yaml"
    guard let entries = try YAMLDecoder.document(try TextFile.read(path)).array else {
      throw Refusal("\(path): no list")
    }
    let golden = try Self.golden(root)
    let asRendered = children.flatMap { type, _ in
      (golden[type] ?? [:]).keys.sorted().map { name -> JSONValue in
        let labels: JSONValue = name.hasPrefix("privileged") ? [Names.privilegedLabel: "allowed"] : [:]
        var entry: JSONValue = [
          "change": .string("\(name) as rendered"), "policy": .string(type.plural), "accepted": true,
          "of": .string(name), "namespace": labels, "old": nil, "new": [],
        ]
        if ofOthers.contains(type) { entry["only"] = "policy" }
        return entry
      }
    }
    return try (entries + asRendered).map { entry in
      try PolicyCase(entry) { type, name in
        guard let child = golden[type]?[name] else { throw Refusal("golden file \(name).yaml: no \(type.kind)") }
        return child
      }
    }
  }

  /// The children of the golden files by their type and the name of the file, with their own where a file has several.
  private static func golden(_ root: String) throws -> [ResourceType: [String: JSONValue]] {
    let folder = "\(root)/Tests/RenderingTests/Golden"
    var golden: [ResourceType: [String: JSONValue]] = [:]
    for file in try TextFile.names(in: folder, ending: ".yaml") {
      let documents = try YAMLDecoder.documents(try TextFile.read("\(folder)/\(file)"))
      for (type, _) in children {
        let name = String(file.dropLast(".yaml".count))
        let found = documents.filter { $0["kind"] == .string(type.kind) }
        for child in found {
          let key = found.count == 1 ? name : "\(name)/\(child["metadata"]?["name"]?.string ?? "")"
          golden[type, default: [:]][key] = child
        }
      }
    }
    return golden
  }
}
