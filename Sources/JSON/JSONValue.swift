// SPDX-License-Identifier: Apache-2.0

/// A JSON value, with integers kept exact.
///
/// The Kubernetes API server reads a number without fraction or exponent as a 64-bit integer and everything else as a
/// double (`k8s.io/apimachinery/pkg/util/json`); so does this type. Quantities such as `500Mi` stay text.
///
/// Two objects are equal when they hold the same members, in whatever order. Two strings are equal when their bytes are,
/// which is narrower than Swift's `==` on text: a composed letter and its decomposed form differ.
@frozen
public enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

extension JSONValue {
  /// The text, if this is a string.
  public var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// The integer, if this is one; a double is never rounded into one.
  public var integer: Int64? {
    if case .integer(let value) = self { value } else { nil }
  }

  /// The number, integer or not.
  public var double: Double? {
    switch self {
    case .double(let value): value
    case .integer(let value): Double(value)
    default: nil
    }
  }

  /// The truth value, if this is one.
  public var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The elements, if this is an array.
  public var array: [JSONValue]? {
    if case .array(let value) = self { value } else { nil }
  }

  /// The members, if this is an object.
  public var object: JSONObject? {
    if case .object(let value) = self { value } else { nil }
  }

  /// Whether this is `null`.
  public var isNull: Bool {
    if case .null = self { true } else { false }
  }

  /// The name of this value's type as Kubernetes' schemas and messages spell it.
  public var typeName: String {
    switch self {
    case .null: "null"
    case .bool: "boolean"
    case .integer: "integer"
    case .double: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }

  /// The member of that name, or nil if there is none or this is not an object.
  ///
  /// Setting a member of something that is not an object replaces it by an object that holds just that member;
  /// setting nil removes the member.
  public subscript(key: String) -> JSONValue? {
    get { object?[key] }
    set {
      var members = object ?? JSONObject()
      members[key] = newValue
      self = .object(members)
    }
  }

  /// The value found by following member names from here, or nil as soon as one is missing.
  public subscript(path path: String...) -> JSONValue? {
    path.reduce(Optional(self)) { value, key in value?[key] }
  }
}

extension JSONValue {
  /// About how many bytes the value takes in memory, by the layout of its storage on 64 bits: 24 for itself, and the
  /// allocations of text beyond 15 bytes, of arrays and of objects. Shared storage counts each time.
  public var footprint: Int {
    switch self {
    case .null, .bool, .integer, .double: 24
    case .string(let text): 24 + Self.footprint(of: text)
    case .array(let elements): elements.reduce(24 + 48) { $0 + $1.footprint }
    case .object(let members): 24 + members.footprint
    }
  }

  fileprivate static func footprint(of text: String) -> Int { text.utf8.count > 15 ? 48 + text.utf8.count : 0 }
}

extension JSONObject {
  /// About how many bytes the members take in memory, as ``JSONValue/footprint`` counts.
  public var footprint: Int {
    reduce(isEmpty ? 0 : 48) { $0 + 16 + JSONValue.footprint(of: $1.key) + $1.value.footprint }
  }
}

extension JSONValue: Hashable {
  /// Whether both are the same value of the same type; an integer never equals a double.
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.integer(let left), .integer(let right)): left == right
    case (.double(let left), .double(let right)): left == right
    case (.string(let left), .string(let right)): left.hasSameBytes(as: right)
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    default: false
    }
  }

  /// Feeds the value to the hasher.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(typeName)
    switch self {
    case .null: break
    case .bool(let value): hasher.combine(value)
    case .integer(let value): hasher.combine(value)
    case .double(let value): hasher.combine(value)
    case .string(let value): hasher.combine(value)
    case .array(let value): hasher.combine(value)
    case .object(let value): hasher.combine(value)
    }
  }
}

extension String {
  /// Whether both are the same bytes of UTF-8.
  func hasSameBytes(as other: String) -> Bool {
    utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral, ExpressibleByFloatLiteral
{
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// An integer.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// A double.
  public init(floatLiteral value: Double) { self = .double(value) }
  /// The value `null`.
  public init(nilLiteral: ()) { self = .null }
  /// An array of these elements.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// An object with these members; a later member of the same name replaces an earlier one.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(elements))
  }
}
