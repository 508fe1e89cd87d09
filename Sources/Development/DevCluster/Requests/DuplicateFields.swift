// SPDX-License-Identifier: Apache-2.0

import JSON

/// Finds the members that an object in a JSON text has more than once.
///
/// The API server takes the last of them, and names the field in an error or a warning. Source: `sigs.k8s.io/json`.
struct DuplicateFields {
  private let bytes: [UInt8]
  private var position = 0
  private var paths: [String] = []
  /// The members to leave out, each with the comma that follows.
  private var superseded: [Range<Int>] = []

  /// The text with the last of such members only, and their paths; nil if there are none, or if the text is not JSON.
  static func removed(from bytes: [UInt8]) -> (bytes: [UInt8], paths: [String])? {
    var fields = DuplicateFields(bytes: bytes)
    guard fields.value(at: ""), !fields.paths.isEmpty else { return nil }
    var rest: [UInt8] = []
    var start = 0
    for range in fields.superseded.sorted(by: { $0.lowerBound < $1.lowerBound }) where range.lowerBound >= start {
      rest += bytes[start..<range.lowerBound]
      start = range.upperBound
    }
    return (rest + bytes[start...], fields.paths)
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func value(at path: String) -> Bool {
    skipSpace()
    guard position < bytes.count else { return false }
    switch bytes[position] {
    case UInt8(ascii: "{"): return object(at: path)
    case UInt8(ascii: "["): return array(at: path)
    case UInt8(ascii: "\""): return string() != nil
    default:
      let start = position
      while position < bytes.count, !Self.endsScalar(bytes[position]) { position += 1 }
      return position > start
    }
  }

  private mutating func object(at path: String) -> Bool {
    position += 1
    skipSpace()
    if take(UInt8(ascii: "}")) { return true }
    var ranges: [String: Range<Int>] = [:]
    while true {
      skipSpace()
      let start = position
      guard let name = string() else { return false }
      let place = FieldName.member(path, name)
      if let earlier = ranges[name] {
        superseded.append(earlier)
        if !paths.contains(place) { paths.append(place) }
      }
      skipSpace()
      guard take(UInt8(ascii: ":")), value(at: place) else { return false }
      skipSpace()
      let hasNext = take(UInt8(ascii: ","))
      ranges[name] = start..<position
      if !hasNext { return take(UInt8(ascii: "}")) }
    }
  }

  private mutating func array(at path: String) -> Bool {
    position += 1
    skipSpace()
    if take(UInt8(ascii: "]")) { return true }
    var index = 0
    while true {
      guard value(at: FieldName.element(path, index)) else { return false }
      index += 1
      skipSpace()
      if !take(UInt8(ascii: ",")) { return take(UInt8(ascii: "]")) }
    }
  }

  /// The string at the cursor, which moves behind it.
  private mutating func string() -> String? {
    let start = position
    guard take(UInt8(ascii: "\"")) else { return nil }
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard take(UInt8(ascii: "\"")) else { return nil }
    return (try? JSONParser.parse(bytes[start..<position]))?.string
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) { position += 1 }
  }

  private static func endsScalar(_ byte: UInt8) -> Bool {
    [UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, 0x09, 0x0a, 0x0d].contains(byte)
  }
}
