// SPDX-License-Identifier: Apache-2.0

import CorootStub
import Testing

/// Replays what a real Coroot 1.24.5 was asked against the stub, on which all other tests of Coroot stand.
@Suite struct CorootTruthTests {
  /// What may differ, and why. Nothing else may.
  enum Exceptions {
    /// Placeholders for which any text will do.
    static let varying = [
      "ID": "the server draws a project's ID",
      "GENERATED_KEY": "the server draws the keys that it generates",
      "SESSION": "a session is signed with the server's secret",
      "now+7d": "the time at which a cookie ends; only browsers look at it",
    ]
    /// Recordings whose answer differs otherwise, by ID.
    static let requests: [String: String] = [:]
    /// What the scene hands to the stub, because it is ClickHouse's own word: so far a recording proves only where, with
    /// which status and after what it stands in the answer.
    static let handedOver = [
      "Clickhouse error: handle packet": "errors of ClickHouse in a migration, by its version and its user's rights",
      "multiple ClickHouse clusters found": "the verdict on a ClickHouse of several clusters",
      "cluster_info": "sizes of tables and disks",
    ]
    /// Literal texts of a recording that the real server drew.
    static let drawn = ["KAP1E_rYMrJmdRx9bWFvOVvZ_5pKGRUk": "a key that an earlier request generated"]
  }

  @Test("The stub answers every recorded request with the recorded status, header fields and body")
  func recordedRequests() throws {
    let recordings = try CorootRecording.all()
    #expect(recordings.count == 175)
    var scene: CorootScene?
    var (exact, varying, handedOver) = (0, 0, 0)
    for recording in recordings {
      let name = CorootScene.name(of: recording)
      if scene?.name != name { scene = CorootScene(name) }
      let stage = try #require(scene)
      let difference = try Self.replay(recording, on: stage)
      if let reason = Exceptions.requests[recording.id] {
        #expect(difference != nil, "\(recording.id) is excepted (\(reason)) and does not differ")
        continue
      }
      #expect(difference == nil, "\(recording.id) [\(recording.state)]: \(difference ?? "")")
      guard difference == nil else { continue }
      let expected = stage.filled(recording.body) + recording.answerHeaders.map(\.value).joined()
      let holdsVarying = Exceptions.varying.keys.contains { expected.contains("<\($0)>") }
      if holdsVarying { varying += 1 } else { exact += 1 }
      if Exceptions.handedOver.keys.contains(where: { expected.contains($0) }) { handedOver += 1 }
    }
    // A recording that is lost, or excepted by and by, is noticed here.
    #expect((exact, varying, Exceptions.requests.count) == (162, 13, 0))
    #expect(handedOver == 18)
  }

  /// Sends one request; says how the answer differs.
  private static func replay(_ recording: CorootRecording, on scene: CorootScene) throws -> String? {
    try scene.prepare(for: recording)
    var more = ["SESSION": scene.session(for: recording)]
    more["PROJECT_ID"] = scene.project(for: recording)
    let drawn = scene.server.keys(of: "second2").last
    func filled(_ text: String) -> String {
      let text = scene.filled(text, also: more)
      return drawn.map { key in Exceptions.drawn.keys.reduce(text) { $0.replacing($1, with: key) } } ?? text
    }
    let request = StubRequest(
      recording.method, filled(recording.path), headers: recording.headers.map { ($0.name, filled($0.value)) },
      body: Array(filled(recording.requestBody).utf8))
    let answer = try #require(scene.server.handle(request), "\(recording.id) ends the server")
    more["SESSION"] = nil
    func isAlike(_ expected: String, _ found: String) -> Bool {
      matches(found, scene.filled(expected, also: more), Exceptions.varying.keys.map { "<\($0)>" })
    }
    guard answer.status == recording.status else { return "status \(answer.status) for \(recording.status)" }
    let fields = answer.headers.sorted { $0.name < $1.name }
    let expected = recording.answerHeaders.sorted { $0.name < $1.name }
    guard fields.map(\.name) == expected.map(\.name),
      zip(fields, expected).allSatisfy({ isAlike($1.value, $0.value) })
    else { return "header fields \(fields) for \(expected)" }
    guard isAlike(recording.body, answer.text) else { return "body \(answer.text) for \(recording.body)" }
    // Answers that took seconds waited for a backend; the stub says for how long.
    let seconds = recording.milliseconds >= 5000 ? recording.milliseconds / 1000 : 0
    return answer.delay == .seconds(seconds) ? nil : "\(answer.delay) for \(recording.milliseconds) ms"
  }

  /// Whether a text is another, in which some words stand for any text without line breaks, quotes and semicolons.
  private static func matches(_ text: String, _ pattern: String, _ wildcards: [String]) -> Bool {
    var rest = text[...]
    var pattern = pattern[...]
    while let word = wildcards.compactMap({ pattern.firstRange(of: $0) }).min(by: { $0.lowerBound < $1.lowerBound }) {
      guard rest.hasPrefix(pattern[..<word.lowerBound]) else { return false }
      rest = rest.dropFirst(pattern[..<word.lowerBound].count)
      let value = rest.prefix { !"\";\n".contains($0) }
      guard !value.isEmpty else { return false }
      rest = rest.dropFirst(value.count)
      pattern = pattern[word.upperBound...]
    }
    return rest == pattern
  }
}
