// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@Suite struct JSONWriterTests {
  @Test(
    arguments: [
      (.null, "null"), (true, "true"), (false, "false"), (.integer(.min), "-9223372036854775808"),
      (1.0, "1.0"), (-0.0, "-0.0"), (0.1, "0.1"), (1e15, "1000000000000000.0"), (1e16, "1e+16"), (1e-7, "1e-07"),
      (.double(.infinity), "null"),
      (.double(.nan), "null"), ("a/é😀", "\"a/é😀\""),
      ("\"\\\n\r\t\u{0}\u{1f}\u{7f}", "\"\\\"\\\\\\n\\r\\t\\u0000\\u001f\\u007f\""),
      ([], "[]"), ([:], "{}"), ([1, [nil]], "[1,[null]]"), (["a": ["b": []]], "{\"a\":{\"b\":[]}}"),
    ] as [(JSONValue, String)])
  func writes(value: JSONValue, text: String) {
    #expect(JSONWriter.text(value) == text)
  }

  @Test func canonicalTextDoesNotDependOnTheOrder() {
    let one: JSONValue = ["b": ["y": 1, "x": 2], "a": 3]
    let other: JSONValue = ["a": 3, "b": ["x": 2, "y": 1]]
    #expect(JSONWriter.bytes(one) == JSONWriter.bytes(other))
    #expect(JSONWriter.text(one) == "{\"a\":3,\"b\":{\"x\":2,\"y\":1}}")
    #expect(JSONWriter.text(one, order: .asGiven) == "{\"b\":{\"y\":1,\"x\":2},\"a\":3}")
  }

  @Test func canonicalOrderIsThatOfTheBytes() {
    #expect(JSONWriter.text(["é": 1, "z": 2, "Z": 3, "": 4]) == "{\"\":4,\"Z\":3,\"z\":2,\"é\":1}")
  }

  @Test func indents() {
    let text = JSONWriter.text(["a": [1, ["b": [:]]], "c": []], indented: true)
    #expect(
      text == """
        {
          "a": [
            1,
            {
              "b": {}
            }
          ],
          "c": []
        }
        """)
  }

  @Test(
    arguments: [
      0.1, -0.0, 1e16, 9_007_199_254_740_992, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 1e21, 123456.789, 1e15,
    ] as [Double])
  func doublesReadBackTheSame(number: Double) throws {
    let read = try JSONParser.parse(JSONWriter.text(.double(number)))
    guard case .double(let result) = read else {
      Issue.record("\(number) became \(read)")
      return
    }
    #expect(result.bitPattern == number.bitPattern)
  }
}
