// SPDX-License-Identifier: Apache-2.0

/// What Go's `encoding/json` says of a text that is not JSON: clients show these words.
enum GoJSONError {
  /// The message for the first thing that is wrong at the structural level, or nil if the fault lies deeper.
  static func message(_ bytes: [UInt8]) -> String? {
    enum Expectation { case value, firstKey, key, colon, afterMember, afterElement, end }
    var stack: [UInt8] = []
    var expected = Expectation.value
    var position = 0
    func closed() -> Expectation {
      stack.last == UInt8(ascii: "{") ? .afterMember : stack.last == nil ? .end : .afterElement
    }
    while position < bytes.count {
      let byte = bytes[position]
      if [0x20, 0x09, 0x0a, 0x0d].contains(byte) {
        position += 1
        continue
      }
      switch (expected, byte) {
      case (.value, UInt8(ascii: "{")):
        stack.append(byte)
        expected = .firstKey
      case (.value, UInt8(ascii: "[")):
        stack.append(byte)
        expected = .value
      case (.firstKey, UInt8(ascii: "}")), (.afterMember, UInt8(ascii: "}")), (.afterElement, UInt8(ascii: "]")),
        (.value, UInt8(ascii: "]")) where stack.last == UInt8(ascii: "[") && bytes[position - 1] == UInt8(ascii: "["):
        stack.removeLast()
        expected = closed()
      case (.firstKey, UInt8(ascii: "\"")), (.key, UInt8(ascii: "\"")):
        guard let end = endOfString(bytes, position) else { return "unexpected end of JSON input" }
        position = end
        expected = .colon
      case (.value, UInt8(ascii: "\"")):
        guard let end = endOfString(bytes, position) else { return "unexpected end of JSON input" }
        position = end
        expected = closed()
      case (.colon, UInt8(ascii: ":")): expected = .value
      case (.afterMember, UInt8(ascii: ",")): expected = .key
      case (.afterElement, UInt8(ascii: ",")): expected = .value
      case (.value, UInt8(ascii: "0")...UInt8(ascii: "9")), (.value, UInt8(ascii: "-")), (.value, UInt8(ascii: "t")),
        (.value, UInt8(ascii: "f")), (.value, UInt8(ascii: "n")):
        while position + 1 < bytes.count, isLiteral(bytes[position + 1]) { position += 1 }
        expected = closed()
      default:
        let place =
          switch expected {
          case .value: "looking for beginning of value"
          case .firstKey, .key: "looking for beginning of object key string"
          case .colon: "after object key"
          case .afterMember: "after object key:value pair"
          case .afterElement: "after array element"
          case .end: "after top-level value"
          }
        return "invalid character \(quoted(byte)) \(place)"
      }
      position += 1
    }
    return expected == .end ? nil : "unexpected end of JSON input"
  }

  private static func endOfString(_ bytes: [UInt8], _ start: Int) -> Int? {
    var position = start + 1
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "\\") {
        position += 1
      } else if bytes[position] == UInt8(ascii: "\"") {
        return position
      }
      position += 1
    }
    return nil
  }

  private static func isLiteral(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "E"),
      UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
      true
    default: false
    }
  }

  private static func quoted(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "'"): "'\\''"
    case 0x20...0x7e: "'\(Character(UnicodeScalar(byte)))'"
    default: "'\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16) + "'"
    }
  }
}
