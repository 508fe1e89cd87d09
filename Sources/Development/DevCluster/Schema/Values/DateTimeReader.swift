// SPDX-License-Identifier: Apache-2.0

/// Reads dates and times as RFC 3339 has them, to tell whether a text is one.
///
/// By hand, since every Lease that is renewed has two of them: a regular expression made a third of what this server
/// costs.
struct DateTimeReader {
  private var rest: Substring.UTF8View

  /// Whether the whole text is a date and a time with its zone.
  static func isDateTime(_ text: String) -> Bool {
    var reader = DateTimeReader(rest: text[...].utf8)
    return reader.date() && reader.one(of: "Tt") && reader.time() && reader.zone() && reader.rest.isEmpty
  }

  /// Whether the whole text is a date.
  static func isDate(_ text: String) -> Bool {
    var reader = DateTimeReader(rest: text[...].utf8)
    return reader.date() && reader.rest.isEmpty
  }

  private mutating func date() -> Bool {
    number(4, 0...9999) && one(of: "-") && number(2, 1...12) && one(of: "-") && number(2, 1...31)
  }

  private mutating func time() -> Bool {
    // A minute may have a leap second.
    guard number(2, 0...23), one(of: ":"), number(2, 0...59), one(of: ":"), number(2, 0...60) else { return false }
    guard one(of: ".") else { return true }
    let digits = rest.prefix { Self.digits.contains($0) }
    rest = rest[digits.endIndex...]
    return !digits.isEmpty
  }

  private mutating func zone() -> Bool {
    if one(of: "Zz") { return true }
    return one(of: "+-") && number(2, 0...23) && one(of: ":") && number(2, 0...59)
  }

  private mutating func number(_ count: Int, _ range: ClosedRange<Int>) -> Bool {
    var value = 0
    for _ in 0..<count {
      guard let byte = rest.popFirst(), Self.digits.contains(byte) else { return false }
      value = value * 10 + Int(byte - Self.digits.lowerBound)
    }
    return range.contains(value)
  }

  private mutating func one(of characters: StaticString) -> Bool {
    guard let byte = rest.first, characters.withUTF8Buffer({ $0.contains(byte) }) else { return false }
    rest.removeFirst()
    return true
  }

  private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
}
