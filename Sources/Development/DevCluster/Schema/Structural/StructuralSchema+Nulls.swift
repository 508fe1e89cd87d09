// SPDX-License-Identifier: Apache-2.0

import JSON

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
