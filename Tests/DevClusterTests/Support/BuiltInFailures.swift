// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import DevCluster

/// What validation says about objects of built-in kinds.
enum BuiltInFailures {
  /// The failures of a new object, or of a change; an object without a name is called `x`.
  static func of(_ group: String, _ kind: String, _ object: JSONValue, old: JSONValue? = nil) throws -> [String] {
    let rules = try #require(TypeRules.builtIn(group: group, kind: kind))
    func stored(_ object: JSONValue) -> JSONValue {
      var object = object
      if object[path: "metadata", "name"] == nil {
        var meta = object["metadata"] ?? [:]
        meta["name"] = "x"
        object["metadata"] = meta
      }
      return rules.defaults(rules.canonicalize(object))
    }
    return rules.validate(stored(object), old.map(stored)).map(\.summary)
  }
}
