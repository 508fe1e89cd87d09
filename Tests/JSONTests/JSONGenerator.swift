// SPDX-License-Identifier: Apache-2.0

import JSON

/// Values, projections and damage, all from one seed (SplitMix64).
struct JSONGenerator: RandomNumberGenerator {
  private var state: UInt64

  /// Few names, so that projections meet them; some longer than Swift keeps inline, some that differ by bytes only.
  private static let names = [
    "a", "b", "items", "spec", "metadata", "managedFields", "app.kubernetes.io/name", "é", "e\u{301}", "\"\\\n", "",
  ]
  private static let texts = [
    "", "x", "500Mi", "a longer text that needs memory", "é😀", "\u{0}\u{1f}\"\\/", "true", "1",
  ]
  private static let numbers: [JSONValue] = [0, -1, .integer(.max), .integer(.min), 0.5, 1e300, -2.5e-7, 1e15]

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func value(depth: Int) -> JSONValue {
    switch Int.random(in: depth > 0 ? 0..<10 : 5..<10, using: &self) {
    case 0..<3:
      var members = JSONObject()
      for _ in 0..<Int.random(in: 0..<6, using: &self) { members[name()] = value(depth: depth - 1) }
      return .object(members)
    case 3: return .array((0..<Int.random(in: 0..<4, using: &self)).map { _ in value(depth: depth - 1) })
    case 4: return many(depth: depth - 1)
    case 5: return pick([.null, true, false])
    case 6: return pick(Self.numbers)
    default: return .string(pick(Self.texts))
    }
  }

  /// An object with more members than are searched from front to back.
  private mutating func many(depth: Int) -> JSONValue {
    var members = JSONObject()
    for number in 0..<20 { members["k\(number)"] = number == 3 ? value(depth: depth) : .integer(Int64(number)) }
    return .object(members)
  }

  mutating func projection() -> JSONProjection {
    let paths = (0..<Int.random(in: 1..<4, using: &self)).map { _ in path() }
    let plain: JSONProjection = Bool.random(using: &self) ? .keeping(paths) : .dropping(paths)
    return Bool.random(using: &self) ? plain : plain.nested(under: path())
  }

  mutating func damaged(_ text: [UInt8]) -> [UInt8] {
    var text = text
    for _ in 0..<Int.random(in: 0..<3, using: &self) where !text.isEmpty {
      let place = Int.random(in: 0..<text.count, using: &self)
      switch Int.random(in: 0..<4, using: &self) {
      case 0: text.removeSubrange(place...)
      case 1: text[place] = pick(Array("\"{}[],:\\0e-\n\u{1}x".utf8) + [0xff, 0xc3])
      case 2: text.remove(at: place)
      default: text.insert(text[Int.random(in: 0..<text.count, using: &self)], at: place)
      }
    }
    return text
  }

  private mutating func path() -> [String] { (0..<Int.random(in: 1..<4, using: &self)).map { _ in name() } }

  private mutating func name() -> String { pick(Self.names) }

  private mutating func pick<Element>(_ choices: [Element]) -> Element {
    choices[Int.random(in: 0..<choices.count, using: &self)]
  }
}
