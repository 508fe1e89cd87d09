// SPDX-License-Identifier: Apache-2.0

import JSON
import YAML

/// A case of `Tests/Conformance/vap-cases.yaml`: a change with the verdict that the admission policies must give.
struct PolicyCase: Sendable {
  /// What is changed.
  enum Change: Sendable {
    case node(NodeChange)
    case daemonSet(DaemonSetChange)
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

  private static let keys: Set = ["change", "policy", "accepted", "old", "new", "by", "bound", "says", "only"]

  /// - Parameters:
  ///   - entry: the entry of the file.
  ///   - rendered: the DaemonSet of a golden file, by the file's name.
  /// - Throws: ``Refusal`` that names the entry, or what `rendered` throws.
  init(_ entry: JSONValue, rendered: (String) throws -> JSONValue) throws {
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
    guard isOfNodes || entry["policy"] == "daemonsets" else { throw refusal("policy must be nodes or daemonsets") }
    guard [nil, "policy"].contains(entry["only"]) else { throw refusal("only must be policy") }
    self.title = title
    self.isAccepted = isAccepted
    user = entry["by"]?.string ?? Names.operatorUser
    says = entry["says"]?.string ?? ""
    obstacle =
      entry["bound"] != nil ? Self.needsOtherBinding : entry["only"] != nil ? Self.isForEvaluator : nil
    if isOfNodes {
      guard let old = entry["old"]?.object, let new = entry["new"]?.object else { throw refusal("old and new: a node") }
      change = .node(NodeChange(old: old, new: new))
    } else {
      guard let old = entry["old"], old.isNull || old.array != nil, let new = entry["new"]?.array else {
        throw refusal("old and new: a JSON Patch")
      }
      change = .daemonSet(
        try DaemonSetChange(
          try rendered(entry["of"]?.string ?? "push"), old: old.array, new: new,
          namespaceLabels: entry["namespace"]?.object ?? [:]))
    }
  }

  /// The cases of the file, and each golden DaemonSet as rendered, which must be accepted.
  static func all(_ root: String) throws -> [PolicyCase] {
    let path = "\(root)/Tests/Conformance/vap-cases.yaml"
    guard let entries = try YAMLDecoder.document(try TextFile.read(path)).array else {
      throw Refusal("\(path): no list")
    }
    let folder = "\(root)/Tests/RenderingTests/Golden"
    var golden: [String: JSONValue] = [:]
    for file in try TextFile.names(in: folder, ending: ".yaml") {
      let documents = try YAMLDecoder.documents(try TextFile.read("\(folder)/\(file)"))
      golden[String(file.dropLast(".yaml".count))] = documents.first { $0["kind"] == "DaemonSet" }
    }
    let asRendered = golden.keys.sorted().map { name -> JSONValue in
      let labels: JSONValue = name.hasPrefix("privileged") ? [Names.privilegedLabel: "allowed"] : [:]
      return [
        "change": .string("\(name) as rendered"), "policy": "daemonsets", "accepted": true, "of": .string(name),
        "namespace": labels, "old": nil, "new": [],
      ]
    }
    return try (entries + asRendered).map { entry in
      try PolicyCase(entry) { name in
        guard let daemonSet = golden[name] else { throw Refusal("\(folder)/\(name).yaml: no DaemonSet") }
        return daemonSet
      }
    }
  }
}
