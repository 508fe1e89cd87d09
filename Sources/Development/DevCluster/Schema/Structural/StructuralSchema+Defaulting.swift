// SPDX-License-Identifier: Apache-2.0

import JSON

extension StructuralSchema {
  /// Fills in the defaults of members that are missing, or null where null is not allowed, at every depth.
  ///
  /// A default that is an object is itself completed. Nothing is created where neither a value nor a default is.
  /// Source: `apiextensions-apiserver/pkg/apiserver/schema/defaulting`.
  public func defaulted(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let elements):
      guard let items else { return value }
      return .array(
        elements.map { element in
          if element.isNull, !items.rules.isNullable, let fallback = items.defaultValue {
            return items.defaulted(fallback)
          }
          return items.defaulted(element)
        })
    case .object(var members):
      for name in propertyOrder {
        guard let schema = properties[name] else { continue }
        let isAbsent = members[name].map { $0.isNull && !schema.rules.isNullable } ?? true
        if isAbsent, let fallback = schema.defaultValue { members[name] = fallback }
        if let member = members[name] { members[name] = schema.defaulted(member) }
      }
      if let additionalProperties {
        for (name, member) in members where properties[name] == nil {
          members[name] = additionalProperties.defaulted(member)
        }
      }
      return .object(members)
    default:
      return value
    }
  }
}

extension StructuralSchema {
  /// The value without members that are null where null is no value and no default comes in its place: they count as
  /// not given. So it is with custom resources; elements of lists stay.
  ///
  /// Source: `apiextensions-apiserver/pkg/apiserver/schema/defaulting.PruneNonNullableNullsWithoutDefaults`.
  func withoutNulls(_ value: JSONValue) -> JSONValue {
    // Hardly an object has one, so it is looked for before anything is copied.
    value.holdsNull ? removingNulls(value) : value
  }

  private func removingNulls(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let elements): return items.map { items in .array(elements.map(items.removingNulls)) } ?? value
    case .object(let members):
      var result = JSONObject()
      for (name, value) in members {
        guard let schema = properties[name] ?? additionalProperties else {
          result[name] = value
          continue
        }
        if value.isNull, !schema.rules.isNullable, schema.defaultValue == nil { continue }
        result[name] = schema.removingNulls(value)
      }
      return .object(result)
    default: return value
    }
  }
}

extension JSONValue {
  fileprivate var holdsNull: Bool {
    switch self {
    case .null: true
    case .array(let elements): elements.contains(where: \.holdsNull)
    case .object(let members): members.contains { $0.value.holdsNull }
    default: false
    }
  }
}
