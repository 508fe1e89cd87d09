// SPDX-License-Identifier: Apache-2.0

import JSON

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
