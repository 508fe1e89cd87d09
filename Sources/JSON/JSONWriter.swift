// SPDX-License-Identifier: Apache-2.0

/// Writes a ``JSONValue`` as text.
public struct JSONWriter {
  /// The order of the members of objects.
  public enum MemberOrder: Sendable {
    /// As they stand in the value.
    case asGiven
    /// Sorted by the bytes of their names: the same value gives the same text.
    case canonical
  }

  private var output: [UInt8] = []
  private let order: MemberOrder
  private let indented: Bool

  /// The text of the value as UTF-8 bytes, without a trailing newline.
  ///
  /// - Parameters:
  ///   - order: `canonical` for anything that is hashed, compared or kept in a golden file.
  ///   - indented: two spaces a level and one member a line, for people.
  public static func bytes(_ value: JSONValue, order: MemberOrder = .canonical, indented: Bool = false) -> [UInt8] {
    var writer = JSONWriter(order: order, indented: indented)
    writer.write(value, level: 0)
    return writer.output
  }

  /// The text of the value, without a trailing newline.
  public static func text(_ value: JSONValue, order: MemberOrder = .canonical, indented: Bool = false) -> String {
    String(decoding: bytes(value, order: order, indented: indented), as: UTF8.self)
  }

  private init(order: MemberOrder, indented: Bool) {
    self.order = order
    self.indented = indented
  }

  private mutating func write(_ value: JSONValue, level: Int) {
    switch value {
    case .null: append("null")
    case .bool(let value): append(value ? "true" : "false")
    case .integer(let value): append(String(value))
    case .double(let value): append(Self.number(value))
    case .string(let value): write(value)
    case .array(let elements): write(elements, level: level)
    case .object(let members): write(members, level: level)
    }
  }

  private mutating func write(_ elements: [JSONValue], level: Int) {
    output.append(UInt8(ascii: "["))
    for (index, element) in elements.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      newline(level + 1)
      write(element, level: level + 1)
    }
    if !elements.isEmpty { newline(level) }
    output.append(UInt8(ascii: "]"))
  }

  private mutating func write(_ members: JSONObject, level: Int) {
    output.append(UInt8(ascii: "{"))
    var first = true
    for (key, value) in order == .asGiven ? Array(members) : members.sortedByName() {
      if !first { output.append(UInt8(ascii: ",")) }
      first = false
      newline(level + 1)
      write(key)
      output.append(UInt8(ascii: ":"))
      if indented { output.append(UInt8(ascii: " ")) }
      write(value, level: level + 1)
    }
    if !first { newline(level) }
    output.append(UInt8(ascii: "}"))
  }

  private mutating func write(_ text: String) {
    output.append(UInt8(ascii: "\""))
    defer { output.append(UInt8(ascii: "\"")) }
    guard text.utf8.contains(where: Self.needsEscape) else { return append(text) }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case 0x0a: append("\\n")
      case 0x0d: append("\\r")
      case 0x09: append("\\t")
      case 0..<0x20, 0x7f:
        append("\\u00")
        output.append(Self.hexDigits[Int(byte >> 4)])
        output.append(Self.hexDigits[Int(byte & 0xf)])
      default: output.append(byte)
      }
    }
  }

  private static func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7f
  }

  private static let hexDigits = Array("0123456789abcdef".utf8)

  /// The shortest text that reads back as this double, always with a fraction or an exponent.
  ///
  /// JSON has no infinity and no NaN; a parser never yields them, so they are written as null, as JavaScript does.
  private static func number(_ value: Double) -> String {
    value.isFinite ? "\(value)" : "null"
  }

  private mutating func newline(_ level: Int) {
    guard indented else { return }
    output.append(UInt8(ascii: "\n"))
    output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: level * 2))
  }

  private mutating func append(_ text: String) {
    output.append(contentsOf: text.utf8)
  }
}
