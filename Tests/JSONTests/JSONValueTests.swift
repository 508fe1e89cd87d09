// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@Suite struct JSONValueTests {
  @Test func accessorsAnswerOnlyForTheirType() {
    let values: [JSONValue] = [nil, true, 1, 1.5, "a", [1], ["a": 1]]
    #expect(values.map(\.isNull) == [true, false, false, false, false, false, false])
    #expect(values.map(\.bool) == [nil, true, nil, nil, nil, nil, nil])
    #expect(values.map(\.integer) == [nil, nil, 1, nil, nil, nil, nil])
    #expect(values.map(\.double) == [nil, nil, 1, 1.5, nil, nil, nil])
    #expect(values.map(\.string) == [nil, nil, nil, nil, "a", nil, nil])
    #expect(values.map(\.array) == [nil, nil, nil, nil, nil, [1], nil])
    #expect(values.map(\.object) == [nil, nil, nil, nil, nil, nil, ["a": 1]])
    #expect(values.map(\.typeName) == ["null", "boolean", "integer", "number", "string", "array", "object"])
  }

  @Test func valuesOfDifferentTypeOrContentDiffer() {
    let values: [JSONValue] = [
      nil, true, false, 1, 2, 1.0, "1", "", [], [1], [1, 2], [2, 1], [:], ["a": 1], ["a": 1.0],
    ]
    for (left, one) in values.enumerated() {
      for (right, other) in values.enumerated() {
        #expect((one == other) == (left == right), "\(one) and \(other)")
      }
    }
    #expect(Set(values + values).count == values.count)
  }

  @Test func stringsAreComparedByBytes() {
    #expect("\u{e9}" as JSONValue != "e\u{301}")
    #expect("a\u{323}\u{301}" as JSONValue != "a\u{301}\u{323}")
    #expect("e\u{301}" as JSONValue == "e\u{301}")
  }

  @Test func memberSubscriptWritesAndRemoves() {
    var value: JSONValue = ["a": ["b": 1]]
    value["a"]?["c"] = 2
    #expect(value == ["a": ["b": 1, "c": 2]])
    value["a"] = nil
    #expect(value == [:])
    var text: JSONValue = "text"
    text["a"] = 1
    #expect(text == ["a": 1])
  }

  @Test func pathFollowsMembers() {
    let value: JSONValue = ["a": ["b": ["c": nil]]]
    #expect(value[path: "a", "b", "c"] == .some(.null))
    #expect(value[path: "a", "x", "c"] == nil)
    #expect(value[path: "a", "b", "c", "d"] == nil)
  }
}
