// SPDX-License-Identifier: Apache-2.0

import Logging
import Testing
import Waiting

@testable import ControllerRuntime

@Suite(.timeLimit(.minutes(5))) struct ControllerStopTests {
  private let time = TestTime()
  private let log = LogRecorder()

  private func controller(_ queue: WorkQueue<String>, _ reconcile: @escaping Controller<String>.Reconcile)
    -> Controller<String>
  {
    Controller(name: "test", queue: queue, environment: time.environment, logger: log.logger, reconcile: reconcile)
  }

  @Test func aReconcileThatWaitsForADeadServerIsCutShort() async throws {
    let queue = WorkQueue<String>(name: "test", environment: time.environment)
    let hanging = ChangeSignal()
    let began = Recorded<String>()
    let controller = controller(queue) { key in
      began.append(key)
      await hanging.changed(since: 0)
      try Task.checkCancellation()
      return .settled
    }
    queue.add("a")
    let run = Task { await controller.run() }
    try await eventually("it hangs") { began.values == ["a"] && time.deadlines.contains(.seconds(120)) }
    let stop = Task { await controller.stop(within: .seconds(15)) }
    try await eventually("it has grace") { time.deadlines.contains(.seconds(15)) }
    time.advance(by: .seconds(15))
    await stop.value
    await run.value
    #expect(log.lines(.error) == [], "the end of the process is no failure")
  }

  @Test func aReconcileThatEndsInTimeIsNotCancelled() async throws {
    let queue = WorkQueue<String>(name: "test", environment: time.environment)
    let work = ChangeSignal()
    let ended = Recorded<Bool>()
    let controller = controller(queue) { _ in
      await work.changed(since: 0)
      ended.append(Task.isCancelled)
      return .settled
    }
    queue.add("a")
    let run = Task { await controller.run() }
    try await eventually("it works") { time.deadlines.contains(.seconds(120)) }
    let stop = Task { await controller.stop(within: .seconds(15)) }
    try await eventually("it has grace") { time.deadlines.contains(.seconds(15)) }
    work.notify()
    await stop.value
    await run.value
    #expect(ended.values == [false])
  }
}
