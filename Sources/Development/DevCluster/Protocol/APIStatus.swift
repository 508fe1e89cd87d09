// SPDX-License-Identifier: Apache-2.0

import JSON

/// A failure as the API tells it: a `Status` object of `meta/v1`.
///
/// Messages follow `k8s.io/apimachinery/pkg/api/errors`.
struct APIStatus: Error, Sendable {
  var code: Int
  var reason: String?
  var message: String
  var details: JSONValue?
  /// A token with which a list that failed can go on.
  var continuation: String?

  /// The `Status` object.
  var body: JSONValue {
    var body: JSONValue = ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure"]
    if let continuation { body["metadata"] = ["continue": .string(continuation)] }
    body["message"] = .string(message)
    if let reason { body["reason"] = .string(reason) }
    if let details { body["details"] = details }
    body["code"] = .integer(Int64(code))
    return body
  }

  /// The `Status` object of a success.
  static func success(name: String, type: ServedType, uid: String?) -> JSONValue {
    var details = Self.details(name: name, group: type.group, kind: type.plural)
    if let uid { details["uid"] = .string(uid) }
    return ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": details]
  }

  static func details(name: String?, group: String, kind: String) -> JSONValue {
    var details: JSONValue = [:]
    if let name, !name.isEmpty { details["name"] = .string(name) }
    if !group.isEmpty { details["group"] = .string(group) }
    details["kind"] = .string(kind)
    return details
  }
}

extension APIStatus {
  static func badRequest(_ message: String) -> APIStatus {
    APIStatus(code: 400, reason: "BadRequest", message: message)
  }

  static func internalError(_ message: String) -> APIStatus { APIStatus(code: 500, reason: nil, message: message) }

  static let unauthorized = APIStatus(code: 401, reason: "Unauthorized", message: "Unauthorized")

  static func notFound(_ name: String, _ type: ServedType) -> APIStatus {
    APIStatus(
      code: 404, reason: "NotFound", message: "\(type.qualifiedPlural) \"\(name)\" not found",
      details: details(name: name, group: type.group, kind: type.plural))
  }

  static func notFound(namespace name: String) -> APIStatus {
    APIStatus(
      code: 404, reason: "NotFound", message: "namespaces \"\(name)\" not found",
      details: details(name: name, group: "", kind: "namespaces"))
  }

  static func alreadyExists(_ name: String, _ type: ServedType, isBeingDeleted: Bool) -> APIStatus {
    let prefix = isBeingDeleted ? "object is being deleted: " : ""
    return APIStatus(
      code: 409, reason: "AlreadyExists", message: "\(prefix)\(type.qualifiedPlural) \"\(name)\" already exists",
      details: details(name: name, group: type.group, kind: type.plural))
  }

  static func conflict(_ name: String, _ type: ServedType) -> APIStatus {
    APIStatus(
      code: 409, reason: "Conflict",
      message: "Operation cannot be fulfilled on \(type.qualifiedPlural) \"\(name)\": the object has been modified; "
        + "please apply your changes to the latest version and try again",
      details: details(name: name, group: type.group, kind: type.plural))
  }

  /// A precondition of a delete or update that does not hold; this error names the kind, not the plural.
  static func precondition(_ name: String, _ type: ServedType, _ why: String) -> APIStatus {
    APIStatus(
      code: 409, reason: "Conflict",
      message: "Operation cannot be fulfilled on \(type.qualifiedKind) \"\(name)\": \(why)",
      details: details(name: name, group: type.group, kind: type.kind))
  }

  static func methodNotAllowed() -> APIStatus {
    APIStatus(
      code: 405, reason: "MethodNotAllowed", message: "the server does not allow this method on the requested resource",
      details: [:])
  }

  static func expired(_ message: String) -> APIStatus {
    APIStatus(code: 410, reason: "Expired", message: message)
  }

  /// A version that the server has not come to yet.
  static func tooLarge(_ wanted: Int64, current: Int64) -> APIStatus {
    APIStatus(
      code: 504, reason: "Timeout", message: "Too large resource version: \(wanted), current: \(current)",
      details: [
        "causes": [["reason": "ResourceVersionTooLarge", "message": "Too large resource version"]],
        "retryAfterSeconds": 1,
      ])
  }

  static func unsupportedMediaType(_ accepted: [String]) -> APIStatus {
    APIStatus(
      code: 415, reason: "UnsupportedMediaType",
      message: "the body of the request was in an unknown format - accepted media types include: "
        + accepted.joined(separator: ", "))
  }

  static let notAcceptable = APIStatus(
    code: 406, reason: "NotAcceptable",
    message: "only the following media types are accepted: application/json, application/yaml, "
      + "application/vnd.kubernetes.protobuf")

  /// Fields that do not pass validation.
  static func invalid(_ name: String, group: String, kind: String, _ failures: [FieldFailure]) -> APIStatus {
    let texts = failures.map(\.summary)
    var unique: [String] = []
    for text in texts where !unique.contains(text) { unique.append(text) }
    let qualified = group.isEmpty ? kind : "\(kind).\(group)"
    let list = unique.count == 1 ? unique[0] : "[" + unique.joined(separator: ", ") + "]"
    var details = Self.details(name: name, group: group, kind: kind)
    details["causes"] = .array(
      failures.map {
        ["reason": .string($0.reason.rawValue), "message": .string($0.message), "field": .string($0.field)]
      })
    return APIStatus(
      code: 422, reason: "Invalid", message: "\(qualified) \"\(name)\" is invalid: \(list)", details: details)
  }

  static func invalid(_ name: String, _ type: ServedType, _ failures: [FieldFailure]) -> APIStatus {
    // Events of both groups are validated as those of the core group, and are named so.
    invalid(name, group: type.storage.group, kind: type.kind, failures)
  }
}
