// SPDX-License-Identifier: Apache-2.0

import JSON

extension StructuralSchema {
  /// What is wrong with a number.
  ///
  /// Bounds are float64 values. A bound that has no exact place in the type of the field, such as 2^63-1 for an int64,
  /// is refused with every value. Source: `k8s.io/kube-openapi/pkg/validation/validate`, `numberValidator` and
  /// `IsValueValidAgainstRange`.
  func numberFailures(_ value: JSONValue, at path: String) -> [FieldFailure] {
    guard let number = value.double else { return [] }
    var result: [FieldFailure] = []
    if !fits(value) { result.append(outOfRange("Checked", at: path)) }
    let place = FieldFailure.place(path)
    if let divisor = rules.multipleOf {
      let isExact = fits(.double(divisor))
      if !isExact { result.append(outOfRange("MultipleOf", at: path)) }
      if !isMultiple(value, of: divisor, isExact: isExact) {
        result.append(.invalid(path, value, "\(place) should be a multiple of \(Self.printed(divisor, as: value))"))
      }
    }
    if let limit = rules.minimum {
      let isExact = fits(.double(limit))
      if !isExact { result.append(outOfRange("Minimum boundary", at: path)) }
      let order = Self.order(value, number, limit, isExact: isExact)
      if order < 0 || order == 0 && rules.exclusiveMinimum {
        let relation = rules.exclusiveMinimum ? "greater than" : "greater than or equal to"
        result.append(.invalid(path, value, "\(place) should be \(relation) \(Self.printed(limit, as: value))"))
      }
    }
    if let limit = rules.maximum {
      let isExact = fits(.double(limit))
      if !isExact { result.append(outOfRange("Maximum boundary", at: path)) }
      let order = Self.order(value, number, limit, isExact: isExact)
      if order > 0 || order == 0 && rules.exclusiveMaximum {
        let relation = rules.exclusiveMaximum ? "less than" : "less than or equal to"
        result.append(.invalid(path, value, "\(place) should be \(relation) \(Self.printed(limit, as: value))"))
      }
    }
    return result
  }

  /// Whether a number, written without an exponent, can be read as the type and format of the field.
  private func fits(_ value: JSONValue) -> Bool {
    switch (kind, checkedFormat) {
    case (.integer, let format):
      let integer: Int64?
      switch value {
      case .integer(let number): integer = number
      case .double(let number): integer = Int64(GoNumber.plain(number))
      default: integer = nil
      }
      guard let integer else { return false }
      return format != "int32" || Int32(exactly: integer) != nil
    case (.number, "float"): return value.double.map { Float($0).isFinite } ?? true
    default: return true
    }
  }

  private func outOfRange(_ subject: String, at path: String) -> FieldFailure {
    let format = checkedFormat.map { "with format \($0)" } ?? "(default format)"
    // It is no error of the validator's own kind, so it stands at the object and has no value.
    return .invalid("<nil>", "", "\(subject) value must be of type \(kind.rawValue) \(format) in \(path)")
  }

  /// Less than, equal to or greater than 0, as the value is. Integers are compared as such if the bound is exact.
  private static func order(_ value: JSONValue, _ number: Double, _ limit: Double, isExact: Bool) -> Int {
    if isExact, let integer = value.integer, let bound = truncated(limit) {
      return integer < bound ? -1 : integer == bound ? 0 : 1
    }
    return number < limit ? -1 : number == limit ? 0 : 1
  }

  private func isMultiple(_ value: JSONValue, of divisor: Double, isExact: Bool) -> Bool {
    if isExact, let integer = value.integer, let factor = Self.truncated(divisor), factor != 0 {
      return integer % factor == 0
    }
    let quotient = divisor < 1 ? 1 / divisor * (value.double ?? 0) : (value.double ?? 0) / divisor
    return quotient == quotient.rounded()
  }

  /// A bound as a message has it: an integer beside an integer.
  private static func printed(_ bound: Double, as value: JSONValue) -> String {
    if value.integer != nil, let integer = truncated(bound) { return String(integer) }
    return GoNumber.general(bound)
  }

  private static func truncated(_ bound: Double) -> Int64? { Int64(exactly: bound.rounded(.towardZero)) }
}
