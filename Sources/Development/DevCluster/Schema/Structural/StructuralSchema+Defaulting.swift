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
