// SPDX-License-Identifier: Apache-2.0

import JSON

/// What values of one place in an object look like: the part of OpenAPI v3 that Kubernetes calls structural.
///
/// It serves custom resources, read from their definition, and built-in kinds, read from tables. Source:
/// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/.
public final class StructuralSchema: Sendable {
  /// The kind of value.
  public enum Kind: String, Hashable, Sendable {
    case object, array, string, integer, number, boolean
    /// An integer or text: `x-kubernetes-int-or-string`.
    case intOrString
    /// Anything: `x-kubernetes-preserve-unknown-fields` without a type.
    case any
  }

  /// The kind of value that is expected.
  public let kind: Kind
  /// What a value must satisfy beside its kind.
  public let rules: ValueRules
  /// How lists and maps are merged and owned.
  public let merging: Merging
  /// The declared members of an object.
  public let properties: [String: StructuralSchema]
  /// The names of the declared members in the order of their declaration.
  public let propertyOrder: [String]
  /// What the members that are not declared look like, if they are welcome.
  public let additionalProperties: StructuralSchema?
  /// What the elements of an array look like.
  public let items: StructuralSchema?
  /// The value that is filled in where there is none.
  public let defaultValue: JSONValue?
  /// How the API server writes the member when it has no value; only built-in kinds differ here.
  public let presence: Presence
  /// The text that explains the value.
  public let description: String?
  /// The format that values are checked against; nil if there is none, or one that the API server does not know.
  let checkedFormat: String?
  /// Whether there is a list here or below whose elements must differ.
  let hasUniqueLists: Bool

  /// How lists and maps are merged and owned by server-side apply.
  public enum Merging: Hashable, Sendable {
    /// As a whole.
    case atomic
    /// A map or an object: member by member.
    case granular
    /// A list of scalars without duplicates.
    case set
    /// A list whose elements are told apart by these members.
    case map(keys: [String])
  }

  /// What the API server does with a member of a built-in kind that has no value, as Go's `omitempty` has it.
  public enum Presence: Hashable, Sendable {
    /// A value that is given is kept, whatever it is; an absent one stays absent. So are custom resources and pointers.
    case asGiven
    /// The zero value of the kind is dropped.
    case omittedWhenZero
    /// An absent value is written as this one.
    case always(JSONValue)
    /// A structure that is written even when it is empty, with the members that are always written.
    case alwaysStructure
  }

  init(
    kind: Kind, rules: ValueRules = ValueRules(), merging: Merging? = nil,
    properties: [(String, StructuralSchema)] = [], additionalProperties: StructuralSchema? = nil,
    items: StructuralSchema? = nil, defaultValue: JSONValue? = nil, presence: Presence = .asGiven,
    description: String? = nil
  ) {
    self.kind = kind
    self.rules = rules
    self.merging = merging ?? (kind == .array ? .atomic : .granular)
    self.properties = Dictionary(properties, uniquingKeysWith: { $1 })
    self.propertyOrder = properties.map(\.0)
    self.additionalProperties = additionalProperties
    self.items = items
    self.defaultValue = defaultValue
    self.presence = presence
    self.description = description
    checkedFormat = rules.format.flatMap { Format.isKnown($0, for: kind) ? $0 : nil }
    let isUniqueList = kind == .array && self.merging != .atomic
    hasUniqueLists =
      isUniqueList || items?.hasUniqueLists == true || additionalProperties?.hasUniqueLists == true
      || properties.contains { $0.1.hasUniqueLists }
  }

  /// Anything at all: what `x-kubernetes-preserve-unknown-fields` admits.
  public static let anything: StructuralSchema = {
    var rules = ValueRules()
    rules.preservesUnknownFields = true
    rules.isNullable = true
    return StructuralSchema(kind: .any, rules: rules)
  }()

  /// The schema of a member, and whether the member is declared by name; nil if it is unknown here.
  func member(_ name: String) -> (schema: StructuralSchema, isDeclared: Bool)? {
    if let schema = properties[name] { return (schema, true) }
    if let additionalProperties { return (additionalProperties, false) }
    return rules.preservesUnknownFields ? (Self.anything, false) : nil
  }

  /// What an object of this schema looks like before anything was set: empty for custom resources; for a built-in
  /// kind it has what Go writes for a new object.
  public var zeroValue: JSONValue { canonical([:]) }
}

/// What a value must satisfy beside its kind.
public struct ValueRules: Hashable, Sendable {
  /// The members that must be there.
  public var required: [String] = []
  /// The only values allowed, if there is such a list.
  public var allowedValues: [JSONValue] = []
  /// A regular expression that text must match somewhere.
  public var pattern: String?
  /// A named format such as `date-time`, `int32` or `byte`.
  public var format: String?
  /// The least number allowed.
  public var minimum: Double?
  /// The greatest number allowed.
  public var maximum: Double?
  /// Whether the least number itself is excluded.
  public var exclusiveMinimum = false
  /// Whether the greatest number itself is excluded.
  public var exclusiveMaximum = false
  /// What a number must be divisible by.
  public var multipleOf: Double?
  /// The least for the length of text, in characters.
  public var minLength: Int?
  /// The most for the length of text, in characters.
  public var maxLength: Int?
  /// The least for the number of elements.
  public var minItems: Int?
  /// The most for the number of elements.
  public var maxItems: Int?
  /// The least for the number of members.
  public var minProperties: Int?
  /// The most for the number of members.
  public var maxProperties: Int?
  /// Whether `null` is a value.
  public var isNullable = false
  /// Whether a null of a built-in kind counts as absent, as a Go pointer does.
  var isPointer = false
  /// Whether members that are not declared are kept: `x-kubernetes-preserve-unknown-fields`.
  public var preservesUnknownFields = false
  /// Whether the object is a whole Kubernetes object: `x-kubernetes-embedded-resource`.
  public var isEmbeddedResource = false
  /// The rules of `x-kubernetes-validations`, as they stand. They are kept, not evaluated.
  public var validations: [JSONValue] = []

  /// No rules.
  public init() {}
}

extension StructuralSchema {
  /// Whether this schema or one below has rules in `x-kubernetes-validations`.
  public var hasValidations: Bool {
    !rules.validations.isEmpty || properties.values.contains(where: \.hasValidations)
      || additionalProperties?.hasValidations == true || items?.hasValidations == true
  }
}
