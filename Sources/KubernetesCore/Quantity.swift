// SPDX-License-Identifier: Apache-2.0

/// An amount as Kubernetes writes it: `500Mi`, `100m`, `1.5`, `2e3`.
///
/// Follows `k8s.io/apimachinery/pkg/api/resource`: kept to nano precision; finer amounts are rounded away from zero.
public struct Quantity: Hashable, Sendable, Comparable {
  /// The family of suffixes that the text used; the canonical form keeps it.
  enum Format: Hashable, Sendable { case decimal, binary, exponent }

  /// The amount in billionths.
  let nanos: Int128
  let format: Format

  private static let billion: Int128 = 1_000_000_000
  private static let decimalSuffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"]
  private static let binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]

  /// The amount that the text spells; nil if it spells none, or one of 2^63 or more either side of zero.
  public init?(_ text: String) {
    guard text.utf8.count <= 64 else { return nil }
    var rest = text[...]
    let isNegative = rest.first == "-"
    if isNegative || rest.first == "+" { rest.removeFirst() }
    guard let number = DecimalNumber(takingFrom: &rest, digits: 32), let scale = Self.scale(String(rest)) else {
      return nil
    }
    let (product, overflow) = number.mantissa.multipliedReportingOverflow(by: scale.factor)
    let (divisor, isTooFine) = number.divisor.multipliedReportingOverflow(by: scale.divisor)
    guard !overflow, !isTooFine, product < Int128.max - divisor else { return nil }
    let nanos = (product + divisor - 1) / divisor
    guard nanos <= Int128(Int64.max) * Self.billion else { return nil }
    self.nanos = isNegative ? -nanos : nanos
    self.format = scale.format
  }

  /// What a suffix makes of a number, in billionths.
  private struct Scale {
    var factor: Int128
    var divisor: Int128 = 1
    let format: Format
  }

  private static func scale(_ suffix: String) -> Scale? {
    if let index = decimalSuffixes.firstIndex(of: suffix) { return Scale(factor: power(1000, index), format: .decimal) }
    if let index = binarySuffixes.firstIndex(of: suffix) {
      return Scale(factor: power(1024, index) * billion, format: .binary)
    }
    guard let mark = suffix.first, mark == "e" || mark == "E", let exponent = Int(suffix.dropFirst()),
      (-18...18).contains(exponent)
    else { return nil }
    return Scale(
      factor: power(10, max(0, exponent + 9)), divisor: power(10, max(0, -9 - exponent)), format: .exponent)
  }

  private static func power(_ base: Int128, _ exponent: Int) -> Int128 {
    (0..<exponent).reduce(1) { result, _ in result * base }
  }

  /// Whether the amount is below zero.
  public var isNegative: Bool { nanos < 0 }

  /// The amount in whole units, rounded away from zero: bytes, for memory and storage.
  public var value: Int64 {
    let whole = Int64((magnitude + Self.billion - 1) / Self.billion)
    return isNegative ? -whole : whole
  }

  /// The number of bytes that the text spells, rounded up; nil if it is no quantity, or a negative one.
  public static func bytes(_ text: String) -> Int64? {
    guard let quantity = Quantity(text), !quantity.isNegative else { return nil }
    return quantity.value
  }

  /// The one text that Kubernetes writes for this amount: `1Gi` for `1024Mi`, `500m` for `0.5`.
  public var canonical: String {
    guard nanos != 0 else { return "0" }
    let sign = isNegative ? "-" : ""
    if format == .binary, magnitude % Self.billion == 0, magnitude >= 1024 * Self.billion {
      let (mantissa, level) = Self.reduce(magnitude / Self.billion, by: 1024, levels: Self.binarySuffixes.count)
      return "\(sign)\(mantissa)\(Self.binarySuffixes[level])"
    }
    let (mantissa, level) = Self.reduce(magnitude, by: 1000, levels: Self.decimalSuffixes.count)
    guard format == .exponent else { return "\(sign)\(mantissa)\(Self.decimalSuffixes[level])" }
    return level == 3 ? "\(sign)\(mantissa)" : "\(sign)\(mantissa)e\((level - 3) * 3)"
  }

  private var magnitude: Int128 { isNegative ? -nanos : nanos }

  private static func reduce(_ amount: Int128, by base: Int128, levels: Int) -> (Int128, Int) {
    var (mantissa, level) = (amount, 0)
    while level + 1 < levels, mantissa % base == 0 {
      mantissa /= base
      level += 1
    }
    return (mantissa, level)
  }

  /// Whether the left amount is smaller, however written.
  public static func < (left: Quantity, right: Quantity) -> Bool { left.nanos < right.nanos }

  /// Whether two quantities are the same amount, however written.
  public static func == (left: Quantity, right: Quantity) -> Bool { left.nanos == right.nanos }

  /// Hashes the amount, since equality is by amount.
  public func hash(into hasher: inout Hasher) { hasher.combine(nanos) }
}
