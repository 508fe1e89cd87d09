// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing
import YAML

@Suite struct YAMLRoundTripTests {
  @Test(arguments: UInt64(0)..<40)
  func readsBackWhatWasWritten(seed: UInt64) throws {
    var generator = ValueGenerator(seed: seed)
    for _ in 0..<50 {
      let documents = (0...generator.number(below: 3)).map { _ in generator.value(depth: 5) }
      for order in [YAMLEncoder.MemberOrder.asGiven, .canonical, .kubernetes] {
        let text = YAMLEncoder.text(documents: documents, order: order)
        let read = try YAMLDecoder.documents(text)
        try #require(read == documents, "seed \(seed):\n\(text)")
        #expect(text.split(separator: "\n").allSatisfy { !$0.contains("\t") })
      }
    }
  }

  @Test(arguments: UInt64(0)..<10)
  func readsJSONAsJSONParserDoes(seed: UInt64) throws {
    var generator = ValueGenerator(seed: seed)
    for _ in 0..<50 {
      let value = generator.value(depth: 4)
      for indented in [false, true] {
        let text = JSONWriter.text(value, indented: indented)
        try #require(try JSONParser.parse(text) == value, "seed \(seed): \(text)")
        guard !text.contains(where: { ValueGenerator.unreadable.contains($0) }) else { continue }
        try #require(try YAMLDecoder.document(text) == value, "seed \(seed): \(text)")
      }
    }
  }
}

/// Values that try hard to be misread; the same seed gives the same values.
private struct ValueGenerator {
  private var state: UInt64

  /// Raw in JSON, but not to stand raw in YAML, or a line break there.
  static let unreadable: Set<Character> = ["\u{feff}", "\u{fffe}", "\u{85}", "\u{2028}", "\u{2029}"]

  private static let pieces = [
    "a", "b c", "key", "true", "no", "y", "null", "~", "12", "0x1f", "1e3", ".5", "-", "--", "---", "...", ":", ": ",
    " #", "#", "\n", "\n\n", " ", "  ", "\t", "\r", "\r\n", "'", "\"", "\\", "{", "}", "[", "]", ",", "&", "*", "!",
    "|",
    ">", "%", "@", "`", "?", "<<", "=", "é", "e\u{301}", "😀", "日本", "\u{0}", "\u{7}", "\u{1b}", "\u{7f}", "\u{85}",
    "\u{a0}", "\u{2028}", "\u{2029}", "\u{feff}", "\u{fffe}", "2001-12-14", "1:20",
    "word word word word word word word",
  ]

  init(seed: UInt64) {
    state = seed
  }

  /// SplitMix64.
  private mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func number(below bound: Int) -> Int { Int(next() % UInt64(bound)) }

  private mutating func text() -> String {
    let length = number(below: number(below: 12) == 0 ? 60 : 5)
    return (0..<length).map { _ in Self.pieces[number(below: Self.pieces.count)] }.joined()
  }

  private mutating func double() -> Double {
    let value = Double(bitPattern: next())
    return value.isFinite && number(below: 3) > 0 ? value : Double(number(below: 1_000_000)) / 8
  }

  mutating func value(depth: Int) -> JSONValue {
    switch number(below: depth > 0 ? 11 : 7) {
    case 0: .null
    case 1: .bool(number(below: 2) == 0)
    case 2: .integer(number(below: 2) == 0 ? Int64(bitPattern: next()) : Int64(number(below: 100)))
    case 3: .double(double())
    case 4, 5, 6: .string(text())
    case 7, 8: .array((0..<number(below: 5)).map { _ in value(depth: depth - 1) })
    default: .object(JSONObject((0..<number(below: 6)).map { _ in (text(), value(depth: depth - 1)) }))
    }
  }
}
