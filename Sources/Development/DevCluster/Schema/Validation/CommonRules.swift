// SPDX-License-Identifier: Apache-2.0

import JSON

/// Rules that several kinds share.
enum CommonRules {
  /// Source: `ValidateNonnegativeField` in `pkg/apis/core/validation/validation.go`.
  static func nonNegative(_ value: JSONValue?, at path: String) -> [FieldFailure] {
    guard let number = value?.integer, number < 0 else { return [] }
    return [.invalid(path, .integer(number), "must be greater than or equal to 0")]
  }

  /// A count or a percentage. Source: `ValidatePositiveIntOrPercent` and `IsNotMoreThan100Percent` in
  /// `pkg/apis/apps/validation/validation.go`.
  ///
  /// - Parameter isBounded: whether more than 100% is refused.
  static func countOrPercent(_ value: JSONValue?, at path: String, isBounded: Bool = true) -> [FieldFailure] {
    guard let value else { return [] }
    guard case .string(let text) = value else { return nonNegative(value, at: path) }
    guard let percent = percent(text) else {
      return [
        .invalid(
          path, value,
          "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used "
            + "for validation is '[0-9]+%')")
      ]
    }
    return isBounded && percent > 100 ? notMoreThanAll(value, at: path) : []
  }

  /// Source: `IsNotMoreThan100Percent`, as above.
  static func notMoreThanAll(_ value: JSONValue?, at path: String) -> [FieldFailure] {
    guard let value, let percent = value.string.flatMap(percent), percent > 100 else { return [] }
    return [.invalid(path, value, "must not be greater than 100%")]
  }

  /// The number in a count or a percentage; 0 for anything else.
  static func amount(_ value: JSONValue?) -> Int64 {
    value?.integer ?? value?.string.flatMap(percent) ?? 0
  }

  private static func percent(_ text: String) -> Int64? {
    let digits = text.dropLast()
    guard text.hasSuffix("%"), !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return Int64(digits) ?? .max
  }

  /// Source: `IsValidPortNum` in `k8s.io/apimachinery/pkg/util/validation/validation.go`.
  static func portNumber(_ value: JSONValue?, at path: String) -> [FieldFailure] {
    guard let number = value?.integer, !(1...65535).contains(number) else { return [] }
    return [.invalid(path, .integer(number), "must be between 1 and 65535, inclusive")]
  }

  /// Source: `IsValidPortName`, as above.
  static func portName(_ name: String, at path: String) -> [FieldFailure] {
    let bytes = name.utf8
    let isLetter = { (byte: UInt8) in (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    let hyphen = UInt8(ascii: "-")
    var details: [String] = []
    if bytes.count > 15 { details.append("must be no more than 15 bytes") }
    if bytes.isEmpty || !bytes.allSatisfy({ isLetter($0) || isDigit($0) || $0 == hyphen }) {
      details.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    }
    if !bytes.contains(where: isLetter) { details.append("must contain at least one letter (a-z)") }
    if name.contains("--") { details.append("must not contain consecutive hyphens") }
    if bytes.first == hyphen || bytes.last == hyphen { details.append("must not begin or end with a hyphen") }
    return details.map { .invalid(path, .string(name), $0) }
  }

  /// Source: `ValidateLabelSelector` in `k8s.io/apimachinery/pkg/apis/meta/v1/validation/validation.go`.
  static func selector(_ selector: JSONValue?, at path: String) -> [FieldFailure] {
    guard let selector, !selector.isNull else { return [] }
    var result = ObjectMetaRules.labelFailures(selector["matchLabels"], at: "\(path).matchLabels")
    for (index, requirement) in (selector["matchExpressions"]?.array ?? []).enumerated() {
      let place = "\(path).matchExpressions[\(index)]"
      let values = requirement["values"]?.array ?? []
      switch requirement["operator"]?.string {
      case "In", "NotIn":
        if values.isEmpty {
          result.append(.required("\(place).values", "must be specified when `operator` is 'In' or 'NotIn'"))
        }
      case "Exists", "DoesNotExist":
        if !values.isEmpty {
          let detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
          result.append(.forbidden("\(place).values", detail))
        }
      default:
        let detail = "not a valid selector operator"
        result.append(.invalid("\(place).operator", requirement["operator"] ?? "", detail))
      }
      let key = requirement["key"]?.string ?? ""
      if let problem = NameRules.qualifiedName(key) { result.append(.invalid("\(place).key", .string(key), problem)) }
      for (position, value) in values.enumerated() {
        guard let problem = NameRules.labelValue(value.string ?? "") else { continue }
        result.append(.invalid("\(place).values[\(position)]", value, problem))
      }
    }
    return result
  }
}

extension FieldFailure {
  /// A failure whose value is an internal type of the API server, printed with Go's names in Go's order.
  static func invalid(_ field: String, goValue: [(String, JSONValue)], _ detail: String) -> FieldFailure {
    FieldFailure(field: field, reason: .invalid, message: "Invalid value: \(goText(goValue)): \(detail)")
  }

  /// An enumeration whose value is printed as the internal type that holds it.
  static func notSupported(_ field: String, goValue: [(String, JSONValue)], _ supported: [String]) -> FieldFailure {
    let list = supported.map { "\"\($0)\"" }.joined(separator: ", ")
    return FieldFailure(
      field: field, reason: .notSupported, message: "Unsupported value: \(goText(goValue)): supported values: \(list)")
  }

  private static func goText(_ members: [(String, JSONValue)]) -> String {
    JSONWriter.text(.object(JSONObject(members)), order: .asGiven)
  }
}
