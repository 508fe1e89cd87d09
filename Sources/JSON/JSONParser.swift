// SPDX-License-Identifier: Apache-2.0

/// Parses JSON (RFC 8259) from bytes into a ``JSONValue``.
///
/// Stricter than the RFC asks: a member name may appear once only, text must be valid UTF-8, and the size and depth of
/// the input are bounded. Numbers without fraction or exponent that fit become integers, exactly.
public struct JSONParser {
  let bytes: UnsafeBufferPointer<UInt8>
  var position = 0
  private var depth = 0
  private let limits: JSONLimits

  /// The value that the bytes spell. Bytes that lie together in memory, as those of an array do, are not copied.
  ///
  /// - Throws: ``JSONError`` with line and column.
  public static func parse(_ bytes: some Sequence<UInt8>, limits: JSONLimits = .object) throws(JSONError) -> JSONValue {
    let parsed = bytes.withContiguousStorageIfAvailable { parse($0, limits) }
    return try (parsed ?? ContiguousArray(bytes).withUnsafeBufferPointer { parse($0, limits) }).get()
  }

  /// What a projection keeps of the value that the bytes spell.
  ///
  /// - Throws: ``JSONError`` with line and column.
  public static func parse(
    _ bytes: some Sequence<UInt8>, limits: JSONLimits = .object, projection: JSONProjection
  ) throws(JSONError) -> JSONValue {
    projection.apply(to: try parse(bytes, limits: limits))
  }

  /// The value that the text spells.
  ///
  /// - Throws: ``JSONError`` with line and column.
  public static func parse(_ text: String, limits: JSONLimits = .object) throws(JSONError) -> JSONValue {
    try parse(text.utf8, limits: limits)
  }

  private static func parse(_ bytes: UnsafeBufferPointer<UInt8>, _ limits: JSONLimits) -> Result<JSONValue, JSONError> {
    Result { () throws(JSONError) in
      var parser = JSONParser(bytes: bytes, limits: limits)
      return try parser.document()
    }
  }

  private init(bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
    self.bytes = bytes
    self.limits = limits
  }

  private mutating func document() throws(JSONError) -> JSONValue {
    guard bytes.count <= limits.bytes else {
      throw error("the text has \(bytes.count) bytes, more than the \(limits.bytes) accepted")
    }
    skipSpace()
    let value = try value()
    skipSpace()
    guard position == bytes.count else { throw error("more text after the value") }
    return value
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    guard position < bytes.count else { throw error("unexpected end of the text") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try nested { parser throws(JSONError) in try parser.object() }
    case UInt8(ascii: "["): return try nested { parser throws(JSONError) in try parser.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try keyword("true", .bool(true))
    case UInt8(ascii: "f"): return try keyword("false", .bool(false))
    case UInt8(ascii: "n"): return try keyword("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw error("expected a value, found \(describeByte())")
    }
  }

  private mutating func nested(
    _ body: (inout JSONParser) throws(JSONError) -> JSONValue
  ) throws(JSONError) -> JSONValue {
    guard depth < limits.depth else { throw error("nested deeper than \(limits.depth) levels") }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  private mutating func object() throws(JSONError) -> JSONValue {
    position += 1
    var members = JSONObject()
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipSpace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
        throw error("expected a member name in double quotes, found \(describeByte())")
      }
      let start = position
      let key = try string()
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw error("expected ':' after the member name, found \(describeByte())") }
      skipSpace()
      let member = try value()
      guard members.insert(key, member) else { throw error("member \"\(key)\" appears twice", at: start) }
      skipSpace()
      if take(UInt8(ascii: ",")) { continue }
      guard take(UInt8(ascii: "}")) else { throw error("expected ',' or '}', found \(describeByte())") }
      return .object(members)
    }
  }

  private mutating func array() throws(JSONError) -> JSONValue {
    position += 1
    var elements: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      skipSpace()
      elements.append(try value())
      skipSpace()
      if take(UInt8(ascii: ",")) { continue }
      guard take(UInt8(ascii: "]")) else { throw error("expected ',' or ']', found \(describeByte())") }
      return .array(elements)
    }
  }

  private mutating func keyword(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    let length = word.utf8CodeUnitCount
    guard position + length <= bytes.count,
      (0..<length).allSatisfy({ bytes[position + $0] == word.utf8Start[$0] })
    else { throw error("expected a value, found \(describeByte())") }
    position += length
    return value
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
      default: return
      }
    }
  }

  func error(_ message: String, at place: Int? = nil) -> JSONError {
    let end = min(place ?? position, bytes.count)
    var line = 1
    var lineStart = 0
    for offset in 0..<end where bytes[offset] == UInt8(ascii: "\n") {
      line += 1
      lineStart = offset + 1
    }
    return JSONError(message: message, line: line, column: end - lineStart + 1)
  }

  func describeByte() -> String {
    guard position < bytes.count else { return "the end of the text" }
    let byte = bytes[position]
    return (0x21...0x7e).contains(byte) ? "'\(Character(UnicodeScalar(byte)))'" : "byte 0x" + String(byte, radix: 16)
  }
}
