// SPDX-License-Identifier: Apache-2.0

import Testing
import Waiting

@testable import HTTPTransport

@Suite struct HeartbeatTests {
  private let start = ContinuousClock.now

  @Test func stuckAtWork() {
    var heartbeat = Heartbeat(start)
    heartbeat.began(start + .seconds(1))
    #expect(heartbeat.lastTurn == start + .seconds(1))
    #expect(!heartbeat.isStuck(longerThan: .seconds(10), start + .seconds(11)))
    #expect(heartbeat.isStuck(longerThan: .seconds(10), start + .seconds(12)))
  }

  @Test func waitingIsNotBeingStuck() {
    var heartbeat = Heartbeat(start)
    heartbeat.waits(until: start + .seconds(60))
    #expect(!heartbeat.isStuck(longerThan: .seconds(10), start + .seconds(69)))
    #expect(heartbeat.isStuck(longerThan: .seconds(10), start + .seconds(71)))
  }

  @Test func workThatLies() {
    var heartbeat = Heartbeat(start)
    heartbeat.waits(until: start + .seconds(60))
    heartbeat.woken(start + .seconds(5))
    heartbeat.woken(start + .seconds(14))
    #expect(heartbeat.isStuck(longerThan: .seconds(10), start + .seconds(16)))
    heartbeat.began(start + .seconds(16))
    #expect(!heartbeat.isStuck(longerThan: .seconds(10), start + .seconds(16)))
  }

  @Test func ofALivingThread() async throws {
    let executor = try CurlExecutor(userAgent: "tests/1", limits: ConnectionLimits())
    defer { executor.stop() }
    let before = executor.heartbeat.lastTurn
    let (began, mayEnd) = (Signal(), Signal())
    executor.call { _ in
      began.set()
      mayEnd.block()
    }
    #expect(await eventually { began.isSet })
    #expect(await eventually { executor.heartbeat.isStuck(longerThan: .milliseconds(20), .now) })
    mayEnd.set()
    #expect(await eventually { !executor.heartbeat.isStuck(longerThan: .milliseconds(20), .now) })
    #expect(executor.heartbeat.lastTurn > before)
  }
}
