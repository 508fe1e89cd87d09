// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import Logging
import ObservabilityAPI
import Rendering
import Testing

@testable import ObservabilityController

/// What the log tells of one object.
@Suite struct TransitionLogTests {
  static let name = "DaemonSet/cozy-coroot/platform-node-agent"

  static func report(_ change: (inout TransitionLog.Report) -> Void = { _ in }) -> TransitionLog.Report {
    var report = TransitionLog.Report(
      object: "platform", generation: 1, mode: "AgentsOnly", backend: nil, metrics: nil, blocked: nil, stalled: nil,
      applied: [], agents: nil, daemonSet: nil, retry: nil, isReady: false)
    change(&report)
    return report
  }

  static let backend = MetricsBackend(
    writeURL: "http://w/", readURL: "http://r/", source: "tenant-root/shortterm",
    credentials: Credentials(username: "agent", password: "s3cret"))

  static func agents(ready: Int, of eligible: Int = 3, ineligible: Int = 0) -> AgentsObservation {
    var example = AgentsObservationTests.Example(
      testDescription: "", eligible: eligible, ineligible: ineligible, kind: .good, reason: .allReady, says: "")
    example.daemonSet = [1, 1, Int64(eligible), Int64(eligible), Int64(ready)]
    return AgentsObservationTests.observe(example)
  }

  static func record(
    _ change: AppliedChild.Change, before: AppliedChildRecord.Absence? = nil
  ) -> AppliedChildRecord {
    let object = KubernetesObject(type: .daemonSets, namespace: "cozy-coroot", name: "platform-node-agent")
    return AppliedChildRecord(
      child: Child(type: .daemonSets, manifest: object), change: change, before: before, object: object)
  }

  static func text(_ line: TransitionLog.Line) -> String {
    "\(line.level) \(line.message) "
      + line.metadata.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
  }

  /// The first run of section 8 of the design, pass by pass.
  @Test func aFirstRunReadsAsAStory() {
    var transitions = TransitionLog()
    var lines = transitions.record(
      Self.report {
        $0.backend = Self.backend
        $0.metrics = .good(Finding(.reachable, "answered"))
        $0.agents = Self.agents(ready: 0, ineligible: 1)
        $0.nodes = [TransitionLog.Line(level: .info, message: "node ineligible", metadata: ["node": "i0"])]
        $0.applied = [Self.record(.created)]
        $0.daemonSet = Self.name
      }, now: .seconds(1))
    for ready in [1, 3] {
      lines += transitions.record(
        Self.report {
          $0.backend = Self.backend
          $0.metrics = .good(Finding(.reachable, "answered"))
          $0.agents = Self.agents(ready: ready, ineligible: 1)
          $0.applied = [Self.record(.unchanged)]
          $0.daemonSet = Self.name
          $0.isReady = ready == 3
        }, now: .milliseconds(ready == 3 ? 5150 : 2000))
    }
    #expect(
      lines.map(Self.text) == [
        "info object seen generation=1 mode=AgentsOnly object=platform",
        "info backend resolved backend=metrics from=tenant-root/shortterm object=platform read=http://r/ write=http://w/",
        "info node ineligible node=i0 object=platform",
        "info child applied change=created child=\(Self.name) object=platform",
        "info rollout child=\(Self.name) eligible=3 object=platform ready=0",
        "info rollout child=\(Self.name) eligible=3 object=platform ready=1",
        "info ready after=4.1s agents=3/3 object=platform",
      ])
    #expect(!lines.map(Self.text).joined().contains("s3cret"))
  }

  static let facts: [(String, TransitionLog.Report)] = [
    ("object seen", report()),
    ("object stalled", report { $0.stalled = Finding(.invalidSpec, "spec.mode") }),
    ("agents wait", report { $0.blocked = Finding(.namespaceNotFound, "x") }),
    ("backend resolved", report { $0.backend = backend }),
    ("backend unavailable", report { $0.metrics = .bad(Finding(.unreachable, "refused")) }),
    (
      "rollout",
      report {
        $0.agents = agents(ready: 1)
        $0.daemonSet = name
      }
    ),
    ("ready", report { $0.isReady = true }),
  ]

  @Test func anAgentThatBeganToFailIsToldWithItsNode() {
    var transitions = TransitionLog()
    let lines = transitions.record(Self.report { $0.failures = [AgentFailureTests.failure(1)] }, now: .zero)
    #expect(
      lines.map(Self.text).contains(
        "warning agent fails cause=w node=node-1 object=platform pod=pod-1 reason=OOMKilled"),
      "\(lines.map(Self.text))")
  }

  @Test(arguments: facts)
  func eachFactIsToldOnce(_ message: String, _ report: TransitionLog.Report) {
    var transitions = TransitionLog()
    #expect(transitions.record(report, now: .zero).filter { $0.message == message }.count == 1)
    for second in 1...3 {
      var again = report
      // How long until the next try changes with each pass; that is no news.
      again.retry = .seconds(second)
      let lines = transitions.record(again, now: .seconds(second))
      #expect(lines.isEmpty, "\(lines.map(Self.text))")
    }
  }

  @Test(
    arguments: [
      (.unchanged, nil, nil), (.created, nil, "info child applied change=created"),
      (.beingDeleted, nil, nil), (.created, .deleted, "warning child drifted change=deleted"),
      (.created, .hidden, "warning child drifted child=\(name) fields=metadata.labels"),
      (.updated, nil, "info child applied change=updated"),
      (.replacing(fields: ["spec.selector"]), nil, "warning child replaced child=\(name) fields=spec.selector"),
      (.repaired(fields: ["a", "b"], by: ["kubectl-edit"]), nil, "warning child drifted by=kubectl-edit"),
      (.repaired(fields: ["a", "b"], by: []), nil, "warning child drifted child=\(name) fields=a,b"),
    ] as [(AppliedChild.Change, AppliedChildRecord.Absence?, String?)])
  func whatBecameOfAChild(
    _ change: AppliedChild.Change, _ before: AppliedChildRecord.Absence?, _ expected: String?
  ) {
    var transitions = TransitionLog()
    _ = transitions.record(Self.report(), now: .zero)
    let lines = transitions.record(Self.report { $0.applied = [Self.record(change, before: before)] }, now: .zero)
    #expect(lines.map(Self.text).map { $0.prefix(expected?.count ?? 0) } == [expected].compactMap { $0?.prefix(1000) })
    if case .repaired = change { #expect(lines.first?.metadata["fields"] == "a,b") }
  }

  @Test func aBackendThatGoesAndComes() {
    var transitions = TransitionLog()
    let good = PartState.good(Finding(.reachable, "answered"))
    let bad = PartState.bad(Finding(.unreachable, "connect: refused"))
    var told: [String] = []
    for (state, retry) in [(good, 60), (bad, 5), (bad, 10), (good, 60), (bad, 5)] as [(PartState, Int)] {
      let lines = transitions.record(
        Self.report {
          $0.metrics = state
          $0.retry = .seconds(retry)
        }, now: .zero)
      told += lines.map(Self.text).filter { !$0.contains("object seen") }
    }
    let unavailable =
      "error backend unavailable backend=metrics cause=connect: refused object=platform reason=Unreachable retry=5s"
    #expect(
      told == [unavailable, "info backend recovered backend=metrics object=platform", unavailable])
  }

  @Test func aNewGenerationIsSeenAndBecomesReadyAnew() {
    var transitions = TransitionLog()
    #expect(
      transitions.record(Self.report { $0.isReady = true }, now: .zero).map(\.message) == ["object seen", "ready"])
    let second = transitions.record(
      Self.report {
        $0.generation = 2
        $0.isReady = true
      }, now: .seconds(3))
    #expect(second.map(\.message) == ["object seen", "ready"])
    #expect(second.last?.metadata["after"] == "0ms")
  }

  @Test func whatEndsIsToldAgainWhenItBeginsAgain() {
    var transitions = TransitionLog()
    func stalled(_ finding: Finding?) -> [String] {
      transitions.record(Self.report { $0.stalled = finding }, now: .zero).map(\.message)
    }
    #expect(stalled(Finding(.invalidSpec, "a")) == ["object seen", "object stalled"])
    #expect(stalled(Finding(.invalidSpec, "b")) == ["object stalled"])
    #expect(stalled(nil).isEmpty)
    #expect(stalled(Finding(.invalidSpec, "b")) == ["object stalled"])
  }
}
