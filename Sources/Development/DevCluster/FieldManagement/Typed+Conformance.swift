// SPDX-License-Identifier: Apache-2.0

import JSON

extension StructuralSchema {
  /// What keeps a value from being merged: fields that are not declared, other types, elements of an associative list
  /// that cannot be told apart. Empty if nothing does.
  ///
  /// Source: `sigs.k8s.io/structured-merge-diff/typed/validate.go`.
  func typingErrors(_ value: JSONValue) -> [String] {
    typingErrors(value, at: "")
  }

  private func typingErrors(_ value: JSONValue, at path: String) -> [String] {
    switch (kind, value) {
    case (_, .null), (.any, _): return []
    case (.object, .object(let members)):
      return members.flatMap { name, value -> [String] in
        guard let schema = member(name)?.schema else { return ["\(path).\(name): field not declared in schema"] }
        return schema.typingErrors(value, at: "\(path).\(name)")
      }
    case (.array, .array(let elements)): return typingErrors(elements, at: path)
    case (.object, _): return ["\(path): expected map, got \(Self.printed(value))"]
    case (.array, _): return ["\(path): expected list, got \(Self.printed(value))"]
    case (.string, .string), (.boolean, .bool), (.integer, .integer), (.integer, .double), (.number, .integer),
      (.number, .double), (.intOrString, .string), (.intOrString, .integer), (.intOrString, .double):
      return []
    case (.string, _): return ["\(path): expected string, got \(Self.printed(value))"]
    case (.boolean, _): return ["\(path): expected boolean, got \(Self.printed(value))"]
    case (.integer, _), (.number, _):
      return ["\(path): expected numeric (int or float), got \(value.string != nil ? "string" : value.typeName)"]
    case (.intOrString, _): return ["\(path): expected untyped, got \(Self.printed(value))"]
    }
  }

  private func typingErrors(_ elements: [JSONValue], at path: String) -> [String] {
    guard let items else { return [] }
    var errors: [String] = []
    var seen: Set<PathElement> = []
    for (index, item) in elements.enumerated() {
      if case .map(let keys) = merging {
        let missing = keys.first { item[$0] == nil && items.properties[$0]?.defaultValue == nil }
        if let missing {
          let detail = "associative list with keys has an element that omits key field \"\(missing)\""
          errors.append("\(path): element \(index): \(detail) (and doesn't have default value)")
          continue
        }
      }
      let element = pathElement(of: item, at: index)
      if !seen.insert(element).inserted { errors.append("\(path): duplicate entries for key \(element)") }
      errors += items.typingErrors(item, at: path + element.description)
    }
    return errors
  }

  private static func printed(_ value: JSONValue) -> String {
    value.string ?? JSONWriter.text(value)
  }
}
