// SPDX-License-Identifier: Apache-2.0

import JSON

/// One thing that is wrong with an object, as it stands among the causes of a `Status` with the reason `Invalid`.
///
/// Source: `k8s.io/apimachinery/pkg/util/validation/field/errors.go`.
public struct FieldFailure: Hashable, Sendable {
  /// The type of a failure, with the spelling of `StatusCause.reason`.
  public enum Reason: String, Hashable, Sendable {
    case invalid = "FieldValueInvalid"
    case required = "FieldValueRequired"
    case notSupported = "FieldValueNotSupported"
    case typeInvalid = "FieldValueTypeInvalid"
    case tooLong = "FieldValueTooLong"
    case tooMany = "FieldValueTooMany"
    case duplicate = "FieldValueDuplicate"
    case forbidden = "FieldValueForbidden"
    case notFound = "FieldValueNotFound"
  }

  /// The path of the field: `spec.ports[0].name`.
  public let field: String
  /// The type of the failure.
  public let reason: Reason
  /// The text without the field: `Required value`.
  public let message: String

  /// A failure with a message that is already complete.
  public init(field: String, reason: Reason, message: String) {
    self.field = field
    self.reason = reason
    self.message = message
  }

  /// The failure as the message of the `Status` has it: `spec.mode: Required value`.
  public var summary: String { "\(field): \(message)" }
}

extension FieldFailure {
  static func invalid(_ field: String, _ value: JSONValue, _ detail: String) -> FieldFailure {
    FieldFailure(field: shown(field), reason: .invalid, message: "Invalid value: \(printed(value)): \(detail)")
  }

  static func required(_ field: String, _ detail: String = "") -> FieldFailure {
    FieldFailure(field: field, reason: .required, message: "Required value" + (detail.isEmpty ? "" : ": \(detail)"))
  }

  static func notSupported(_ field: String, _ value: JSONValue, _ supported: [JSONValue]) -> FieldFailure {
    let list = supported.map { $0.string.map { "\"\($0)\"" } ?? "\"\(JSONWriter.text($0))\"" }
    let message = "Unsupported value: \(printed(value)): supported values: \(list.joined(separator: ", "))"
    return FieldFailure(field: shown(field), reason: .notSupported, message: message)
  }

  static func typeInvalid(_ field: String, found: String, expected: String) -> FieldFailure {
    let detail = "\(place(field)) must be of type \(expected): \"\(found)\""
    return FieldFailure(field: shown(field), reason: .typeInvalid, message: "Invalid value: \"\(found)\": \(detail)")
  }

  static func tooLong(_ field: String, limit: Int) -> FieldFailure {
    FieldFailure(field: shown(field), reason: .tooLong, message: "Too long: may not be more than \(limit) bytes")
  }

  static func tooMany(_ field: String, count: Int, limit: Int) -> FieldFailure {
    let noun = limit == 1 ? "item" : "items"
    return FieldFailure(
      field: shown(field), reason: .tooMany, message: "Too many: \(count): must have at most \(limit) \(noun)")
  }

  static func duplicate(_ field: String, _ value: JSONValue) -> FieldFailure {
    FieldFailure(field: field, reason: .duplicate, message: "Duplicate value: \(JSONWriter.text(value))")
  }

  static func forbidden(_ field: String, _ detail: String) -> FieldFailure {
    FieldFailure(field: field, reason: .forbidden, message: "Forbidden: \(detail)")
  }

  /// The subject of a sentence about the field, as the validator of OpenAPI schemas phrases it. The validated value
  /// itself has no name there.
  static func place(_ field: String) -> String { "\(field) in body" }

  /// The same failure of a value that stands at this path. The message still names the field from the value on, as it
  /// does in the API server where a part of an object is validated by itself.
  func under(_ path: String) -> FieldFailure {
    let place = field == Self.shown("") ? path : field.hasPrefix("[") ? path + field : "\(path).\(field)"
    return FieldFailure(field: place, reason: reason, message: message)
  }

  /// A value as Go prints it in a message.
  private static func printed(_ value: JSONValue) -> String {
    if case .double(let number) = value { return GoNumber.general(number) }
    return JSONWriter.text(value)
  }

  /// The field, or how the API server spells the object itself.
  static func shown(_ field: String) -> String { field.isEmpty ? "<nil>" : field }
}

extension Sequence<FieldFailure> {
  /// The failures as the message of the `Status` has them after `is invalid: `; a failure that is repeated among the
  /// causes stands once.
  public var summary: String {
    var seen: Set<String> = []
    let texts = map(\.summary).filter { seen.insert($0).inserted }
    return texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
  }
}

/// Builds the paths of fields as failures spell them.
enum FieldName {
  static func member(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
  static func element(_ path: String, _ index: Int) -> String { "\(path)[\(index)]" }
  static func key(_ path: String, _ key: String) -> String { "\(path)[\(key)]" }
}
