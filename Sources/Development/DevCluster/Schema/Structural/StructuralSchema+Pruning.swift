// SPDX-License-Identifier: Apache-2.0

import JSON

extension StructuralSchema {
  /// Drops the members that the schema does not know and names them: `spec.template.foo`, `spec.ports[0].bar`.
  ///
  /// The names stand in the API server's warnings and strict errors: `unknown field "spec.foo"`. `apiVersion`, `kind`
  /// and `metadata` of the object itself and of embedded resources are always known; what stands in an undeclared
  /// `metadata` is not looked at. Source: `apiextensions-apiserver/pkg/apiserver/schema/pruning`.
  public func pruned(_ value: JSONValue) -> (value: JSONValue, unknown: [String]) {
    var unknown: [String] = []
    let result = pruned(value, at: "", isObject: true, unknown: &unknown)
    return (result, unknown)
  }

  /// Whether a value of this place, not an object of its own, has members that the schema does not know.
  func hasUnknown(in value: JSONValue) -> Bool {
    var unknown: [String] = []
    _ = pruned(value, at: "", isObject: false, unknown: &unknown)
    return !unknown.isEmpty
  }

  private func pruned(_ value: JSONValue, at path: String, isObject: Bool, unknown: inout [String]) -> JSONValue {
    switch value {
    case .array(let elements):
      guard let items else { return value }
      return .array(
        elements.enumerated().map {
          items.pruned($1, at: FieldName.element(path, $0), isObject: false, unknown: &unknown)
        })
    case .object(let members):
      var result = JSONObject()
      for (name, member) in members {
        let place = FieldName.member(path, name)
        if let schema = properties[name] ?? additionalProperties {
          result[name] = schema.pruned(member, at: place, isObject: false, unknown: &unknown)
        } else if rules.preservesUnknownFields || (isObject || rules.isEmbeddedResource) && Self.typeMeta.contains(name)
        {
          result[name] = member
        } else {
          unknown.append(place)
        }
      }
      return .object(result)
    default:
      return value
    }
  }

  private static let typeMeta: Set<String> = ["apiVersion", "kind", "metadata"]
}
