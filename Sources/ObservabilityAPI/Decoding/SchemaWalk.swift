// SPDX-License-Identifier: Apache-2.0

import CleanText
import JSON

/// Checks a value against a schema and fills in defaults, as the API server does for a custom resource.
///
/// Null is accepted nowhere: the caller removes members that are null. The rules of a node are checked only where its
/// shape is right.
struct SchemaWalk {
  private(set) var failures: [FieldError] = []

  /// The value with its defaults; what is wrong is added to ``failures``.
  mutating func complete(_ value: JSONValue, _ schema: Schema, at path: [PathComponent]) -> JSONValue {
    let before = failures.count
    let result = shaped(value, schema, at: path)
    guard failures.count == before else { return result }
    for rule in schema.rules {
      guard case .value(let holds) = rule.check, !holds(result) else { continue }
      fail(path + rule.field.map(PathComponent.field), rule.message)
    }
    return result
  }

  private mutating func fail(_ path: [PathComponent], _ message: String) {
    failures.append(FieldError(path: path, message: message))
  }

  private mutating func shaped(_ value: JSONValue, _ schema: Schema, at path: [PathComponent]) -> JSONValue {
    switch (schema.shape, value) {
    case (.object(let properties), .object(let members)):
      return .object(object(members, properties, at: path))
    case (.map(let values), .object(let members)):
      return .object(map(members, values, schema, at: path))
    case (.list(let items, let kind), .array(let elements)):
      return .array(list(elements, items, kind, schema, at: path))
    case (.string, .string(let text)), (.integerOrString, .string(let text)):
      check(text, schema, at: path)
    case (.integer, .integer(let number)), (.integerOrString, .integer(let number)):
      check(number, schema, at: path)
    case (.integer, .double), (.integerOrString, .double):
      // JSON has one kind of number: the API server takes 2.0 for 2.
      guard let whole = value.double.flatMap(Int64.init(exactly:)) else {
        fail(path, "expected \(schema.expectation), found \(value.foundName)")
        break
      }
      check(whole, schema, at: path)
      return .integer(whole)
    case (.boolean, .bool), (.anyObject, .object): break
    default:
      fail(path, "expected \(schema.expectation), found \(value.foundName)")
    }
    return value
  }

  private mutating func object(
    _ members: JSONObject, _ properties: [Schema.Property], at path: [PathComponent]
  ) -> JSONObject {
    var result = JSONObject()
    for (name, value) in members {
      if let property = properties.first(where: { $0.name == name }) {
        result[name] = complete(value, property.schema, at: path + [.field(name)])
      } else {
        fail(path + [.field(name)], InvalidObservability.unknownField + Self.hint(name, properties.map(\.name)))
      }
    }
    for property in properties where result[property.name] == nil {
      if let value = property.schema.defaultValue {
        result[property.name] = complete(value, property.schema, at: path + [.field(property.name)])
      } else if property.isRequired {
        fail(path + [.field(property.name)], "is required: give \(property.schema.expectation)")
      }
    }
    return result
  }

  private mutating func map(
    _ members: JSONObject, _ values: Schema, _ schema: Schema, at path: [PathComponent]
  ) -> JSONObject {
    guard fits(members.count, schema, at: path) else { return members }
    var result = JSONObject()
    for (name, value) in members {
      if let keys = schema.keys, !keys.matches(name) {
        fail(path + [.key(name)], "the key is not \(keys.expectation)")
      }
      result[name] = complete(value, values, at: path + [.key(name)])
    }
    return result
  }

  private mutating func list(
    _ elements: [JSONValue], _ items: Schema, _ kind: Schema.ListKind, _ schema: Schema, at path: [PathComponent]
  ) -> [JSONValue] {
    guard fits(elements.count, schema, at: path) else { return elements }
    var result: [JSONValue] = []
    var seen: Set<[JSONValue?]> = []
    for (index, element) in elements.enumerated() {
      let value = complete(element, items, at: path + [.index(index)])
      let identity: [JSONValue?]? =
        switch kind {
        case .atomic: nil
        case .set: [value]
        case .map(let keys): keys.map { value[$0] }
        }
      if let identity, !seen.insert(identity).inserted {
        let name = identity.compactMap { $0?.string }.joined(separator: ", ")
        fail(path + [.index(index)], "\"\(name)\" appears twice; keep one of them")
      }
      result.append(value)
    }
    return result
  }

  private mutating func fits(_ count: Int, _ schema: Schema, at path: [PathComponent]) -> Bool {
    guard let limit = schema.limit, count > limit else { return true }
    fail(path, "has \(count) entries, more than the \(limit) accepted")
    return false
  }

  private mutating func check(_ text: String, _ schema: Schema, at path: [PathComponent]) {
    if let allowed = schema.allowed, !allowed.contains(text) {
      fail(path, "expected \(schema.expectation), found \(text.quotedForMessage)" + Self.hint(text, allowed))
    } else if let format = schema.format, !format.matches(text) {
      fail(path, "expected \(format.expectation), found \(text.quotedForMessage)")
    }
  }

  private mutating func check(_ number: Int64, _ schema: Schema, at path: [PathComponent]) {
    if let minimum = schema.minimum, number < minimum {
      fail(path, "must be at least \(minimum), found \(number)")
    } else if let maximum = schema.maximum, number > maximum {
      fail(path, "must be at most \(maximum), found \(number)")
    }
  }

  private static func hint(_ name: String, _ candidates: [String]) -> String {
    EditDistance.nearest(to: name, among: candidates.filter { !$0.isEmpty }).map { "; did you mean \"\($0)\"?" } ?? ""
  }
}

extension Schema {
  /// What a value should be, as a phrase with an article.
  var expectation: String {
    if let allowed { return "one of " + allowed.filter { !$0.isEmpty }.map { "\"\($0)\"" }.joined(separator: ", ") }
    if let format { return format.expectation }
    return switch shape {
    case .object, .anyObject: "an object"
    case .map: "a map"
    case .list: "a list"
    case .string: "text"
    case .integer: "a whole number"
    case .boolean: "true or false"
    case .integerOrString: "a whole number or text"
    }
  }
}

extension JSONValue {
  /// The value without members that are null, at every depth; items of lists stay. The API server reads such a member as
  /// absent: it drops it, fills in the default, or, where the schema says `nullable`, keeps it and hides it from rules.
  var withoutNulls: JSONValue { holdsNull ? removingNulls : self }

  private var holdsNull: Bool {
    switch self {
    case .null: true
    case .object(let members): members.contains { $0.value.holdsNull }
    case .array(let items): items.contains(where: \.holdsNull)
    default: false
    }
  }

  private var removingNulls: JSONValue {
    switch self {
    case .object(let members):
      .object(JSONObject(members.filter { !$0.value.isNull }.map { ($0.key, $0.value.removingNulls) }))
    case .array(let items): .array(items.map(\.removingNulls))
    default: self
    }
  }

  /// What this is, as a phrase with an article, for messages.
  var foundName: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .integer, .double: "a number"
    case .string: "a string"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

extension String {
  /// The text in double quotes, cut and without what would break a line, so that a message stays readable. User and
  /// password in a URL are left out.
  var quotedForMessage: String {
    let plain = URLRedaction.withoutUserInfo(self)
    let clean = plain.unicodeScalars.prefix(80).map { $0.isInvisible ? " " : String($0) }
    return "\"\(clean.joined())\(plain.unicodeScalars.count > 80 ? "…" : "")\""
  }
}
