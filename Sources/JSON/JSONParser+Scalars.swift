// SPDX-License-Identifier: Apache-2.0

extension JSONParser {
  /// A string; the cursor stands on its opening quote.
  mutating func string() throws(JSONError) -> String {
    let (content, isASCII) = plainContent()
    guard let content else {
      let start = position
      guard let text = String(validating: try unescaped(), as: UTF8.self) else {
        throw error("the string is not valid UTF-8", at: start)
      }
      return text
    }
    guard let text = isASCII ? String(decoding: content, as: UTF8.self) : String(validating: content, as: UTF8.self)
    else { throw error("the string is not valid UTF-8") }
    position += content.count + 2
    return text
  }

  /// Checks a string as ``string()`` does, without building it.
  mutating func dropString() throws(JSONError) {
    let (content, isASCII) = plainContent()
    guard let content else {
      let start = position
      let buffer = try unescaped()
      guard isValid(buffer.span) else { throw error("the string is not valid UTF-8", at: start) }
      return
    }
    guard isASCII || isValid(content.span) else { throw error("the string is not valid UTF-8") }
    position += content.count + 2
  }

  private func isValid(_ text: Span<UInt8>) -> Bool {
    (try? UTF8Span(validating: text)) != nil
  }

  /// What stands between the quotes, the cursor on the first of them, and whether it is ASCII, which nearly everything
  /// is and which cannot be invalid; the check costs as much as all the rest. Nil if there is an escape or a mistake.
  private func plainContent() -> (content: UnsafeBufferPointer<UInt8>?, isASCII: Bool) {
    let start = position + 1
    var end = start
    var seen: UInt8 = 0
    while end < bytes.count, !endsRun(bytes[end]) {
      seen |= bytes[end]
      end += 1
    }
    guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { return (nil, false) }
    return (UnsafeBufferPointer(rebasing: bytes[start..<end]), seen < 0x80)
  }

  /// Whether a byte does not stand for itself in a string.
  private func endsRun(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20
  }

  /// The slow path: at least one escape, or a mistake.
  private mutating func unescaped() throws(JSONError) -> [UInt8] {
    let start = position
    position += 1
    var buffer: [UInt8] = []
    while position < bytes.count {
      let run = position
      while position < bytes.count, !endsRun(bytes[position]) { position += 1 }
      buffer.append(contentsOf: bytes[run..<position])
      guard position < bytes.count else { break }
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return buffer
      case UInt8(ascii: "\\"):
        try escape(into: &buffer)
      default:
        throw error("a control character in a string must be escaped")
      }
    }
    throw error("the string does not end", at: start)
  }

  private mutating func escape(into buffer: inout [UInt8]) throws(JSONError) {
    guard position + 1 < bytes.count else { throw error("the string does not end") }
    position += 1
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(byte)
    case UInt8(ascii: "b"): buffer.append(0x08)
    case UInt8(ascii: "f"): buffer.append(0x0c)
    case UInt8(ascii: "n"): buffer.append(0x0a)
    case UInt8(ascii: "r"): buffer.append(0x0d)
    case UInt8(ascii: "t"): buffer.append(0x09)
    case UInt8(ascii: "u"): buffer.append(contentsOf: try unicodeEscape().utf8)
    default: throw error("unknown escape in a string", at: position - 2)
    }
  }

  private mutating func unicodeEscape() throws(JSONError) -> String {
    let start = position - 2
    let first = try fourHexDigits()
    // A lone surrogate becomes U+FFFD, as in Go's encoding/json, so both ends see the same text.
    if (0xdc00...0xdfff).contains(first) { return "\u{fffd}" }
    guard (0xd800...0xdbff).contains(first) else {
      guard let scalar = UnicodeScalar(first) else { throw error("not a Unicode code point", at: start) }
      return String(Character(scalar))
    }
    guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
    else { return "\u{fffd}" }
    let mark = position
    position += 2
    let second = try fourHexDigits()
    guard (0xdc00...0xdfff).contains(second),
      let scalar = UnicodeScalar(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))
    else {
      position = mark
      return "\u{fffd}"
    }
    return String(Character(scalar))
  }

  private mutating func fourHexDigits() throws(JSONError) -> UInt32 {
    guard position + 4 <= bytes.count else { throw error("expected four hexadecimal digits") }
    var value: UInt32 = 0
    for offset in 0..<4 {
      guard let digit = Character(UnicodeScalar(bytes[position + offset])).hexDigitValue else {
        throw error("expected four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
    }
    position += 4
    return value
  }

  /// A number; the cursor stands on its first byte.
  mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    var isInteger = true
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    let integerStart = position
    try digits()
    if bytes[integerStart] == UInt8(ascii: "0"), position - integerStart > 1 {
      throw error("a number must not start with 0", at: integerStart)
    }
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      try digits()
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
        position += 1
      }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let integer = Int64(text) { return .integer(integer) }
    guard let double = Double(text), double.isFinite else {
      throw error("the number \(Self.shown(text)) is out of range", at: start)
    }
    return .double(double)
  }

  private mutating func digits() throws(JSONError) {
    let start = position
    while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) { position += 1 }
    guard position > start else { throw error("expected a digit, found \(describeByte())") }
  }
}
