// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import YAML

/// A case of `Tests/Conformance/vap-cases.yaml`: an update of a node, with the verdict that a server must give.
struct NodePolicyCase: Sendable {
  var change: String
  var isAccepted: Bool
  /// Whether an API server would not come so far as to ask the policy.
  var isForPolicyOnly: Bool
  var user: String
  /// A part of the message of a refusal.
  var says: String
  var old: JSONObject
  var new: JSONObject

  /// - Throws: ``Refusal`` that names the entry.
  init(_ entry: JSONValue) throws {
    let known: Set = ["change", "accepted", "old", "new", "by", "says", "only"]
    guard let object = entry.object, object.keys.allSatisfy(known.contains), let change = entry["change"]?.string,
      let isAccepted = entry["accepted"]?.bool, let old = entry["old"]?.object, let new = entry["new"]?.object,
      isAccepted || entry["says"]?.string != nil
    else { throw Refusal("vap-cases.yaml: no case: \(JSONWriter.text(entry))") }
    self.change = change
    self.isAccepted = isAccepted
    isForPolicyOnly = entry["only"] == "policy"
    user = entry["by"]?.string ?? Names.operatorUser
    says = entry["says"]?.string ?? ""
    self.old = old
    self.new = new
  }

  static func all(_ root: String) throws -> [NodePolicyCase] {
    let path = "\(root)/Tests/Conformance/vap-cases.yaml"
    guard let entries = try YAMLDecoder.document(try TextFile.read(path)).array else {
      throw Refusal("\(path): no list")
    }
    return try entries.map(NodePolicyCase.init)
  }

  /// The node before the update.
  func node(named name: String) -> KubernetesObject {
    var node = KubernetesObject(type: .nodes, name: name)
    for (key, value) in old where key != "metadata" { node[key] = value }
    for (key, value) in old["metadata"]?.object ?? [:] { node["metadata"]?[key] = value }
    return node
  }

  /// The update, as the operator sends every change of a node: a merge patch.
  var patch: JSONValue { .object(MergePatchDifference.patch(from: old, to: new)) }
}

/// The JSON merge patch (RFC 7386) that leads from one value to another. Pure.
enum MergePatchDifference {
  /// The patch. A missing object counts as an empty one on both sides: each of its members is removed by name, so that the
  /// patch leaves alone what the server and its controllers have added beside them.
  static func patch(from old: JSONObject, to new: JSONObject) -> JSONObject {
    var patch = JSONObject()
    for (name, value) in new {
      switch (old[name], value) {
      case (.object(let before)?, .object(let after)):
        let inner = self.patch(from: before, to: after)
        if !inner.isEmpty { patch[name] = .object(inner) }
      case (let before?, _) where before == value: break
      default: patch[name] = value
      }
    }
    for (name, value) in old where new[name] == nil {
      if let members = value.object {
        let inner = self.patch(from: members, to: [:])
        if !inner.isEmpty { patch[name] = .object(inner) }
      } else {
        patch[name] = .null
      }
    }
    return patch
  }
}
