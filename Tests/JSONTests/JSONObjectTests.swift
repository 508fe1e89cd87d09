// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@Suite struct JSONObjectTests {
  /// Sizes on both sides of the number of members from which an index is kept.
  static let sizes = [0, 1, 15, 16, 17, 100]

  private func object(_ size: Int) -> JSONObject {
    JSONObject((0..<size).map { ("key\($0)", .integer(Int64($0))) })
  }

  @Test(arguments: sizes) func findsEveryMember(size: Int) {
    let object = object(size)
    #expect(object.count == size)
    #expect(object.isEmpty == (size == 0))
    for number in 0..<size { #expect(object["key\(number)"] == .integer(Int64(number))) }
    #expect(object["key\(size)"] == nil)
  }

  @Test(arguments: sizes) func keepsTheOrder(size: Int) {
    var object = object(size)
    object["last"] = true
    if size > 0 { object["key0"] = "replaced" }
    #expect(Array(object.keys) == (0..<size).map { "key\($0)" } + ["last"])
  }

  @Test(arguments: sizes.dropFirst()) func removes(size: Int) {
    var object = object(size)
    object["key0"] = nil
    object["missing"] = nil
    #expect(object.count == size - 1)
    #expect(object["key0"] == nil)
    for number in 1..<size { #expect(object["key\(number)"] == .integer(Int64(number))) }
    object["key0"] = 7
    #expect(object["key0"] == 7)
    #expect(Array(object.keys).last == "key0")
  }

  @Test(arguments: sizes.dropFirst()) func insertRefusesASecondMemberOfTheSameName(size: Int) {
    var object = object(size)
    let again = object.insert("key0", "other")
    #expect(!again)
    #expect(object["key0"] == 0)
    let new = object.insert("new", 1)
    #expect(new)
    #expect(object["new"] == 1)
  }

  @Test(arguments: sizes) func equalityAndHashIgnoreTheOrder(size: Int) {
    let forward = object(size)
    let backward = JSONObject(forward.reversed().map { ($0.key, $0.value) })
    #expect(forward == backward)
    #expect(forward.hashValue == backward.hashValue)
    var other = backward
    other["key0"] = "other"
    #expect(forward != other)
  }

  @Test func sameCountWithOtherNamesDiffers() {
    #expect(["a": 1] as JSONObject != ["b": 1])
    #expect(["a": nil] as JSONObject != [:])
  }

  @Test(arguments: [0, 20]) func tellsNamesApartByTheirBytes(size: Int) {
    var object = object(size)
    object["\u{e9}"] = 1
    object["e\u{301}"] = 2
    #expect(object.count == size + 2)
    #expect(object["\u{e9}"] == 1)
    #expect(object["e\u{301}"] == 2)
  }

  @Test func sortsByBytes() {
    let object: JSONObject = ["b": 1, "é": 2, "a": 3, "B": 4, "aa": 5]
    #expect(object.sortedByName().map(\.key) == ["B", "a", "aa", "b", "é"])
  }
}
