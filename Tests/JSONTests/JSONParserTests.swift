// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@Suite struct JSONParserTests {
  @Test(
    arguments: [
      ("null", .null), ("true", true), (" false\n", false), ("\"\"", ""), ("[]", []), ("{}", [:]),
      ("[1, [2], {\"a\": null}]", [1, [2], ["a": nil]]),
      ("\t{ \"a\" : { \"b\" : [ ] } }\r\n", ["a": ["b": []]]),
    ] as [(String, JSONValue)])
  func readsStructure(text: String, value: JSONValue) throws {
    #expect(try JSONParser.parse(text) == value)
  }

  @Test(
    arguments: [
      ("0", 0), ("-0", 0), ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .double(9_223_372_036_854_775_808)),
      ("-9223372036854775809", .double(-9_223_372_036_854_775_808)),
      ("1.0", 1.0), ("1e3", 1000.0), ("-2.5E-1", -0.25), ("1e+2", 100.0), ("1e-400", 0.0),
    ] as [(String, JSONValue)])
  func readsNumbers(text: String, value: JSONValue) throws {
    #expect(try JSONParser.parse(text) == value)
  }

  @Test(arguments: [
    (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
    (#""\u0041\u00e9\u20AC""#, "Aé€"),
    (#""\ud83d\ude00""#, "😀"),
    ("\"😀 é\"", "😀 é"),
    (#""\ud800""#, "\u{fffd}"),
    (#""\udc00x""#, "\u{fffd}x"),
    (#""\ud800\u0041""#, "\u{fffd}A"),
    (#""\ud800\n""#, "\u{fffd}\n"),
    (#""\ud800\ud83d\ude00""#, "\u{fffd}😀"),
    (#""\u0000""#, "\u{0}"),
  ])
  func readsEscapes(text: String, value: String) throws {
    #expect(try JSONParser.parse(text).string == value)
  }

  @Test(arguments: [
    ("", "line 1, column 1: unexpected end of the text"),
    ("  \n ", "line 2, column 2: unexpected end of the text"),
    ("nul", "line 1, column 1: expected a value, found 'n'"),
    ("1 2", "line 1, column 3: more text after the value"),
    ("{\"a\":1,}", "line 1, column 8: expected a member name in double quotes, found '}'"),
    ("{a:1}", "line 1, column 2: expected a member name in double quotes, found 'a'"),
    ("{\"a\" 1}", "line 1, column 6: expected ':' after the member name, found '1'"),
    ("{\"a\":1 \"b\":2}", "line 1, column 8: expected ',' or '}', found '\"'"),
    ("{\n  \"a\": 1,\n  \"a\": 2\n}", "line 3, column 3: member \"a\" appears twice"),
    ("[1,]", "line 1, column 4: expected a value, found ']'"),
    ("[1", "line 1, column 3: expected ',' or ']', found the end of the text"),
    ("[1;2]", "line 1, column 3: expected ',' or ']', found ';'"),
    ("-", "line 1, column 2: expected a digit, found the end of the text"),
    ("-x", "line 1, column 2: expected a digit, found 'x'"),
    ("01", "line 1, column 1: a number must not start with 0"),
    ("-00", "line 1, column 2: a number must not start with 0"),
    ("1.", "line 1, column 3: expected a digit, found the end of the text"),
    ("1e+", "line 1, column 4: expected a digit, found the end of the text"),
    ("+1", "line 1, column 1: expected a value, found '+'"),
    (".5", "line 1, column 1: expected a value, found '.'"),
    ("1e400", "line 1, column 1: the number 1e400 is out of range"),
    ("NaN", "line 1, column 1: expected a value, found 'N'"),
    ("\"a", "line 1, column 1: the string does not end"),
    ("\"\\", "line 1, column 2: the string does not end"),
    ("\"\\x\"", "line 1, column 2: unknown escape in a string"),
    ("\"\\u12g4\"", "line 1, column 4: expected four hexadecimal digits"),
    ("\"\\u12", "line 1, column 4: expected four hexadecimal digits"),
    ("\"a\nb\"", "line 1, column 3: a control character in a string must be escaped"),
    ("\u{feff}1", "line 1, column 1: expected a value, found byte 0xef"),
  ])
  func refusesWithPlace(text: String, description: String) {
    let error = #expect(throws: JSONError.self) { try JSONParser.parse(text) }
    #expect(error?.description == description)
  }

  @Test(
    arguments: [
      [0x22, 0xff, 0x22], [0x22, 0xc3, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22], [0x22, 0xc0, 0x80, 0x22],
      [0x22, 0x5c, 0x6e, 0xff, 0x22],
    ] as [[UInt8]])
  func refusesInvalidUTF8(bytes: [UInt8]) {
    let error = #expect(throws: JSONError.self) { try JSONParser.parse(bytes) }
    #expect(error?.description == "line 1, column 1: the string is not valid UTF-8")
  }

  @Test func boundsTheSize() throws {
    let limits = JSONLimits(bytes: 4, depth: 8)
    #expect(try JSONParser.parse("true", limits: limits) == true)
    let error = #expect(throws: JSONError.self) { try JSONParser.parse("false", limits: limits) }
    #expect(error?.message == "the text has 5 bytes, more than the 4 accepted")
  }

  @Test(arguments: ["[[[]]]", "{\"a\":[{}]}"])
  func boundsTheDepth(text: String) throws {
    #expect(throws: Never.self) { try JSONParser.parse(text, limits: JSONLimits(bytes: 100, depth: 3)) }
    let error = #expect(throws: JSONError.self) {
      try JSONParser.parse(text, limits: JSONLimits(bytes: 100, depth: 2))
    }
    #expect(error?.message == "nested deeper than 2 levels")
  }

  @Test func surrendersAtTheDepthLimitWithoutExhaustingTheStack() {
    let text = String(repeating: "[", count: 1_000_000)
    let error = #expect(throws: JSONError.self) { try JSONParser.parse(text) }
    #expect(error?.column == 65)
  }

  @Test func readsAnySequenceOfBytes() throws {
    let bytes = Array("{\"a\":[1,2]}".utf8)
    let expected: JSONValue = ["a": [1, 2]]
    #expect(try JSONParser.parse(bytes) == expected)
    #expect(try JSONParser.parse(bytes[...]) == expected)
    #expect(try JSONParser.parse(AnySequence(bytes)) == expected)
  }

  @Test func tellsNamesApartByTheirBytes() throws {
    let value = try JSONParser.parse("{\"e\\u0301\":1,\"\u{e9}\":2}")
    #expect(value["e\u{301}"] == 1)
    #expect(value["\u{e9}"] == 2)
  }
}
