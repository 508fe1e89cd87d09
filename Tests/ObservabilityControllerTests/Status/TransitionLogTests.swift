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
      object: "platform", generation: 1, mode: "AgentsOnly", stalled: nil, parts: [metrics, agents], isReady: false)
    change(&report)
    return report
  }

  static let metrics = TransitionLog.PartLines(id: MetricsPart.id, waiting: MetricsPart.waiting)
  static let agents = TransitionLog.PartLines(id: AgentsPart.id, waiting: AgentsPart.waiting)

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
    _ change: AppliedChild.Change, before: ChildReport.Absence? = nil
  ) -> AppliedChildRecord {
    let object = KubernetesObject(type: .daemonSets, namespace: "cozy-coroot", name: "platform-node-agent")
    return AppliedChildRecord(
      child: Child(type: .daemonSets, manifest: object), change: change, before: before, object: object)
  }

  static func text(_ line: LogLine) -> String {
    "\(line.level) \(line.message) "
      + line.metadata.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
  }

  /// The first run, pass by pass, as the parts tell it.
  @Test func aFirstRunReadsAsAStory() {
    var (transitions, backend, rollout) = (TransitionLog(), BackendLog<MetricsBackend>(), RolloutLog())
    var lines: [LogLine] = []
    for (ready, at) in [(0, 1000), (1, 2000), (3, 5150)] {
      let agents = Self.agents(ready: ready, ineligible: 1)
      let report = Self.report {
        $0.parts[0].preface = backend.record(
          Self.backend, .good(Finding(.reachable, "answered")), retry: .seconds(60))
        $0.parts[1].preface = ready == 0 ? [LogLine(.info, "node ineligible", ["node": "i0"])] : []
        $0.parts[1].children = Self.record(ready == 0 ? .created : .unchanged).report.lines
        $0.parts[1].progress = rollout.record(agents, child: Self.name)
        $0.parts[1].summary = ["agents": "\(ready)/3"]
        $0.isReady = ready == 3
      }
      lines += transitions.record(report, now: .milliseconds(at))
    }
    #expect(
      lines.map(Self.text) == [
        "info object seen generation=1 mode=AgentsOnly",
        "info backend resolved backend=metrics from=tenant-root/shortterm read=http://r/ write=http://w/",
        "info node ineligible node=i0",
        "info child applied change=created child=\(Self.name)",
        "info rollout child=\(Self.name) eligible=3 ready=0",
        "info rollout child=\(Self.name) eligible=3 ready=1",
        "info ready after=4.1s agents=3/3",
      ])
    #expect(!lines.map(Self.text).joined().contains("s3cret"))
  }

  static let facts: [(String, TransitionLog.Report)] = [
    ("object seen", report()),
    ("object stalled", report { $0.stalled = Finding(.invalidSpec, "spec.mode") }),
    ("agents wait", report { $0.parts[1].blocked = Finding(.namespaceNotFound, "x") }),
    ("ready", report { $0.isReady = true }),
  ]

  @Test(arguments: facts)
  func eachFactIsToldOnce(_ message: String, _ report: TransitionLog.Report) {
    var transitions = TransitionLog()
    #expect(transitions.record(report, now: .zero).filter { $0.message == message }.count == 1)
    for second in 1...3 {
      let lines = transitions.record(report, now: .seconds(second))
      #expect(lines.isEmpty, "\(lines.map(Self.text))")
    }
  }

  @Test("What keeps several parts is told of the first, and a part without words of its own is named")
  func whatKeepsSeveralPartsIsToldOnce() {
    var transitions = TransitionLog()
    let other = TransitionLog.PartLines(id: PartID(rawValue: "gateway"))
    func lines(_ first: Finding?, _ second: Finding?) -> [String] {
      let report = Self.report {
        $0.parts.append(other)
        $0.parts[1].blocked = first
        $0.parts[2].blocked = second
      }
      return transitions.record(report, now: .zero).map(Self.text).filter { !$0.contains("object seen") }
    }
    let namespace = Finding(.namespaceNotFound, "x")
    #expect(lines(namespace, namespace) == ["warning agents wait cause=x reason=NamespaceNotFound"])
    #expect(
      lines(nil, Finding(.kindNotServed, "y")) == ["warning part waits cause=y part=gateway reason=KindNotServed"])
  }

  @Test func howFarTheRolloutIsIsToldOnceAndNotBesideReady() {
    var rollout = RolloutLog()
    #expect(rollout.record(Self.agents(ready: 1), child: nil).isEmpty, "without a DaemonSet there is nothing to tell")
    let first = rollout.record(Self.agents(ready: 1), child: Self.name)
    #expect(first.map(\.message) == ["rollout"])
    #expect(rollout.record(Self.agents(ready: 1), child: Self.name).isEmpty)
    var transitions = TransitionLog()
    let lines = transitions.record(
      Self.report {
        $0.parts[1].progress = first
        $0.isReady = true
      }, now: .zero)
    #expect(lines.map(\.message) == ["object seen", "ready"])
  }

  @Test func anAgentThatBeganToFailIsToldWithItsNode() {
    #expect(
      Self.text(RolloutLog.line(AgentFailureTests.failure(1)))
        == "warning agent fails cause=w node=node-1 pod=pod-1 reason=OOMKilled")
  }

  @Test func aBackendThatGoesAndComes() {
    var log = BackendLog<MetricsBackend>()
    let good = PartState.good(Finding(.reachable, "answered"))
    let bad = PartState.bad(Finding(.unreachable, "connect: refused"))
    var told: [String] = []
    for (state, retry) in [(good, 60), (bad, 5), (bad, 10), (nil, 10), (good, 60), (bad, 5)] as [(PartState?, Int)] {
      told += log.record(nil, state, retry: .seconds(retry)).map(Self.text)
    }
    let unavailable =
      "error backend unavailable backend=metrics cause=connect: refused reason=Unreachable retry=5s"
    #expect(told == [unavailable, "info backend recovered backend=metrics", unavailable])
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

  @Test("Progress waits until it is known whether all is ready, and is left out if it is", arguments: [true, false])
  func progressOfWhatIsNotKnown(_ isReady: Bool) {
    var (transitions, rollout) = (TransitionLog(), RolloutLog())
    var lines: [LogLine] = []
    for state in [nil, isReady] {
      let report = Self.report {
        $0.parts[1].progress = rollout.record(Self.agents(ready: 3), child: Self.name)
        $0.isReady = state
      }
      lines += transitions.record(report, now: .seconds(1))
    }
    #expect(lines.map(\.message) == ["object seen", isReady ? "ready" : "rollout"])
  }
}
