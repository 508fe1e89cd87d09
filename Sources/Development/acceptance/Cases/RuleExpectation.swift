// SPDX-License-Identifier: Apache-2.0

import JSON
import Replay

/// How an object of a case reaches the server.
enum RuleMethod: String, CaseIterable, Sendable {
  /// `POST`, or `PUT` for a case with an object before.
  case create = "create or update"
  /// Server-side apply, by the manager that applied the object before.
  case apply = "server-side apply"
  /// Server-side apply of a change by a manager that does not own what was there.
  case applyByAnother = "apply by another manager"

  /// The group of its checks in the report.
  var group: String {
    switch self {
    case .create: "rules-create"
    case .apply: "rules-apply"
    case .applyByAnother: "rules-apply-by-another"
    }
  }
}

/// What a server must answer to a case, which depends on the method in two places. Pure.
enum RuleExpectation: Hashable, Sendable {
  case accepted
  /// Refused by the rule: the answer has both.
  case refused(field: String, says: String)
  /// Refused before any rule is reached: an apply keeps a null, which the schema then refuses in that field.
  case refusedForNull(field: String)

  /// - Parameter schema: `openAPIV3Schema` of the definition.
  init(_ entry: ValidationCase, _ method: RuleMethod, schema: JSONValue) {
    let spec = entry.new["spec"] ?? [:]
    // A create drops a null where the field is not nullable, an apply does not.
    if method != .create, let field = Self.refusedNull(in: spec, schema[path: "properties", "spec"] ?? [:], at: "spec")
    {
      self = .refusedForNull(field: field)
      return
    }
    let isRefused = !entry.isAccepted && !entry.isBeyondCEL
    guard isRefused, let field = entry.field, let says = entry.says else {
      self = .accepted
      return
    }
    // What an apply leaves out is removed only if its manager owned it: the object stays as it was.
    if method == .applyByAnother, let old = entry.old?["spec"], !Self.changes(spec, old) {
      self = .accepted
      return
    }
    self = .refused(field: field, says: says)
  }

  /// The first field that is null where the schema has neither `nullable` nor a default.
  static func refusedNull(in value: JSONValue, _ schema: JSONValue, at path: String) -> String? {
    switch value {
    case .null: return schema["nullable"] == true || schema["default"] != nil ? nil : path
    case .object(let members):
      for (name, member) in members.sortedByName() {
        guard let inner = schema[path: "properties", name] ?? schema["additionalProperties"] else { continue }
        if let found = refusedNull(in: member, inner, at: "\(path).\(name)") { return found }
      }
      return nil
    case .array(let items):
      guard let inner = schema["items"] else { return nil }
      for (index, item) in items.enumerated() {
        if let found = refusedNull(in: item, inner, at: "\(path)[\(index)]") { return found }
      }
      return nil
    default: return nil
    }
  }

  /// Whether a value has something that another has not, or has otherwise.
  private static func changes(_ new: JSONValue, _ old: JSONValue) -> Bool {
    guard let members = new.object else { return new != old }
    return members.contains { name, value in old[name].map { changes(value, $0) } ?? true }
  }
}
