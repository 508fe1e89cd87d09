// SPDX-License-Identifier: Apache-2.0

import JSON

extension StructuralSchema {
  /// What is wrong with a value, with the fields and messages of the API server; empty if nothing is.
  ///
  /// The members of an object come in the order of their names; the API server takes them in any. Sources:
  /// `k8s.io/kube-openapi/pkg/validation/validate`, `apiextensions-apiserver/pkg/apiserver/validation/validation.go`.
  ///
  /// - Parameters:
  ///   - path: the path of the value; empty for an object itself.
  ///   - old: the value that an update replaces. What it leaves alone is not refused.
  public func validate(_ value: JSONValue, at path: String = "", over old: JSONValue? = nil) -> [FieldFailure] {
    var result = typeFailures(value, at: path)
    switch value {
    case .string(let text): result += textFailures(text, at: path)
    case .integer, .double: result += numberFailures(value, at: path)
    case .array(let elements): result += elementFailures(elements, at: path, over: old)
    default: break
    }
    if !rules.allowedValues.isEmpty, !rules.allowedValues.contains(where: { $0.isSame(as: value) }) {
      result.append(.notSupported(path, value, rules.allowedValues))
    }
    if case .object(let members) = value { result += memberFailures(members, at: path, over: old) }
    guard !result.isEmpty, let old, isUnchanged(old, value) else { return result }
    return []
  }

  /// Duplicates in sets and in lists with keys. Source: `apiextensions-apiserver/pkg/apiserver/schema/listtype`.
  func duplicates(_ value: JSONValue) -> [FieldFailure] {
    hasUniqueLists ? duplicates(value, at: "") : []
  }

  private func typeFailures(_ value: JSONValue, at path: String) -> [FieldFailure] {
    if value.isNull {
      return rules.isNullable || kind == .any ? [] : [.typeInvalid(path, found: "null", expected: typeNames)]
    }
    let isText = value.string != nil || value.array != nil
    if let format = checkedFormat {
      // A text that must have a format is left to the format; so is a list, by the source's own mistake.
      if isText, kind == .string { return [] }
      if !isText, !hasType(value) { return [.typeInvalid(path, found: Self.nativeFormat(value), expected: format)] }
    }
    return hasType(value) ? [] : [.typeInvalid(path, found: value.typeName, expected: typeNames)]
  }

  private func hasType(_ value: JSONValue) -> Bool {
    switch (kind, value) {
    case (.any, _), (.object, .object), (.array, .array), (.string, .string), (.boolean, .bool), (.integer, .integer),
      (.number, .integer), (.number, .double), (.intOrString, .integer), (.intOrString, .string):
      true
    // A double without a fraction counts as an integer.
    case (.integer, .double(let number)), (.intOrString, .double(let number)): number == number.rounded()
    default: false
    }
  }

  /// The types as messages name them.
  private var typeNames: String { kind == .intOrString ? "integer,string" : kind.rawValue }

  /// The format that the validator infers from a value in Go.
  private static func nativeFormat(_ value: JSONValue) -> String {
    switch value {
    case .integer: "int64"
    case .double: "float64"
    default: ""
    }
  }

  /// The API server stops at the first thing that is wrong with the text, and looks at its format besides.
  private func textFailures(_ text: String, at path: String) -> [FieldFailure] {
    var result = textFailure(text, at: path).map { [$0] } ?? []
    if let format = checkedFormat, !Format.accepts(text, format) {
      result.append(.typeInvalid(path, found: text, expected: format))
    }
    return result
  }

  private func textFailure(_ text: String, at path: String) -> FieldFailure? {
    let place = FieldFailure.place(path)
    if let limit = rules.maxLength, text.unicodeScalars.count > limit { return .tooLong(path, limit: limit) }
    if let limit = rules.minLength, text.unicodeScalars.count < limit {
      return .invalid(path, .string(text), "\(place) should be at least \(limit) chars long")
    }
    if let pattern = rules.pattern, !Pattern.matches(pattern, text) {
      return .invalid(path, .string(text), "\(place) should match '\(pattern)'")
    }
    return nil
  }

  private func elementFailures(_ elements: [JSONValue], at path: String, over old: JSONValue?) -> [FieldFailure] {
    var result: [FieldFailure] = []
    if let items {
      for (index, element) in elements.enumerated() {
        let before = predecessor(of: element, in: old)
        result += items.validate(element, at: FieldName.element(path, index), over: before)
      }
    }
    return result + countFailures(elements.count, min: rules.minItems, max: rules.maxItems, "items", at: path)
  }

  private func memberFailures(_ members: JSONObject, at path: String, over old: JSONValue?) -> [FieldFailure] {
    let count = countFailures(
      members.count, min: rules.minProperties, max: rules.maxProperties, "properties", at: path)
    guard count.isEmpty else { return count }
    // Sorted once there is something to sort, which is rare.
    var found: [(name: String, failures: [FieldFailure])] = []
    for (name, member) in members {
      guard let schema = properties[name] ?? additionalProperties else { continue }
      let failures = schema.validate(member, at: FieldName.member(path, name), over: old?[name])
      if !failures.isEmpty { found.append((name, failures)) }
    }
    var result = found.sorted { $0.name < $1.name }.flatMap(\.failures)
    for name in rules.required + (rules.isEmbeddedResource ? ["apiVersion", "kind"] : []) where members[name] == nil {
      result.append(.required(FieldName.member(path, name)))
    }
    return result
  }

  private func countFailures(_ count: Int, min: Int?, max: Int?, _ noun: String, at path: String) -> [FieldFailure] {
    if let max, count > max { return [.tooMany(path, count: count, limit: max)] }
    if let min, count < min {
      let detail = "\(FieldFailure.place(path)) should have at least \(min) \(noun)"
      return [.invalid(path, .integer(Int64(count)), detail)]
    }
    return []
  }

  private func duplicates(_ value: JSONValue, at path: String) -> [FieldFailure] {
    guard hasUniqueLists else { return [] }
    var result: [FieldFailure] = []
    switch value {
    case .array(let elements):
      var seen: Set<PathElement> = []
      for (index, element) in elements.enumerated() {
        let place = FieldName.element(path, index)
        let identity = pathElement(of: element, at: index)
        if merging != .atomic, !seen.insert(identity).inserted {
          if case .key(let members) = identity {
            result.append(.duplicate(place, .object(members)))
          } else {
            result.append(.duplicate(place, element))
          }
        }
        result += items?.duplicates(element, at: place) ?? []
      }
    case .object(let members):
      for (name, member) in members.sortedByName() {
        result += (properties[name] ?? additionalProperties)?.duplicates(member, at: FieldName.member(path, name)) ?? []
      }
    default: break
    }
    return result
  }
}

extension JSONValue {
  /// Equality in which 1 and 1.0 are the same number.
  fileprivate func isSame(as other: JSONValue) -> Bool {
    if let number = double, let second = other.double { return number == second }
    return self == other
  }
}
