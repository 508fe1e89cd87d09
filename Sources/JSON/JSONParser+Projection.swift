// SPDX-License-Identifier: Apache-2.0

extension JSONParser {
  /// What the rule keeps of a value; nil if that is nothing.
  mutating func value(_ rule: JSONProjection.Rule) throws(JSONError) -> JSONValue? {
    switch rule {
    case .keep: return try value()
    case .drop:
      try drop()
      return nil
    case .members(let rules, let others): return try value(rules, others)
    }
  }

  private mutating func value(
    _ rules: [String: JSONProjection.Rule], _ others: JSONProjection.Rule
  ) throws(JSONError) -> JSONValue {
    switch try start() {
    case UInt8(ascii: "{"):
      try countValue()
      var members = JSONObject()
      let frame = dropped.open()
      try object { parser, name throws(JSONError) in
        let value = try parser.value(rules[name] ?? others)
        return value.map { members.insert(name, $0) } ?? parser.dropped.insert(name, frame)
      }
      dropped.close(frame)
      members.compact()
      return .object(members)
    case UInt8(ascii: "["):
      try countValue()
      var elements: [JSONValue] = []
      try array { parser throws(JSONError) in elements.append(try parser.value(rules, others)) }
      return .array(elements.compacted())
    default: return try value()
    }
  }

  /// Reads a value and checks it as ``value()`` does, but builds nothing.
  private mutating func drop() throws(JSONError) {
    switch try start() {
    case UInt8(ascii: "{"):
      let frame = dropped.open()
      try object { parser, name throws(JSONError) in
        try parser.drop()
        return parser.dropped.insert(name, frame)
      }
      dropped.close(frame)
    case UInt8(ascii: "["): try array { parser throws(JSONError) in try parser.drop() }
    case UInt8(ascii: "\""): try dropString()
    default: _ = try scalar()
    }
  }
}

/// The names of members that a parser dropped, so that one that appears twice is refused as if it had been kept.
///
/// One stack for all objects around the parser's cursor, so that an object costs no memory of its own.
struct DroppedNames {
  private var names: ContiguousArray<String> = []
  /// The names of the objects that have many, by the place where they begin.
  private var indexes: [Int: Set<JSONObject.Name>] = [:]

  /// Begins an object, and says where.
  func open() -> Int { names.count }

  /// Adds a name to the object that began there, which must be the innermost; says whether it is new.
  mutating func insert(_ name: String, _ start: Int) -> Bool {
    guard names.count - start >= JSONObject.indexThreshold else {
      guard !names[start...].contains(where: { $0.hasSameBytes(as: name) }) else { return false }
      names.append(name)
      return true
    }
    return indexes[start, default: Set(names[start...].map { JSONObject.Name(text: $0) })]
      .insert(JSONObject.Name(text: name)).inserted
  }

  /// Ends the object that began there, which must be the innermost.
  mutating func close(_ start: Int) {
    names.removeLast(names.count - start)
    if !indexes.isEmpty { indexes[start] = nil }
  }
}
