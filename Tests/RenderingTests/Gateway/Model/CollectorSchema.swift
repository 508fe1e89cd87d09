// SPDX-License-Identifier: Apache-2.0

import JSON

/// The type of a value in the collector's configuration. As there, a member that is not known is an error.
indirect enum CollectorSchema: Sendable {
  case text
  case bool
  case integer(atLeast: Int64)
  case number
  /// A Go duration with a unit, or a plain 0.
  case duration
  case choice([String])
  case list(CollectorSchema)
  /// An object with any names.
  case map(CollectorSchema)
  case object([String: CollectorSchema])
  /// Any scalar: the value of an attribute.
  case scalar

  func check(_ value: JSONValue, at path: String) -> [CollectorProblem] {
    switch self {
    case .text: value.string == nil ? wrong(value, path, "text") : []
    case .bool: value.bool == nil ? wrong(value, path, "a truth value") : []
    case .integer(let least):
      value.integer.map { $0 < least ? [CollectorProblem(path, "is below \(least)")] : [] }
        ?? wrong(value, path, "an integer")
    case .number: value.double == nil && value.integer == nil ? wrong(value, path, "a number") : []
    case .duration: Self.seconds(value) == nil ? wrong(value, path, "a duration") : []
    case .choice(let texts):
      value.string.map {
        texts.contains($0) ? [] : [CollectorProblem(path, "is none of \(texts.joined(separator: ", "))")]
      }
        ?? wrong(value, path, "text")
    case .scalar: value.array == nil && value.object == nil && !value.isNull ? [] : wrong(value, path, "a scalar")
    case .list(let element):
      value.array.map { elements in
        elements.enumerated().flatMap { element.check($0.element, at: "\(path)[\($0.offset)]") }
      } ?? wrong(value, path, "a list")
    case .map(let member):
      value.object.map { $0.flatMap { member.check($0.value, at: "\(path).\($0.key)") } }
        ?? wrong(value, path, "an object")
    case .object(let members):
      value.object.map {
        $0.flatMap { key, value in
          members[key]?.check(value, at: "\(path).\(key)") ?? [CollectorProblem("\(path).\(key)", "is not known")]
        }
      } ?? wrong(value, path, "an object")
    }
  }

  private func wrong(_ value: JSONValue, _ path: String, _ expected: String) -> [CollectorProblem] {
    [CollectorProblem(path, "is \(value.typeName), not \(expected)")]
  }

  /// The seconds of a duration in the units that configurations use; nil if the value is none.
  static func seconds(_ value: JSONValue?) -> Double? {
    if value?.integer == 0 { return 0 }
    guard let text = value?.string, let match = text.wholeMatch(of: /([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)/),
      let number = Double(match.1)
    else { return nil }
    let units: [Substring: Double] = ["ms": 0.001, "s": 1, "m": 60, "h": 3600]
    return number * (units[match.2] ?? 0)
  }
}
