// SPDX-License-Identifier: Apache-2.0

/// Parses JSON (RFC 8259) from bytes into a ``JSONValue``.
///
/// Stricter than the RFC asks: a member name may appear once only, text must be valid UTF-8, and the size and depth of
/// the input are bounded. Numbers without fraction or exponent that fit become integers, exactly.
///
/// The measurement that justified a parser of our own, by `bench-decoders`: a list of 10,000 ConfigMaps of 913 bytes each,
/// release build, by the processor time of its thread, on x86-64. Among other work on the same processors all rates fall, to
/// six tenths of these at worst; the ratios to Foundation's stay between 2.6 and 3.3 for the first line.
///
/// | decoder | MB per second of CPU | bytes per object |
/// |---|---|---|
/// | this one, whole | 252 | 3351 |
/// | this one, without `managedFields` | 256 | 1927 |
/// | this one, names and versions only | 327 | 487 |
/// | Foundation's `JSONDecoder`, to a struct of six fields | 79 | 978 |
/// | Foundation's `JSONDecoder`, to a `Codable` enum of any JSON | 5.2 | 5308 |
/// | Foundation's `JSONSerialization` | 27 | 19935 |
public struct JSONParser {
  let bytes: UnsafeBufferPointer<UInt8>
  var position = 0
  /// Names of members that were dropped, of every object around the cursor, the outermost first.
  var dropped = DroppedNames()
  private var depth = 0
  private var values = 0
  private let limits: JSONLimits

  /// The value that the bytes spell. Bytes that lie together in memory, as those of an array do, are not copied.
  ///
  /// - Throws: ``JSONError`` with line and column.
  public static func parse(_ bytes: some Sequence<UInt8>, limits: JSONLimits = .object) throws(JSONError) -> JSONValue {
    try parse(bytes, limits: limits, projection: .everything)
  }

  /// What a projection keeps of the value that the bytes spell, as if it were applied to the whole.
  ///
  /// What is dropped is read by the same grammar, and refused with the same errors, but no value is built of it.
  ///
  /// - Throws: ``JSONError`` with line and column.
  public static func parse(
    _ bytes: some Sequence<UInt8>, limits: JSONLimits = .object, projection: JSONProjection
  ) throws(JSONError) -> JSONValue {
    let parsed = bytes.withContiguousStorageIfAvailable { parse($0, limits, projection.rule) }
    return try (parsed ?? ContiguousArray(bytes).withUnsafeBufferPointer { parse($0, limits, projection.rule) }).get()
  }

  /// The value that the text spells.
  ///
  /// - Throws: ``JSONError`` with line and column.
  public static func parse(_ text: String, limits: JSONLimits = .object) throws(JSONError) -> JSONValue {
    try parse(text.utf8, limits: limits)
  }

  private static func parse(
    _ bytes: UnsafeBufferPointer<UInt8>, _ limits: JSONLimits, _ rule: JSONProjection.Rule
  ) -> Result<JSONValue, JSONError> {
    Result { () throws(JSONError) in
      var parser = JSONParser(bytes: bytes, limits: limits)
      return try parser.document(rule)
    }
  }

  private init(bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
    self.bytes = bytes
    self.limits = limits
  }

  private mutating func document(_ rule: JSONProjection.Rule) throws(JSONError) -> JSONValue {
    guard bytes.count <= limits.bytes else {
      throw excess("the text has \(bytes.count) bytes, more than the \(limits.bytes) accepted")
    }
    skipSpace()
    let value = try value(rule)
    skipSpace()
    guard position == bytes.count else { throw error("more text after the value") }
    return value ?? .null
  }

  mutating func value() throws(JSONError) -> JSONValue {
    try countValue()
    switch try start() {
    case UInt8(ascii: "{"):
      var members = JSONObject()
      try object { parser, name throws(JSONError) in members.insert(name, try parser.value()) }
      members.compact()
      return .object(members)
    case UInt8(ascii: "["):
      var elements: [JSONValue] = []
      try array { parser throws(JSONError) in elements.append(try parser.value()) }
      return .array(elements.compacted())
    case UInt8(ascii: "\""): return .string(try string())
    default: return try scalar()
    }
  }

  /// Counts a value that is about to be built.
  mutating func countValue() throws(JSONError) {
    values += 1
    guard values <= limits.values else { throw excess("more than the \(limits.values) values accepted") }
  }

  /// The first byte of a value; the cursor stands on it.
  func start() throws(JSONError) -> UInt8 {
    guard position < bytes.count else { throw error("unexpected end of the text") }
    return bytes[position]
  }

  /// A value that is neither object nor array nor string.
  mutating func scalar() throws(JSONError) -> JSONValue {
    switch bytes[position] {
    case UInt8(ascii: "t"): return try keyword("true", .bool(true))
    case UInt8(ascii: "f"): return try keyword("false", .bool(false))
    case UInt8(ascii: "n"): return try keyword("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw error("expected a value, found \(describeByte())")
    }
  }

  private mutating func descend() throws(JSONError) {
    guard depth < limits.depth else { throw error("nested deeper than \(limits.depth) levels") }
    depth += 1
    position += 1
  }

  /// An object; the cursor stands on its brace.
  ///
  /// - Parameter member: reads the value of the member of that name, and says whether the name is new.
  @inline(__always)
  mutating func object(
    _ member: (inout JSONParser, String) throws(JSONError) -> Bool
  ) throws(JSONError) {
    try descend()
    defer { depth -= 1 }
    skipSpace()
    if take(UInt8(ascii: "}")) { return }
    while true {
      skipSpace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
        throw error("expected a member name in double quotes, found \(describeByte())")
      }
      let start = position
      let name = try string()
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw error("expected ':' after the member name, found \(describeByte())") }
      skipSpace()
      guard try member(&self, name) else { throw error("member \"\(Self.shown(name))\" appears twice", at: start) }
      skipSpace()
      if take(UInt8(ascii: ",")) { continue }
      guard take(UInt8(ascii: "}")) else { throw error("expected ',' or '}', found \(describeByte())") }
      return
    }
  }

  /// An array; the cursor stands on its bracket.
  ///
  /// - Parameter element: reads one element.
  @inline(__always)
  mutating func array(_ element: (inout JSONParser) throws(JSONError) -> Void) throws(JSONError) {
    try descend()
    defer { depth -= 1 }
    skipSpace()
    if take(UInt8(ascii: "]")) { return }
    while true {
      skipSpace()
      try element(&self)
      skipSpace()
      if take(UInt8(ascii: ",")) { continue }
      guard take(UInt8(ascii: "]")) else { throw error("expected ',' or ']', found \(describeByte())") }
      return
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

  private func excess(_ message: String) -> JSONError {
    var error = error(message)
    error.exceedsLimit = true
    return error
  }

  /// The beginning of a text that an error quotes: it comes from outside, and may have any length.
  static func shown(_ text: String) -> String { text.utf8.count <= 128 ? text : "\(text.prefix(64))…" }

  func describeByte() -> String {
    guard position < bytes.count else { return "the end of the text" }
    let byte = bytes[position]
    return (0x21...0x7e).contains(byte) ? "'\(Character(UnicodeScalar(byte)))'" : "byte 0x" + String(byte, radix: 16)
  }
}

extension [JSONValue] {
  /// Without the room that growing left over.
  func compacted() -> Self { capacity > count ? withUnsafeBufferPointer { Array($0) } : self }
}
