// SPDX-License-Identifier: Apache-2.0

/// An unquoted scalar that begins as a number does: with a digit, a sign or a point.
struct PlainNumber {
  private let text: String

  init(_ text: String) {
    self.text = text
  }

  var meaning: PlainScalar {
    // Underscores may stand anywhere in a number, except in one that begins with a point.
    let digits = text.utf8.first == UInt8(ascii: ".") ? text : text.filter { $0 != "_" }
    if let integer = Self.integer(digits) { return integer }
    if Self.isFloat(digits.utf8) {
      // go-yaml takes a number beyond the range of doubles as text.
      guard let double = Double(digits), double.isFinite else { return .ambiguousText }
      return .double(double)
    }
    // go-yaml reads 0b-1 as a number; nobody means it.
    return isTimestamp || isBase60 || digits.hasPrefix("0b") ? .ambiguousText : .text
  }

  /// Sign, then 0x, 0o, 0b or a leading zero for the base, as Go's `strconv.ParseInt` with base 0 reads it.
  private static func integer(_ text: String) -> PlainScalar? {
    var rest = Substring(text)
    var sign = ""
    if let first = rest.first, first == "-" || first == "+" {
      sign = String(first)
      rest = rest.dropFirst()
    }
    let radix: Int
    switch rest.prefix(2) {
    case "0x", "0X": (radix, rest) = (16, rest.dropFirst(2))
    case "0o", "0O": (radix, rest) = (8, rest.dropFirst(2))
    case "0b", "0B": (radix, rest) = (2, rest.dropFirst(2))
    case let start where start.count == 2 && start.first == "0": (radix, rest) = (8, rest.dropFirst())
    default: radix = 10
    }
    guard !rest.isEmpty, rest.utf8.allSatisfy({ isDigit($0, radix: radix) }) else { return nil }
    if let value = Int64(sign + rest, radix: radix) { return .integer(value) }
    // Past 64 bits a decimal is left to the float parser, which rounds once.
    let magnitude = radix == 10 ? Double(rest) : rest.utf8.reduce(0) { $0 * Double(radix) + Double(digit($1)) }
    guard let magnitude, magnitude.isFinite else { return .ambiguousText }
    return .bigInteger(sign == "-" ? -magnitude : magnitude)
  }

  /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
  private static func isFloat(_ text: String.UTF8View) -> Bool {
    var rest = text[...]
    func digits() -> Bool {
      let count = rest.prefix { isDigit($0, radix: 10) }.count
      rest = rest.dropFirst(count)
      return count > 0
    }
    func take(_ bytes: String) -> Bool {
      guard let first = rest.first, bytes.utf8.contains(first) else { return false }
      rest = rest.dropFirst()
      return true
    }
    _ = take("+-")
    let whole = digits()
    let fraction = take(".") && digits()
    guard whole || fraction else { return false }
    if take("eE") {
      _ = take("+-")
      guard digits() else { return false }
    }
    return rest.isEmpty
  }

  private static func isDigit(_ byte: UInt8, radix: Int) -> Bool { digit(byte) < radix }

  private static func digit(_ byte: UInt8) -> Int {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(byte - UInt8(ascii: "A")) + 10
    default: .max
    }
  }

  private static func areDigits(_ text: Substring.UTF8View) -> Bool {
    text.allSatisfy { isDigit($0, radix: 10) }
  }

  /// Begins with a date: `2001-12-14`, alone or followed by a time (https://yaml.org/type/timestamp.html).
  private var isTimestamp: Bool {
    let parts = text[...].utf8.split(separator: UInt8(ascii: "-"), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].count == 4, (1...2).contains(parts[1].count) else { return false }
    let day = parts[2].prefix { Self.isDigit($0, radix: 10) }
    let rest = parts[2].dropFirst(day.count)
    return Self.areDigits(parts[0]) && Self.areDigits(parts[1]) && (1...2).contains(day.count)
      && (rest.first.map { "Tt \t".utf8.contains($0) } ?? true)
  }

  /// `190:20:30` and `190:20:30.15` (https://yaml.org/type/int.html, float.html).
  private var isBase60: Bool {
    let unsigned = text[...].utf8.drop { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
    let whole = unsigned.prefix { $0 != UInt8(ascii: ".") }
    let fraction = unsigned.dropFirst(whole.count + 1)
    let places = whole.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard places.count > 1, let first = places.first, !first.isEmpty else { return false }
    return (Array(first) + fraction).allSatisfy { Self.isDigit($0, radix: 10) || $0 == UInt8(ascii: "_") }
      && places.dropFirst().allSatisfy { place in
        (1...2).contains(place.count) && Self.areDigits(place) && Int(String(place) ?? "").map { $0 < 60 } ?? false
      }
  }
}
