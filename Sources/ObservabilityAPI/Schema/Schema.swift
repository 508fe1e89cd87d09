// SPDX-License-Identifier: Apache-2.0

import JSON

/// One node of the resource's schema.
///
/// The schema is written once, in ``ObservabilitySchema``. From it come the CustomResourceDefinition, the operator's own
/// validation with its messages, and the defaults, so that the three cannot differ.
public struct Schema: Sendable {
  /// What a value of this node looks like.
  public indirect enum Shape: Sendable {
    /// An object with these members and no others.
    case object([Property])
    /// An object with member names of the user's choice.
    case map(values: Schema)
    /// A list.
    case list(items: Schema, kind: ListKind)
    /// Text.
    case string
    /// A whole number of 64 bits.
    case integer
    /// `true` or `false`.
    case boolean
    /// A whole number or text (`x-kubernetes-int-or-string`).
    case integerOrString
    /// An object that is passed on as it is (`x-kubernetes-preserve-unknown-fields`).
    case anyObject
  }

  /// How server-side apply merges a list (`x-kubernetes-list-type`).
  public enum ListKind: Hashable, Sendable {
    /// One owner for the whole list.
    case atomic
    /// A set of scalars, each with an owner.
    case set
    /// Objects, told apart by these members.
    case map(keys: [String])
  }

  /// A member of an object.
  public struct Property: Sendable {
    /// The member's name.
    public var name: String
    /// What stands there.
    public var schema: Schema
    /// Whether it must be given. A member with a default never needs to be.
    public var isRequired: Bool
  }

  /// What the node is for, in words for its user.
  public var description: String
  /// What a value looks like.
  public var shape: Shape
  /// What is filled in where nothing is given.
  public var defaultValue: JSONValue?
  /// The texts accepted; nil for any.
  public var allowed: [String]?
  /// How texts are spelled.
  public var format: TextFormat?
  /// The smallest number.
  public var minimum: Int64?
  /// The largest number.
  public var maximum: Int64?
  /// The most characters of a text, items of a list or members of a map. Every node that can grow has it: the API server
  /// bounds the cost of rules by it.
  public var limit: Int?
  /// Whether null is accepted as if the member were absent (`nullable`).
  ///
  /// Server-side apply refuses a null where a field has neither this nor a default. With both, null would stay and the
  /// default would not be filled in; with an enumeration, null is refused all the same, since the API server compares it
  /// with the enumeration.
  public var isNullable = false
  /// Whether server-side apply gives the whole map one owner (`x-kubernetes-map-type: atomic`).
  public var isAtomicMap = false
  /// How the names of a map's members are spelled, where the operator alone checks it.
  var keys: TextFormat?
  /// What must hold beyond the shape.
  public var rules: [ValidationRule] = []

  init(_ description: String, _ shape: Shape, default defaultValue: JSONValue? = nil, limit: Int? = nil) {
    self.description = description
    self.shape = shape
    self.defaultValue = defaultValue
    self.limit = limit
  }

  /// The members, if this is an object.
  public var properties: [Property] {
    if case .object(let properties) = shape { properties } else { [] }
  }
}

extension Schema {
  /// Text in a given format.
  static func text(_ description: String, _ format: TextFormat, default defaultValue: String? = nil) -> Schema {
    var schema = Schema(description, .string, default: defaultValue.map(JSONValue.string), limit: format.maxLength)
    schema.format = format
    return schema
  }

  /// One of a few words.
  static func choice(_ description: String, _ allowed: [String], default defaultValue: String? = nil) -> Schema {
    var schema = Schema(description, .string, default: defaultValue.map(JSONValue.string))
    schema.allowed = allowed
    return schema
  }

  /// A switch.
  static func flag(_ description: String, default defaultValue: Bool) -> Schema {
    Schema(description, .boolean, default: .bool(defaultValue))
  }

  /// A whole number between two bounds.
  static func number(_ description: String, _ range: ClosedRange<Int64>, default defaultValue: Int64? = nil) -> Schema {
    var schema = Schema(description, .integer, default: defaultValue.map(JSONValue.integer))
    schema.minimum = range.lowerBound
    schema.maximum = range.upperBound
    return schema
  }

  /// An object with these members; `filled` if its members' defaults apply even where the object is not given.
  static func object(_ description: String, filled: Bool = false, _ properties: [Property]) -> Schema {
    Schema(description, .object(properties), default: filled ? [:] : nil)
  }

  /// A list of at most so many items.
  static func list(
    _ description: String, of items: Schema, _ kind: ListKind, limit: Int, default defaultValue: JSONValue? = nil
  ) -> Schema {
    Schema(description, .list(items: items, kind: kind), default: defaultValue, limit: limit)
  }

  /// A map of at most so many members, owned as a whole. A member that is null counts as absent.
  static func map(
    _ description: String, of values: Schema, limit: Int, default defaultValue: JSONValue? = nil
  ) -> Schema {
    var values = values
    values.isNullable = true
    var schema = Schema(description, .map(values: values), default: defaultValue, limit: limit)
    schema.isAtomicMap = true
    return schema
  }

  /// The same node with rules.
  func demanding(_ rules: ValidationRule...) -> Schema { demanding(rules) }

  /// The same node with rules.
  func demanding(_ rules: [ValidationRule]) -> Schema {
    var copy = self
    copy.rules += rules
    return copy
  }
}

extension Schema.Property {
  /// A member that the user may leave out, or set to null. One with a fixed set of texts needs a default.
  static func optional(_ name: String, _ schema: Schema) -> Self {
    var schema = schema
    schema.isNullable = schema.defaultValue == nil
    return Self(name: name, schema: schema, isRequired: false)
  }

  /// A member that the operator or the API server writes: it may be absent, and is never null.
  static func written(_ name: String, _ schema: Schema) -> Self {
    Self(name: name, schema: schema, isRequired: false)
  }

  /// A member that must be given.
  static func required(_ name: String, _ schema: Schema) -> Self { Self(name: name, schema: schema, isRequired: true) }
}
