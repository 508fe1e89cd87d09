// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import Logging
import Synchronization
import Testing
import Waiting

@testable import ControllerRuntime

@Suite(.timeLimit(.minutes(5))) struct ControllerTests {
  private final class Fixture: Sendable {
    let time = TestTime()
    let log = LogRecorder()
    let metrics = CountedMetrics()
    let reports = Mutex<[ReconcileReport<String>]>([])
    let queue: WorkQueue<String>

    init() {
      queue = WorkQueue(name: "test", environment: time.environment)
    }

    func controller(workers: Int = 1, _ reconcile: @escaping Controller<String>.Reconcile) -> Controller<String> {
      Controller(
        name: "test", queue: queue, workers: workers, environment: time.environment, metrics: metrics,
        logger: log.logger, onResult: { report in self.reports.withLock { $0.append(report) } },
        reconcile: reconcile)
    }
    var results: [ReconcileResult] { reports.withLock { $0.map(\.result) } }
    var nexts: [ReconcileReport<String>.Next] { reports.withLock { $0.map(\.next) } }
  }

  private struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  @Test func anErrorIsRetriedWithAWaitLoggedOnceAndItsEndToo() async throws {
    let fixture = Fixture()
    let failures = Mutex(3)
    let controller = fixture.controller { _ in
      if failures.withLock({
        $0 -= 1; return $0 >= 0
      }) {
        throw Failure(description: "broken")
      }
      return .settled
    }
    fixture.queue.add("a")
    let run = Task { await controller.run() }
    for count in 1...3 {
      try await eventually("failure \(count)") {
        fixture.results.count == count && fixture.time.deadlines.contains { $0 > fixture.time.now && $0 < .seconds(1) }
      }
      fixture.time.advance(by: .milliseconds(50))
    }
    try await eventually("it settles") { fixture.results == [.error, .error, .error, .success] }
    #expect(fixture.nexts == [.after(.milliseconds(5)), .after(.milliseconds(10)), .after(.milliseconds(20)), .rest])
    await controller.stop()
    await run.value
    #expect(fixture.log.lines(.error) == ["reconcile failed"])
    #expect(fixture.log.lines(.info) == ["reconcile recovered"])
    #expect(fixture.queue.failures(of: "a") == 0)
  }

  @Test func terminalErrorsRestAndConflictsAreQuiet() async throws {
    let fixture = Fixture()
    let controller = fixture.controller { key in
      switch key {
      case "terminal": throw TerminalError(Failure(description: "never"))
      case "conflict": throw KubernetesError.conflict
      case "throttled": throw KubernetesError.status(429, "TooManyRequests", retryAfter: .seconds(40))
      default: return .requeue(after: .seconds(30))
      }
    }
    let run = Task { await controller.run() }
    for (index, key) in ["terminal", "conflict", "throttled", "again"].enumerated() {
      fixture.queue.add(key)
      try await eventually("\(key) is done") { fixture.results.count == index + 1 }
    }
    #expect(fixture.results == [.terminalError, .error, .error, .requeueAfter])
    #expect(
      fixture.nexts == [.rest, .after(.milliseconds(5)), .after(.seconds(40)), .after(.seconds(30))])
    await controller.stop()
    await run.value
    #expect(fixture.log.lines(.error).count == 2, "the conflict is not an error")
  }

  @Test("Work is put off for five minutes at most, however long the server or a webhook asks for")
  func aWaitOfDecadesIsNotGranted() async throws {
    let fixture = Fixture()
    let controller = fixture.controller { key in
      let wait: Duration = key == "long" ? .seconds(2_147_483_647) : .seconds(Int64.max)
      if key == "again" { return .requeue(after: wait) }
      throw KubernetesError.status(503, "ServiceUnavailable", retryAfter: wait)
    }
    let run = Task { await controller.run() }
    for (index, key) in ["long", "longest", "again"].enumerated() {
      fixture.queue.add(key)
      try await eventually("\(key) is done") { fixture.results.count == index + 1 }
    }
    #expect(fixture.nexts.prefix(2) == [.after(.seconds(300)), .after(.seconds(300))])
    #expect(fixture.log.metadata("retry") == ["5m", "5m"])
    await controller.stop()
    await run.value
  }

  @Test func aReconcileThatTakesTooLongIsCancelledAndRetried() async throws {
    let fixture = Fixture()
    let controller = fixture.controller { _ in
      try await fixture.time.environment.sleep(.seconds(100_000))
      return .settled
    }
    fixture.queue.add("a")
    let run = Task { await controller.run() }
    try await eventually("it runs") { fixture.time.deadlines == [.seconds(120), .seconds(100_000)] }
    #expect(fixture.queue.stuck(longerThan: .seconds(600)) == nil)
    fixture.time.advance(by: .seconds(120))
    try await eventually("it ends") { fixture.results == [.timeout] }
    #expect(fixture.log.metadata("error") == ["the reconcile did not end within 120.0 seconds"])
    await controller.stop()
    await run.value
  }

  @Test func aReconcileThatIgnoresItsDeadlineIsToldAndTheOthersGoOn() async throws {
    let fixture = Fixture()
    let gate = ChangeSignal()
    let controller = fixture.controller(workers: 2) { key in
      guard key == "stubborn" else { return .settled }
      // Not a wait that cancellation ends.
      await Task { await gate.changed(since: 0) }.value
      return .settled
    }
    fixture.queue.add("stubborn")
    let run = Task { await controller.run() }
    try await eventually("it runs") { fixture.time.deadlines == [.seconds(120)] }
    fixture.time.advance(by: .seconds(120))
    try await eventually("its deadline is counted") { fixture.metrics.timeouts == 1 }
    #expect(fixture.log.lines(.error) == [])
    try await eventually("it may still heed that") { fixture.time.deadlines.contains(.seconds(130)) }
    fixture.time.advance(by: .seconds(10))
    try await eventually("it is told") { fixture.log.lines(.error) == ["reconcile does not end"] }
    #expect(fixture.log.metadata("object") == ["stubborn"])
    fixture.queue.add("other")
    try await eventually("other keys go on") { fixture.results == [.success] }
    #expect(fixture.queue.stuck() == nil)
    fixture.time.advance(by: .seconds(600))
    #expect(fixture.queue.stuck() == "test: a reconcile has been running for 12m")
    #expect(fixture.log.lines(.error).count == 1)
    gate.notify()
    try await eventually("it ends at last") { fixture.results == [.success, .timeout] }
    #expect(fixture.queue.stuck() == nil)
    await controller.stop()
    await run.value
  }

  @Test func anErrorOfAnyTypeEndsOneReconcileOnly() async throws {
    struct Odd: Error {}
    let fixture = Fixture()
    let controller = fixture.controller { key in
      switch key {
      case "cancelled": throw CancellationError()
      case "odd": throw Odd()
      case "unavailable": throw KubernetesError.unavailable
      default: return .settled
      }
    }
    let keys = ["cancelled", "odd", "unavailable", "good"]
    for key in keys { fixture.queue.add(key) }
    let run = Task { await controller.run() }
    try await eventually("all had their turn") { fixture.results.count == 4 }
    #expect(fixture.results == [.error, .error, .error, .success])
    #expect(fixture.queue.count == 3, "each is tried again")
    await controller.stop()
    await run.value
  }

  @Test func workersAreBoundedAndNoKeyIsWorkedOnTwiceAtOnce() async throws {
    let fixture = Fixture()
    let active = Mutex<[String]>([])
    let peak = Mutex(0)
    let gate = ChangeSignal()
    let controller = fixture.controller(workers: 2) { key in
      active.withLock { active in
        #expect(!active.contains(key))
        active.append(key)
        peak.withLock { $0 = max($0, active.count) }
      }
      await gate.changed(since: 0)
      active.withLock { $0.removeAll { $0 == key } }
      return .settled
    }
    for key in ["a", "b", "c"] { fixture.queue.add(key) }
    let run = Task { await controller.run() }
    try await eventually("both workers are busy") { active.withLock { $0.count == 2 } }
    fixture.queue.add("a")
    fixture.time.advance(by: .seconds(700))
    #expect(fixture.queue.stuck() != nil)
    gate.notify()
    try await eventually("all are done") { fixture.results.count == 4 }
    #expect(peak.withLock { $0 } == 2)
    #expect(fixture.queue.stuck() == nil)
    await controller.stop()
    await run.value
  }

  @Test func stopFinishesWhatRunsAndTakesNoMore() async throws {
    let fixture = Fixture()
    let gate = ChangeSignal()
    let started = Mutex<[String]>([])
    let controller = fixture.controller { key in
      started.withLock { $0.append(key) }
      await gate.changed(since: 0)
      return .settled
    }
    fixture.queue.add("a")
    fixture.queue.add("b")
    let run = Task { await controller.run() }
    try await eventually("a runs") { started.withLock { $0 } == ["a"] }
    let stopped = Mutex(false)
    let stop = Task {
      await controller.stop()
      stopped.withLock { $0 = true }
    }
    try await eventually("the queue is closed") { fixture.queue.count == 0 }
    #expect(!stopped.withLock { $0 })
    gate.notify()
    await stop.value
    await run.value
    #expect(started.withLock { $0 } == ["a"])
    #expect(fixture.results == [.success])
  }

  @Test func cancellationEndsARunningReconcileWithoutAnErrorInTheLog() async throws {
    let fixture = Fixture()
    let controller = fixture.controller { _ in
      try await fixture.time.environment.sleep(.seconds(10))
      return .settled
    }
    fixture.queue.add("a")
    let run = Task { await controller.run() }
    try await eventually("it runs") { fixture.queue.running == 1 && fixture.time.deadlines.count == 2 }
    run.cancel()
    await run.value
    #expect(fixture.queue.running == 0)
    #expect(fixture.log.lines(.error).isEmpty)
  }
}
