// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import DevCluster

@Suite("Times, paths, ages, tokens and schedules")
struct PureTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (951_827_696, "2000-02-29T12:34:56Z"), (1_795_346_283, "2026-11-22T11:18:03Z"),
      (-1, "1969-12-31T23:59:59Z"),
    ] as [(Int64, String)])
  func timesAreWrittenAndRead(_ seconds: Int64, _ text: String) {
    #expect(Timestamp(seconds: seconds).rfc3339 == text)
    #expect(Timestamp.seconds(text) == seconds)
  }

  @Test(arguments: ["", "yesterday", "2026-11-22 11:18:03Z..", "20x6-11-22T11:18:03Z"])
  func otherTextsAreNoTimes(_ text: String) { #expect(Timestamp.seconds(text) == nil) }

  @Test(
    arguments: [
      (5, "5s"), (119, "119s"), (125, "2m5s"), (180, "3m"), (3600, "60m"), (11_000, "3h3m"), (100_000, "27h"),
      (200_000, "2d7h"), (864_000, "10d"), (70_000_000, "2y"),
    ] as [(Int64, String)])
  func agesAreShort(_ seconds: Int64, _ text: String) { #expect(Age.text(seconds: seconds) == text) }

  @Test(
    arguments: [
      (".a.b", [1]), ("{.a.b}", [1]), ("$.a.b", [1]), (".list[0].n", ["x"]), (".list[-1].n", ["y"]),
      (".list[*].n", ["x", "y"]), (".list[?(@.n==\"y\")].v", [2]), (".list[?(@.n!='y')].v", [1]), (".missing.b", []),
      (".a['b']", [1]), (".metadata.annotations.example\\.org/x", ["z"]), (".list[9]", []),
    ] as [(String, [JSONValue])])
  func pathsFind(_ text: String, _ expected: [JSONValue]) throws {
    let value: JSONValue = [
      "a": ["b": 1], "list": [["n": "x", "v": 1], ["n": "y", "v": 2]],
      "metadata": ["annotations": ["example.org/x": "z"]],
    ]
    #expect(try #require(JSONPath(text)).values(in: value) == expected)
  }

  @Test(arguments: ["nodot", ".a[", ".a[?(b)]", ".a[x y]"])
  func pathsThatAreNotUnderstoodAreNone(_ text: String) { #expect(JSONPath(text) == nil) }

  @Test func base64IsThatOfURLs() {
    for bytes: [UInt8] in [[], [0], [0xff, 0xfe], [1, 2, 3], Array("any carnal pleas".utf8)] {
      #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
    }
    #expect(Base64URL.encode([0xfb, 0xff]) == "-_8")
    #expect(Base64URL.decode("!") == nil)
  }

  @Test func bookmarksComeBeforeTheEnd() {
    let schedule = WatchSchedule(timeout: .seconds(150), interval: .seconds(60))
    let steps = Array(schedule.steps())
    #expect(steps.map(\.at) == [.seconds(60), .seconds(120), .seconds(148), .seconds(149), .seconds(150)])
    #expect(steps.map(\.action) == [.bookmark, .bookmark, .bookmark, .bookmark, .end])
    #expect(Array(WatchSchedule(timeout: .seconds(3), interval: .seconds(60)).steps()).map(\.action) == [.end])
  }

  @Test func eventsAreOneThingUnderTwoNames() {
    let core: JSONValue = [
      "apiVersion": "v1", "kind": "Event", "message": "m", "involvedObject": ["name": "x"], "count": 2,
    ]
    let new = EventConversion.convert(core, to: "events.k8s.io/v1")
    #expect(new["note"] == "m")
    #expect(new["regarding"] == ["name": "x"])
    #expect(new["deprecatedCount"] == 2)
    #expect(EventConversion.convert(new, to: "v1") == core)
  }

  @Test func aSeedRepeatsNamesAndUids() {
    var one = Identifiers(seed: 7)
    var two = Identifiers(seed: 7)
    #expect(one.uid() == two.uid())
    #expect(one.suffix() == two.suffix())
    #expect(one.suffix() != two.uid())
  }
}
