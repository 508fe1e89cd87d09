// SPDX-License-Identifier: Apache-2.0

import JSON

/// The rules of a type as the request handlers call them: what is unknown, what is filled in, what is refused, and who
/// owns which field.
struct Admission: Sendable {
  static func builtIn(group: String, kind: String) -> Admission { Admission() }

  static func custom(schema: JSONValue, hasStatus: Bool) throws(APIStatus) -> Admission { Admission() }

  func pruned(_ object: JSONValue) -> (object: JSONValue, unknown: [String]) { (object, []) }

  func completed(_ object: JSONValue) -> JSONValue { object }

  func problems(_ new: JSONValue, _ old: JSONValue?) -> [FieldProblem] { [] }

  func applied(
    _ applied: JSONValue, to live: JSONValue?, _ write: WriteOptions, type: ServedType
  ) throws(APIStatus) -> JSONValue {
    MergePatch.apply(applied, to: live)
  }

  func tracked(_ new: JSONValue, over live: JSONValue?, _ write: WriteOptions, type: ServedType) -> JSONValue { new }

  func mergeKey(_ path: [String]) -> String? { path.last == "containers" ? "name" : nil }

  func isMergingSet(_ path: [String]) -> Bool { path.last == "finalizers" }
}
