// SPDX-License-Identifier: Apache-2.0

import JSON

/// A JSON Merge Patch (RFC 7386).
enum MergePatch {
  /// The value with the patch merged in; a null member removes.
  static func apply(_ patch: JSONValue, to value: JSONValue?) -> JSONValue {
    guard case .object(let changes) = patch else { return patch }
    var result = value?.object ?? [:]
    for (key, change) in changes {
      // Not a conditional expression: there, nil would be the JSON value null.
      if change.isNull {
        result[key] = nil
      } else {
        result[key] = apply(change, to: result[key])
      }
    }
    return .object(result)
  }
}
