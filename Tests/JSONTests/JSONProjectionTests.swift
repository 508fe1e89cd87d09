// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

/// Projecting while parsing is the same as parsing and then projecting: the same values, the same refusals.
@Suite struct JSONProjectionTests {
  @Test(
    arguments: [
      (.everything, #"{"a":{"b":1},"c":[{"b":2}]}"#),
      (.dropping([["a"]]), #"{"c":[{"b":2}]}"#),
      (.dropping([["a", "b"], ["c", "b"]]), #"{"a":{},"c":[{}]}"#),
      (.keeping([["a"]]), #"{"a":{"b":1}}"#),
      (.keeping([["c", "b"]]), #"{"c":[{"b":2}]}"#),
      (.keeping([["c", "x"]]), #"{"c":[{}]}"#),
      (.keeping([["a", "b", "x"]]), #"{"a":{"b":1}}"#),
      (.keeping([]), "null"),
      (.keeping([["b"]]).nested(under: ["c"]), #"{"a":{"b":1},"c":[{"b":2}]}"#),
      (.dropping([["b"]]).nested(under: ["c"]), #"{"a":{"b":1},"c":[{}]}"#),
    ] as [(JSONProjection, String)])
  func keepsWhatThePathsName(projection: JSONProjection, expected: String) throws {
    let text = #"{"a": {"b": 1}, "c": [{"b": 2}]}"#
    #expect(JSONWriter.text(try JSONParser.parse(text.utf8, projection: projection)) == expected)
  }

  @Test(arguments: [
    (#"{"a": {"b": 1, "b": 2}}"#, #"line 1, column 16: member "b" appears twice"#),
    (#"{"a": 1, "a": 2}"#, #"line 1, column 10: member "a" appears twice"#),
    (#"{"a": [{"x": 0}, tru]}"#, "line 1, column 18: expected a value, found 't'"),
    (#"{"a": "\x"}"#, "line 1, column 8: unknown escape in a string"),
    ("{\"a\": \"b\nc\"}", "line 1, column 9: a control character in a string must be escaped"),
    (#"{"a": 01}"#, "line 1, column 7: a number must not start with 0"),
    (#"{"a": 1e400}"#, "line 1, column 7: the number 1e400 is out of range"),
    (#"{"a": [[[]]]}"#, "line 1, column 9: nested deeper than 3 levels"),
    (#"{"a": [1, 2"#, "line 1, column 12: expected ',' or ']', found the end of the text"),
    (#"{"a": {"b" 1}}"#, "line 1, column 12: expected ':' after the member name, found '1'"),
  ])
  func checksWhatItDrops(text: String, description: String) {
    let error = #expect(throws: JSONError.self) {
      try JSONParser.parse(
        text.utf8, limits: JSONLimits(bytes: 100, depth: 3), projection: .dropping([["a"]]))
    }
    #expect(error?.description == description)
  }

  @Test(arguments: [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0x5c, 0x6e, 0xff]] as [[UInt8]])
  func checksTheTextThatItDrops(bytes: [UInt8]) {
    let error = #expect(throws: JSONError.self) {
      try JSONParser.parse(Array("{\"a\":\"".utf8) + bytes + Array("\"}".utf8), projection: .dropping([["a"]]))
    }
    #expect(error?.description == "line 1, column 6: the string is not valid UTF-8")
  }

  @Test func refusesANameThatAppearsTwiceAmongMany() {
    for count in [1, 15, 16, 17, 40] {
      let members = (0..<count).map { "\"k\($0)\":{\"k0\":0,\"k1\":1}" }
      for again in [0, count / 2, count - 1] {
        let text = "{\"a\":{" + (members + ["\"k\(again)\":0"]).joined(separator: ",") + "}}"
        let error = #expect(throws: JSONError.self) {
          try JSONParser.parse(text.utf8, projection: .dropping([["a"]]))
        }
        #expect(error?.message == "member \"k\(again)\" appears twice")
      }
    }
  }

  @Test func tellsDroppedNamesApartByTheirBytes() throws {
    let text = "{\"a\": {\"e\\u0301\": 1, \"\u{e9}\": 2}}"
    #expect(try JSONParser.parse(text.utf8, projection: .dropping([["a"]])) == [:])
  }

  @Test(arguments: 0..<200)
  func isTheSameAsProjectingTheWhole(seed: UInt64) throws {
    var generator = JSONGenerator(seed: seed)
    let value = generator.value(depth: 5)
    let text = Array(JSONWriter.text(value).utf8)
    for _ in 0..<5 {
      let projection = generator.projection()
      #expect(try JSONParser.parse(text, projection: projection) == projection.apply(to: value), "seed \(seed)")
    }
  }

  /// The text is cut, and bytes of it changed; what the whole refuses, the part refuses with the same words.
  @Test(arguments: 0..<200)
  func refusesWhatTheWholeRefuses(seed: UInt64) {
    var generator = JSONGenerator(seed: seed)
    let limits = JSONLimits(bytes: 4096, depth: 5)
    let value = generator.value(depth: 6)
    for _ in 0..<10 {
      let text = generator.damaged(Array(JSONWriter.text(value).utf8))
      let projection = generator.projection()
      let whole = Result { () throws(JSONError) in try JSONParser.parse(text, limits: limits) }
      let part = Result { () throws(JSONError) in
        try JSONParser.parse(text, limits: limits, projection: projection)
      }
      #expect(part == whole.map { projection.apply(to: $0) }, "seed \(seed): \(String(decoding: text, as: UTF8.self))")
    }
  }
}
