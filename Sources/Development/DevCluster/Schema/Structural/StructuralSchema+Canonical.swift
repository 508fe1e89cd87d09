// SPDX-License-Identifier: Apache-2.0

import JSON

extension StructuralSchema {
  /// The value as the API server writes it after it went through the Go types of a built-in kind: zero values that
  /// are left out are dropped, those that are always written are added, quantities are in canonical form.
  ///
  /// Values of custom resources come back unchanged, because they never go through Go types.
  public func canonical(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let members): return .object(canonical(members))
    case .array(let elements):
      guard let items else { return value }
      return .array(elements.map(items.canonical))
    default:
      return rules.format == ValueRules.quantityFormat ? Quantity.canonical(value) : value
    }
  }

  private func canonical(_ members: JSONObject) -> JSONObject {
    var result = JSONObject()
    for (name, value) in members where properties[name] == nil {
      // A null in a map of a built-in kind is the zero value of its elements; nobody relies on it.
      result[name] = additionalProperties?.canonical(value) ?? value
    }
    for name in propertyOrder {
      guard let schema = properties[name] else { continue }
      result[name] = schema.written(members[name])
    }
    return result
  }

  /// What is written for a member, nil if it is left out.
  private func written(_ value: JSONValue?) -> JSONValue? {
    switch presence {
    case .asGiven:
      guard let value, !(value.isNull && isBuiltInPointer) else { return nil }
      return canonical(value)
    case .omittedWhenZero:
      guard let value, !value.isZero else { return nil }
      return canonical(value)
    case .always(let zero):
      guard let value, !value.isNull else { return zero }
      return canonical(value)
    case .alwaysStructure:
      return canonical(value?.object == nil ? [:] : value ?? [:])
    }
  }

  private var isBuiltInPointer: Bool { rules.format == ValueRules.quantityFormat || rules.isPointer }
}

extension ValueRules {
  /// The format of quantities such as `500m` in the tables of built-in kinds. No format of OpenAPI has this name.
  static let quantityFormat = "built-in quantity"
  /// The format of times with microseconds there.
  static let microTimeFormat = "built-in micro time"
}

extension JSONValue {
  /// Whether Go's `omitempty` would leave this out.
  fileprivate var isZero: Bool {
    switch self {
    case .null: true
    case .bool(let value): !value
    case .integer(let value): value == 0
    case .double(let value): value == 0
    case .string(let value): value.isEmpty
    case .array(let value): value.isEmpty
    case .object(let value): value.isEmpty
    }
  }
}
