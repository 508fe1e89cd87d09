// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore

/// An update of a node. Pure.
struct NodeChange: Sendable {
  var old: JSONObject
  var new: JSONObject

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
