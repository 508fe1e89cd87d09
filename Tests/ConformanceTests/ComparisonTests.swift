// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import Replay

@Suite("An answer is compared with the recorded one")
struct ComparisonTests {
  private func difference(_ expected: JSONValue, _ actual: JSONValue) -> Difference? {
    var comparison = Comparison(Correspondence())
    do throws(Difference) {
      try comparison.compare(expected, actual)
      return nil
    } catch {
      return error
    }
  }

  private static func object(_ name: String, uid: String, version: String, _ more: JSONValue = [:]) -> JSONValue {
    var object: JSONValue = [
      "metadata": ["name": .string(name), "uid": .string(uid), "resourceVersion": .string(version)]
    ]
    for (key, value) in more.object ?? [:] { object[key] = value }
    return object
  }

  @Test(
    arguments: [
      (["a": ["b": 1]], ["a": ["b": 2]], "$.a.b: expected 1, got 2"),
      (["a": 1], [:], "$.a: expected 1, got nothing"),
      ([:], ["x/y": 1], "$['x/y']: expected nothing, got 1"),
      (["l": [1, 2]], ["l": [1]], "$.l: expected 2 elements, got 1"),
      (["l": [1, 2]], ["l": [1, 3]], "$.l[1]: expected 2, got 3"),
      (["message": "too bad"], ["message": "not so bad"], "$.message: expected \"too bad\", got \"not so bad\""),
      (["code": 404], ["code": "404"], "$.code: expected 404, got \"404\""),
      (
        ["metadata": ["generateName": "g-", "name": "g-abcde"]],
        ["metadata": ["generateName": "g-", "name": "h-abcde"]],
        "$.metadata.name: expected \"g-abcde\", got \"h-abcde\""
      ),
      (
        ["metadata": ["creationTimestamp": "2026-01-01T00:00:00Z"]], ["metadata": ["creationTimestamp": "now"]],
        "$.metadata.creationTimestamp: expected \"2026-01-01T00:00:00Z\", got \"now\""
      ),
      (
        ["metadata": ["managedFields": [["manager": "a", "operation": "Apply", "time": "2026-01-01T00:00:00Z"]]]],
        ["metadata": ["managedFields": [["manager": "b", "operation": "Apply", "time": "2026-01-01T00:00:00Z"]]]],
        "$.metadata.managedFields: expected [\"a Apply \"], got [\"b Apply \"]"
      ),
    ] as [(JSONValue, JSONValue, String)])
  func theFirstDifferenceIsNamed(_ expected: JSONValue, _ actual: JSONValue, _ text: String) {
    #expect(difference(expected, actual)?.description == text)
  }

  @Test(
    arguments: [
      (["metadata": ["uid": "a"]], ["metadata": ["uid": "b"]]),
      (["message": "too old resource version: 1 (211)"], ["message": "too old resource version: 1 (9)"]),
      (["spec": ["clusterIP": "10.0.0.1"]], ["spec": ["clusterIP": "10.96.0.7"]]),
      (
        ["metadata": ["uid": "a"], "owner": "of a"], ["metadata": ["uid": "b"], "owner": "of b"]
      ),
    ] as [(JSONValue, JSONValue)])
  func whatVariesIsNotCompared(_ expected: JSONValue, _ actual: JSONValue) {
    #expect(difference(expected, actual) == nil)
  }

  @Test func whatWasTheSameMustBeTheSame() throws {
    var comparison = Comparison(Correspondence())
    try comparison.compare(Self.object("a", uid: "u1", version: "10"), Self.object("a", uid: "v1", version: "3"))
    let other = #expect(throws: Difference.self) {
      try comparison.compare(Self.object("a", uid: "u1", version: "10"), Self.object("a", uid: "v2", version: "3"))
    }
    #expect(other?.path == "$.metadata.uid")
    let moved = #expect(throws: Difference.self) {
      try comparison.compare(Self.object("a", uid: "u1", version: "10"), Self.object("a", uid: "v1", version: "4"))
    }
    #expect(moved?.path == "$.metadata.resourceVersion")
    let stayed = #expect(throws: Difference.self) {
      try comparison.compare(Self.object("a", uid: "u1", version: "11"), Self.object("a", uid: "v1", version: "3"))
    }
    #expect(stayed?.expected == "one that moved since the recorded 10")
    let back = #expect(throws: Difference.self) {
      try comparison.compare(Self.object("a", uid: "u1", version: "11"), Self.object("a", uid: "v1", version: "2"))
    }
    #expect(back?.expected == "one after 3")
  }

  @Test func requestsSayWhatTheReplayKnows() throws {
    var comparison = Comparison(Correspondence())
    try comparison.compare(Self.object("a", uid: "u1", version: "10"), Self.object("a", uid: "v1", version: "3"))
    let known = comparison.correspondence
    #expect(
      known.translated(["uid": "u1", "metadata": ["resourceVersion": "10"], "other": "10"])
        == ["uid": "v1", "metadata": ["resourceVersion": "3"], "other": "10"])
    #expect(known.translated(version: "99") == "99")
  }
}

@Suite("The list of exclusions")
struct ExclusionTests {
  private func problem(_ entries: [JSONValue]) -> String? {
    do throws(ReplayError) {
      try Exclusions(entries).check(try exchanges())
      return nil
    } catch {
      return error.description
    }
  }

  private func exchanges() throws(ReplayError) -> [Exchange] {
    do {
      return try Exchange.recorded()
    } catch {
      throw ReplayError("\(error)")
    }
  }

  @Test func namesWhatIsRecordedOnceAndWithAReason() {
    let entry: JSONValue = ["exchange": "healthz", "reason": "because"]
    #expect(problem([entry]) == nil)
    #expect(problem([entry, entry]) == "exclusions.yaml: \"healthz\" stands there twice")
    #expect(problem([["exchange": "healthz", "reason": ""]])?.contains("needs exchange and reason") == true)
    #expect(
      problem([["exchange": "nothing", "reason": "because"]])
        == "exclusions.yaml: no recorded exchange is called \"nothing\"")
    let many = (0...Exclusions.most).map { ["exchange": .string("\($0)"), "reason": "because"] as JSONValue }
    #expect(problem(many) == "exclusions.yaml: 21 exclusions, at most 20 are allowed")
  }

  @Test("An unrecorded write that is refused fails the exchange that it prepares")
  func refusedWrites() async throws {
    let exchanges = try Array(Exchange.recorded().prefix(1))
    let write: JSONValue = ["method": "DELETE", "path": "/api/v1/namespaces/absent"]
    let writes = try UnrecordedWrites([["before": .string(exchanges[0].step), "first": [write]]], for: exchanges)
    let report = Report(await Replay(exchanges, try Exclusions([]), writes).run())
    #expect(
      report.failures == [
        "FAILED   01-discovery: discover /version: DELETE /api/v1/namespaces/absent of unrecorded.yaml: expected an accepted write, "
          + "got 404: namespaces \"absent\" not found"
      ])
  }

  @Test func oneThatWouldPassIsAnError() async throws {
    let exchanges = try Array(Exchange.recorded().prefix(10))
    let exclusions = try Exclusions([
      ["exchange": "healthz", "reason": "because"], ["exchange": "livez verbose", "reason": "because"],
    ])
    let report = Report(await Replay(exchanges, exclusions, UnrecordedWrites()).run())
    #expect(report.excluded == ["excluded 01-discovery: livez verbose: because"])
    #expect(
      report.failures.contains(
        "FAILED   01-discovery: healthz: is as recorded; take it out of Tests/Conformance/exclusions.yaml"))
  }
}
