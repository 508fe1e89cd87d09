// SPDX-License-Identifier: Apache-2.0

/// An amount as Kubernetes writes it, such as `100m`, `1.5Gi` or `2e3`, held exactly.
///
/// Two quantities are equal when they mean the same amount. As on the API server, what is finer than a billionth is
/// rounded up (`k8s.io/apimachinery/pkg/api/resource/quantity.go`).
struct Quantity: Hashable, Sendable {
  /// The longest text that is read.
  private static let longestText = 64

  /// The amount is `mantissa × 10^exponent`; a mantissa other than 0 does not end in 0.
  private let mantissa: Int128
  private let exponent: Int

  /// The amount that the text spells, or nil if it spells none, or one too large to be held.
  init?(_ text: String) {
    guard text.utf8.count <= Self.longestText else { return nil }
    var rest = text[...]
    let isNegative = rest.first == "-"
    if let sign = rest.first, sign == "+" || sign == "-" { rest.removeFirst() }
    let whole = rest.prefix(while: Self.isDigit)
    rest = rest.dropFirst(whole.count)
    var fraction: Substring = ""
    if rest.first == "." {
      rest.removeFirst()
      fraction = rest.prefix(while: Self.isDigit)
      rest = rest.dropFirst(fraction.count)
    }
    guard !(whole.isEmpty && fraction.isEmpty), let digits = Int128(whole + fraction),
      let suffix = Self.suffix(String(rest))
    else { return nil }
    let (amount, overflow) = digits.multipliedReportingOverflow(by: suffix.factor)
    guard !overflow else { return nil }
    var (mantissa, exponent) = (amount, suffix.exponent - fraction.count)
    var isInexact = false
    while mantissa != 0, exponent < -9 {
      if mantissa % 10 != 0 { isInexact = true }
      mantissa /= 10
      exponent += 1
    }
    if isInexact {
      mantissa += 1
      exponent = max(exponent, -9)
    }
    while mantissa != 0, mantissa % 10 == 0 {
      mantissa /= 10
      exponent += 1
    }
    self.mantissa = isNegative ? -mantissa : mantissa
    self.exponent = mantissa == 0 ? 0 : exponent
  }

  private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }

  private static func suffix(_ text: String) -> (factor: Int128, exponent: Int)? {
    if let index = ["", "k", "M", "G", "T", "P", "E"].firstIndex(of: text) { return (1, 3 * index) }
    if let index = ["m", "u", "n"].firstIndex(of: text) { return (1, -3 * (index + 1)) }
    if let index = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].firstIndex(of: text) { return (1 << (10 * (index + 1)), 0) }
    guard text.first == "e" || text.first == "E", let exponent = Int(text.dropFirst()), (-64...64).contains(exponent)
    else {
      return nil
    }
    return (1, exponent)
  }
}
