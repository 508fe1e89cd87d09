// SPDX-License-Identifier: Apache-2.0

import JSON

extension StructuralSchema {
  /// What is wrong with a value, with the fields and messages of the API server; empty if nothing is.
  ///
  /// First comes what breaks the schema, members in the order of their names, then duplicates in sets and lists with
  /// keys. Sources: `k8s.io/kube-openapi/pkg/validation/validate`,
  /// `apiextensions-apiserver/pkg/apiserver/validation/validation.go`, `…/schema/listtype`.
  ///
  /// - Parameter path: the path of the value; empty for an object itself.
  public func validate(_ value: JSONValue, at path: String = "") -> [FieldFailure] {
    failures(value, at: path) + duplicates(value, at: path)
  }

  private func failures(_ value: JSONValue, at path: String) -> [FieldFailure] {
    if value.isNull, rules.isNullable || kind == .any { return [] }
    guard hasType(value) else {
      return [.typeInvalid(path, found: value.typeName, expected: kind == .intOrString ? "integer" : kind.rawValue)]
    }
    var result = scalarFailures(value, at: path)
    switch value {
    case .array(let elements):
      result += countFailures(elements.count, min: rules.minItems, max: rules.maxItems, "items", at: path)
      for (index, element) in elements.enumerated() {
        result += items?.failures(element, at: FieldName.element(path, index)) ?? []
      }
    case .object(let members):
      let bounds = (rules.minProperties, rules.maxProperties)
      result += countFailures(members.count, min: bounds.0, max: bounds.1, "properties", at: path)
      let required = rules.required + (rules.isEmbeddedResource ? ["apiVersion", "kind"] : [])
      for name in required where members[name] == nil {
        result.append(.required(FieldName.member(path, name)))
      }
      for (name, member) in members.sorted(by: { $0.key < $1.key }) {
        let schema = properties[name] ?? additionalProperties
        result += schema?.failures(member, at: FieldName.member(path, name)) ?? []
      }
    default: break
    }
    if !rules.allowedValues.isEmpty, !rules.allowedValues.contains(where: { $0.isSame(as: value) }) {
      result.append(.notSupported(path, value, rules.allowedValues))
    }
    return result
  }

  private func hasType(_ value: JSONValue) -> Bool {
    switch (kind, value) {
    case (.any, _), (.object, .object), (.array, .array), (.string, .string), (.boolean, .bool), (.integer, .integer),
      (.number, .integer), (.number, .double), (.intOrString, .integer), (.intOrString, .string):
      true
    // A double without a fraction counts as an integer; the bounds are those of exactness.
    case (.integer, .double(let number)): Int64(exactly: number) != nil
    default: false
    }
  }

  private func scalarFailures(_ value: JSONValue, at path: String) -> [FieldFailure] {
    var result: [FieldFailure] = []
    if let text = value.string, let failure = textFailure(text, at: path) { result.append(failure) }
    if let number = value.double { result += numberFailures(number, value, at: path) }
    if let format = rules.format, !Format.accepts(value, format) {
      let found = value.string ?? JSONWriter.text(value)
      result.append(.typeInvalid(path, found: found, expected: format))
    }
    return result
  }

  /// The API server stops at the first thing that is wrong with a text.
  private func textFailure(_ text: String, at path: String) -> FieldFailure? {
    let place = FieldFailure.place(path)
    let length = text.unicodeScalars.count
    if let limit = rules.maxLength, length > limit { return .tooLong(path, limit: limit) }
    if let limit = rules.minLength, length < limit {
      return .invalid(path, .string(text), "\(place) should be at least \(limit) chars long")
    }
    if let pattern = rules.pattern, !Pattern.matches(pattern, text) {
      return .invalid(path, .string(text), "\(place) should match '\(pattern)'")
    }
    return nil
  }

  private func numberFailures(_ number: Double, _ value: JSONValue, at path: String) -> [FieldFailure] {
    let place = FieldFailure.place(path)
    var result: [FieldFailure] = []
    if let divisor = rules.multipleOf, (number / divisor).rounded() != number / divisor {
      result.append(.invalid(path, value, "\(place) should be a multiple of \(Self.printed(divisor))"))
    }
    if let limit = rules.maximum, rules.exclusiveMaximum ? number >= limit : number > limit {
      let relation = rules.exclusiveMaximum ? "less than" : "less than or equal to"
      result.append(.invalid(path, value, "\(place) should be \(relation) \(Self.printed(limit))"))
    }
    if let limit = rules.minimum, rules.exclusiveMinimum ? number <= limit : number < limit {
      let relation = rules.exclusiveMinimum ? "greater than" : "greater than or equal to"
      result.append(.invalid(path, value, "\(place) should be \(relation) \(Self.printed(limit))"))
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
    var result: [FieldFailure] = []
    switch value {
    case .array(let elements):
      var seen: Set<PathElement> = []
      for (index, element) in elements.enumerated() {
        let place = FieldName.element(path, index)
        let identity = pathElement(of: element, at: index)
        if !seen.insert(identity).inserted {
          if case .key(let members) = identity {
            result.append(.duplicate(place, .object(members)))
          } else {
            result.append(.duplicate(place, element))
          }
        }
        result += items?.duplicates(element, at: place) ?? []
      }
    case .object(let members):
      for (name, member) in members.sorted(by: { $0.key < $1.key }) {
        result += (properties[name] ?? additionalProperties)?.duplicates(member, at: FieldName.member(path, name)) ?? []
      }
    default: break
    }
    return result
  }

  private static func printed(_ number: Double) -> String {
    Int64(exactly: number).map(String.init) ?? "\(number)"
  }
}

extension JSONValue {
  /// Equality in which 1 and 1.0 are the same number.
  fileprivate func isSame(as other: JSONValue) -> Bool {
    if let number = double, let second = other.double { return number == second }
    return self == other
  }
}
