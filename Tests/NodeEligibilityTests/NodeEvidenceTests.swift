// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import NodeEligibility

/// What the agents' pods tell of their nodes.
@Suite struct NodeEvidenceTests {
  /// An agent that ends again and again.
  static func ending(
    _ node: String, code: Int = 1, reason: String = "Error", restarts: Int = 5, after: String = "00:10:00",
    revision: String = "r1", message: String = "", running: Bool = false
  ) -> AgentRun {
    AgentRun(
      node: node, revision: revision, isReady: false, createdAt: Timestamp(rfc3339: "2026-01-01T00:00:00Z"),
      restarts: restarts,
      end: running
        ? nil
        : .init(
          exitCode: code, reason: reason, message: message, finishedAt: Timestamp(rfc3339: "2026-01-01T\(after)Z")))
  }

  static func ready(_ node: String, revision: String = "r1") -> AgentRun {
    AgentRun(node: node, revision: revision, isReady: true)
  }

  static func preflight(_ node: String, _ report: PreflightReport) -> AgentRun {
    AgentRun(node: node, revision: "r1", isReady: false, preflight: report)
  }

  static func verdict(
    _ verdict: PreflightReport.Verdict, _ reason: String
  ) -> PreflightReport { PreflightReport(verdict: verdict, reason: reason, message: "found so") }

  @Test func preflightsWordCounts() {
    let evidence = NodeEvidence.all(in: [Self.preflight("a", Self.verdict(.ineligible, "KernelLockedDown"))])
    #expect(evidence == [NodeEvidence(node: "a", reason: .kernelLockedDown, message: "found so")])
  }

  @Test(arguments: [
    preflight("a", verdict(.failed, "KernelLockedDown")), preflight("a", verdict(.ineligible, "Unheard")),
    preflight("a", verdict(.ineligible, "KernelTooOld")),
    preflight("", verdict(.ineligible, "KernelLockedDown")),
  ])
  func noOtherWordDoes(_ run: AgentRun) {
    #expect(NodeEvidence.all(in: [run]).isEmpty)
  }

  @Test(
    arguments: [
      (ending("bad"), true), (ending("bad", restarts: 4), false),
      (ending("bad", code: 137, reason: "OOMKilled"), false),
      (ending("bad", code: 1, reason: "OOMKilled"), false), (ending("bad", code: 255), false),
      (ending("bad", code: 2), false), (ending("bad", after: "00:02:59"), false),
      (ending("bad", after: "00:03:00"), true), (ending("bad", running: true), false),
      (ending("bad", revision: "r2"), false),
    ])
  func theAgentsEndCountsIfItIsItsWordAndOfTheNodeAlone(_ run: AgentRun, counts: Bool) {
    let evidence = NodeEvidence.all(in: [Self.ready("good"), run])
    #expect(evidence.map(\.node) == (counts ? ["bad"] : []))
    #expect(evidence.allSatisfy { $0.reason == .agentExits })
  }

  @Test(arguments: [(0, 1, false), (1, 1, true), (1, 2, false), (3, 2, true), (2, 3, false), (0, 100, false)])
  func whatEndsEverywhereIsNotTheNodesFault(ready: Int, ending: Int, counts: Bool) {
    let pods = (0..<ready).map { Self.ready("good-\($0)") } + (0..<ending).map { Self.ending("bad-\($0)") }
    #expect(NodeEvidence.all(in: pods).count == (counts ? ending : 0))
  }

  @Test func itsLastWordsAreTheLastLineWithoutPasswords() {
    func words(_ message: String) -> String? {
      NodeEvidence.all(in: [Self.ready("good"), Self.ending("bad", message: message)]).first?.message
    }
    #expect(
      words("I1 fine\nE1 netlink receive: no such file or directory\n\n")
        == "E1 netlink receive: no such file or directory")
    #expect(
      words("F1 cannot reach http://agent:s3cret@vminsert:8480/insert")
        == "F1 cannot reach http://***@vminsert:8480/insert")
    #expect(words("") == "")
  }
}
