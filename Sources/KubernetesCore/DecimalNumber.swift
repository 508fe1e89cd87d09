// SPDX-License-Identifier: Apache-2.0

/// An exact decimal number without a sign: `mantissa / divisor`.
public struct DecimalNumber: Hashable, Sendable {
  /// All digits, with the point left out.
  public let mantissa: Int128
  /// Ten to the number of digits after the point.
  public let divisor: Int128

  /// Takes digits, and at most one point, from the front of the text; nil if there is no digit or there are more than
  /// so many, at most 36.
  public init?(takingFrom text: inout Substring, digits limit: Int = 18) {
    var mantissa: Int128 = 0
    var divisor: Int128 = 1
    var digits = 0
    var sawPoint = false
    loop: for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        digits += 1
        guard digits <= limit else { return nil }
        mantissa = mantissa * 10 + Int128(byte - UInt8(ascii: "0"))
        if sawPoint { divisor *= 10 }
      case UInt8(ascii: ".") where !sawPoint:
        sawPoint = true
      default: break loop
      }
    }
    guard digits > 0 else { return nil }
    text = text.dropFirst(digits + (sawPoint ? 1 : 0))
    while divisor > 1, mantissa % 10 == 0 {
      mantissa /= 10
      divisor /= 10
    }
    self.mantissa = mantissa
    self.divisor = divisor
  }
}
