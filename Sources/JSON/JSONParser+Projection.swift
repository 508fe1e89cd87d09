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
