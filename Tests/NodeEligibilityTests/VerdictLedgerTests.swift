// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import NodeEligibility

/// What is remembered of nodes, and for how long.
@Suite struct VerdictLedgerTests {
  static func evidence(_ reason: IneligibilityReason, node: String = "n", message: String = "because") -> NodeEvidence {
    NodeEvidence(node: node, reason: reason, message: message)
  }

  static func ledger(_ reason: IneligibilityReason) -> VerdictLedger {
    var ledger = VerdictLedger()
    _ = ledger.take(evidence(reason), system: Made.healthy.system, image: "agent:1", now: Made.time(0))
    return ledger
  }

  static let changes: [(String, @Sendable (inout NodeView) -> Void)] = [
    ("kernel", { $0.kernel = "6.9.0" }), ("boot", { $0.bootID = "another" }), ("image", { $0.osImage = "Talos 2" }),
    ("runtime", { $0.runtime = "containerd://3" }), ("annotation", { $0.override = .eligible }),
  ]

  @Test(arguments: changes)
  func aVerdictFallsWithWhatItWasAbout(name: String, change: @Sendable (inout NodeView) -> Void) {
    var ledger = Self.ledger(.kernelLockedDown)
    ledger.review(image: "agent:1", now: Made.time(1)) { _ in Made.healthy }
    #expect(ledger.entries.count == 1)
    var changed = Made.healthy
    change(&changed)
    ledger.review(image: "agent:1", now: Made.time(1)) { [changed] _ in changed }
    #expect(ledger.entries.isEmpty && ledger.size == 0)
  }

  @Test func aNodeThatIsGoneOrNotAskedForIsForgotten() {
    var ledger = Self.ledger(.kernelLockedDown)
    ledger.review(image: nil, now: Made.time(1)) { _ in nil }
    #expect(ledger.entries.isEmpty)
  }

  @Test(arguments: [(IneligibilityReason.agentExits, true), (.kernelLockedDown, false), (.tracefsUnavailable, false)])
  func anotherAgentIsTriedWhereTheAgentEnded(reason: IneligibilityReason, falls: Bool) {
    var ledger = Self.ledger(reason)
    ledger.review(image: nil, now: Made.time(0)) { _ in Made.healthy }
    #expect(!ledger.entries.isEmpty, "what is not known changes nothing")
    ledger.review(image: "agent:2", now: Made.time(0)) { _ in Made.healthy }
    #expect(ledger.entries.isEmpty == falls)
  }

  @Test(
    arguments: [
      (.agentExits, 1, 1), (.agentExits, 2, 2), (.agentExits, 3, 4), (.agentExits, 9, 24), (.agentExits, 1000, 24),
      (.conntrackUnavailable, 1, 1), (.kernelLockedDown, 1, 24), (.kernelLockedDown, 2, 48),
      (.taskstatsUnavailable, 9, 168),
    ] as [(IneligibilityReason, Int, Int64)])
  func theWaitGrows(reason: IneligibilityReason, tries: Int, hours: Int64) {
    let verdict = Made.verdict(reason, tries: tries)
    #expect(verdict.phase(at: Made.time(0)) == .holds(until: Made.time(hours)))
    #expect(verdict.phase(at: Made.time(hours)) == .onTrial(until: Made.time(2 * hours)))
    #expect(verdict.phase(at: Made.time(2 * hours)) == .over)
    // Seen from before it was found, it counts from then.
    #expect(verdict.phase(at: Made.time(-1)) == .holds(until: Made.time(hours - 1)))
  }

  @Test(
    "A verdict dated in the future counts from now, and none outlasts a week",
    arguments: IneligibilityReason.all, ["2027-01-15T08:00:01Z", "2027-02-01T00:00:00Z", "9999-12-31T23:59:59Z"])
  func aVerdictFromTheFuture(reason: IneligibilityReason, since: String) throws {
    let now = Made.time(0)
    var verdict = Made.verdict(reason, tries: 1000)
    verdict.since = try #require(Timestamp(rfc3339: since))
    guard case .holds(let end) = verdict.phase(at: now) else {
      Issue.record("it holds from now")
      return
    }
    #expect(end <= Made.time(168), "\(end)")

    var ledger = VerdictLedger()
    _ = ledger.insert("n", verdict)
    ledger.review(image: nil, now: now) { _ in Made.healthy }
    #expect(ledger.entries["n"]?.since == now, "and so it is written down")
    ledger.review(image: nil, now: Made.time(2 * 168)) { _ in Made.healthy }
    #expect(ledger.entries.isEmpty, "the verdict expires as time passes")
  }

  @Test func whatFailsOnTrialHoldsForLonger() {
    var ledger = Self.ledger(.agentExits)
    #expect(ledger.holding(at: Made.time(0)).keys.sorted() == ["n"])
    #expect(ledger.next(at: Made.time(0)) == Made.time(1))
    var isTaken = ledger.take(
      Self.evidence(.agentExits), system: Made.healthy.system, image: "agent:1", now: Made.time(0))
    #expect(isTaken && ledger.entries["n"]?.tries == 1, "its pod is still on the way out")

    ledger.review(image: "agent:1", now: Made.time(1)) { _ in Made.healthy }
    #expect(ledger.holding(at: Made.time(1)).isEmpty && ledger.entries.count == 1)
    isTaken = ledger.take(
      Self.evidence(.agentExits), system: Made.healthy.system, image: "agent:1", now: Made.time(1))
    #expect(isTaken && ledger.entries["n"]?.tries == 2)
    #expect(ledger.entries["n"]?.phase(at: Made.time(1)) == .holds(until: Made.time(3)))

    ledger.review(image: "agent:1", now: Made.time(5)) { _ in Made.healthy }
    #expect(ledger.entries.isEmpty && ledger.next(at: Made.time(5)) == nil)
  }

  @Test func itIsBounded() {
    var ledger = VerdictLedger()
    for index in 0..<VerdictLedger.limit {
      let evidence = Self.evidence(
        .kernelLockedDown, node: "worker-\(index)", message: String(repeating: "x", count: 900))
      let isTaken = ledger.take(evidence, system: Made.healthy.system, image: "agent:1", now: Made.time(0))
      #expect(isTaken)
      guard isTaken else { return }
    }
    let isFull = !ledger.take(Self.evidence(.agentExits), system: Made.healthy.system, image: "", now: Made.time(0))
    #expect(isFull)
    #expect(ledger.entries.values.filter { !$0.message.isEmpty }.count == VerdictLedger.messageLimit)
    #expect(ledger.entries.values.allSatisfy { $0.message.utf8.count <= NodeVerdict.longestMessage })
    let written = VerdictRecord.data(ledger).reduce(0) { $0 + $1.key.utf8.count + ($1.value.string?.utf8.count ?? 0) }
    #expect(written < 1 << 20, "\(written)")
    #expect(VerdictRecord.ledger(.object(VerdictRecord.data(ledger))) == ledger)
  }

  @Test func longNamesTakeMoreRoom() {
    var ledger = VerdictLedger()
    var taken = 0
    while ledger.take(
      Self.evidence(.kernelLockedDown, node: "\(taken)".padding(to: 253)), system: Made.healthy.system, image: "",
      now: Made.time(0)), taken < VerdictLedger.limit
    { taken += 1 }
    #expect(taken < VerdictLedger.limit && ledger.size <= VerdictLedger.sizeLimit)
    let written = VerdictRecord.data(ledger).reduce(0) { $0 + $1.key.utf8.count + ($1.value.string?.utf8.count ?? 0) }
    #expect(written < 1 << 20)
  }

  @Test func whatIsWrittenIsReadAgain() {
    var ledger = Self.ledger(.agentExits)
    _ = ledger.insert("m", Made.verdict(.kernelLockedDown, message: #"said "no""#, tries: 3))
    let data = VerdictRecord.data(ledger)
    #expect(Array(data.keys) == ["AgentExits", "KernelLockedDown"])
    #expect(VerdictRecord.ledger(.object(data)) == ledger)
    #expect(VerdictRecord.data(VerdictLedger()).isEmpty)
  }

  static let good = #"{"system":"0123456789abcdef","since":"2026-10-01T12:00:00Z"}"#

  @Test(
    arguments: [
      (["KernelLockedDown": .string(#"{"n":\#(good)}"#)], 1), (["KernelTooOld": .string(#"{"n":\#(good)}"#)], 0),
      (["Nonsense": .string(#"{"n":\#(good)}"#)], 0), (["AgentExits": "no JSON"], 0), (["AgentExits": "[]"], 0),
      (["AgentExits": 1], 0), (["AgentExits": .string(#"{"":\#(good)}"#)], 0),
      (["AgentExits": #"{"n":{"system":"short","since":"2026-10-01T12:00:00Z"}}"#], 0),
      (["AgentExits": #"{"n":{"system":"0123456789abcdef","since":"yesterday"}}"#], 0),
      (["AgentExits": #"{"n":{"system":"0123456789abcdef","since":"2026-10-01T12:00:00Z","tries":-7}}"#], 1),
      (["AgentExits": .string(#"{"n":\#(String(repeating: "[", count: 100))}"#)], 0),
      (["AgentExits": .string(#"{"n":\#(good),"m":"no"}"#)], 1),
    ] as [(JSONObject, Int)])
  func whatSomebodyElseWroteIsReadWithCare(data: JSONObject, count: Int) {
    let ledger = VerdictRecord.ledger(.object(data))
    #expect(ledger.entries.count == count)
    #expect(ledger.entries.values.allSatisfy { $0.tries >= 1 })
  }

  @Test func aLargeRecordIsWrittenSeldom() {
    var memory = VerdictMemory()
    memory.ledger = Self.ledger(.kernelLockedDown)
    #expect(memory.due(now: .seconds(1)).wait == nil, "the first at once")
    memory.record(memory.ledger, now: .seconds(1))
    for index in 0..<1000 {
      _ = memory.ledger.insert("worker-\(index)", Made.verdict(.kernelLockedDown))
    }
    let early = memory.due(now: .seconds(1))
    #expect(early.ledger.entries.count == 1 && early.wait.map { $0 > .seconds(1) && $0 < .seconds(4) } == true)
    #expect(memory.due(now: .seconds(5)).ledger.entries.count == 1001)
    #expect(memory.findings(at: Made.time(0)).recorded == ["n"], "a label comes after the record")
    memory.ledger = VerdictLedger()
    #expect(memory.due(now: .seconds(1)).ledger.entries.isEmpty && memory.due(now: .seconds(1)).wait == nil)
  }
}

extension String {
  fileprivate func padding(to length: Int) -> String { self + String(repeating: "n", count: length - utf8.count) }
}
