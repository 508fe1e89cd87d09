// SPDX-License-Identifier: Apache-2.0

import JSON

/// The canonical form of resource quantities.
///
/// Source: `k8s.io/apimachinery/pkg/api/resource`. Bounds: at most 18 digits, so that all fits into 128 bits; a longer
/// number, and one with an exponent, is left as it was written.
enum Quantity {
  /// The quantity as the API server writes it: `0.1` → `100m`, `1024Mi` → `1Gi`, `1000m` → `1`. What is no quantity
  /// comes back unchanged.
  static func canonical(_ value: JSONValue) -> JSONValue {
    switch value {
    case .integer(let number): canonical(.string(String(number)))
    case .double(let number): canonical(.string("\(number)"))
    case .string(let text): .string(canonical(text) ?? text)
    default: value
    }
  }

  /// Whether the text is a quantity.
  static func isValid(_ text: String) -> Bool {
    let (number, suffix) = split(text)
    let digits = number.drop { $0 == "+" || $0 == "-" }
    guard digits.contains(where: \.isNumber), digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
      digits.filter({ $0 == "." }).count <= 1
    else { return false }
    if binary.contains(suffix) || decimal.contains(suffix) { return true }
    return (suffix.first == "e" || suffix.first == "E") && Int(suffix.dropFirst()) != nil
  }

  private static let binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]
  private static let decimal = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"]
  private static let unitPosition = 3

  private static func split(_ text: String) -> (number: Substring, suffix: String) {
    let number = text.prefix { "+-.0123456789".contains($0) }
    return (number, String(text[number.endIndex...]))
  }

  /// Two quantities as numbers of one unit, to be compared; nil if one is none or too large.
  static func pair(_ first: String, _ second: String) -> (Int128, Int128)? {
    guard let first = billionths(first)?.value, let second = billionths(second)?.value else { return nil }
    return (first, second)
  }

  private static func canonical(_ text: String) -> String? {
    guard let (value, isBinary) = billionths(text) else { return nil }
    let sign = value < 0 ? "-" : ""
    return sign + ((isBinary ? binaryText(abs(value)) : nil) ?? decimalText(abs(value)))
  }

  /// Everything is counted in billionths; finer fractions are rounded away from zero, as the API server does.
  private static func billionths(_ text: String) -> (value: Int128, isBinary: Bool)? {
    guard isValid(text) else { return nil }
    let (number, suffix) = split(text)
    let isNegative = number.first == "-"
    let parts = number.drop { $0 == "+" || $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
    let fraction = parts.count > 1 ? String(parts[1]) : ""
    let digits = String(parts[0]) + fraction
    guard digits.count <= 18, let mantissa = Int128(digits) else { return nil }
    var value = mantissa * 1_000_000_000
    if !suffix.isEmpty, let power = binary.firstIndex(of: suffix) {
      value = value << Int128(10 * power)
    } else if let power = decimal.firstIndex(of: suffix) {
      let exponent = (power - unitPosition) * 3
      value = exponent >= 0 ? value * tenToThe(exponent) : roundedUp(value, tenToThe(-exponent))
    } else {
      return nil
    }
    value = roundedUp(value, tenToThe(fraction.count))
    return (isNegative ? -value : value, !suffix.isEmpty && binary.contains(suffix))
  }

  /// Binary units are kept for whole numbers from 1024 on; what is below or fractional is written in decimal units.
  private static func binaryText(_ billionths: Int128) -> String? {
    guard billionths % 1_000_000_000 == 0 else { return nil }
    var amount = billionths / 1_000_000_000
    guard amount >= 1024 else { return nil }
    var power = 0
    while power < binary.count - 1, amount % 1024 == 0 {
      amount /= 1024
      power += 1
    }
    return "\(amount)\(binary[power])"
  }

  private static func decimalText(_ billionths: Int128) -> String {
    guard billionths != 0 else { return "0" }
    var amount = billionths
    var power = 0
    while power < decimal.count - 1, amount % 1000 == 0 {
      amount /= 1000
      power += 1
    }
    return "\(amount)\(decimal[power])"
  }

  private static func tenToThe(_ exponent: Int) -> Int128 {
    (0..<exponent).reduce(into: Int128(1)) { result, _ in result *= 10 }
  }

  private static func roundedUp(_ value: Int128, _ divisor: Int128) -> Int128 {
    value / divisor + (value % divisor == 0 ? 0 : 1)
  }
}
