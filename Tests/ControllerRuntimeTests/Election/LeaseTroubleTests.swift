// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore
import Logging
import Testing
import Waiting

@testable import ControllerRuntime

@Suite(.timeLimit(.minutes(5))) struct LeaseTroubleTests {
  private static let key = ObjectKey(namespace: "a", name: "leader")
  private static let forbidden = KubernetesError.status(403, "Forbidden")

  @Test("A missing right and a missing namespace are reported once each, with the remedy")
  func eachCauseIsReportedOnce() {
    var trouble = LeaseTrouble(lease: Self.key)
    #expect(
      trouble.failed(.read, Self.forbidden, now: .zero)
        == .trouble(
          cause: "\(Self.forbidden)",
          remedy: "allow get, create and update of leases.coordination.k8s.io in namespace a"
        ))
    #expect(trouble.failed(.read, Self.forbidden, now: .seconds(5)) == nil)
    #expect(trouble.cause == "\(Self.forbidden)")
    #expect(
      trouble.failed(.write, .notFound, now: .seconds(10))
        == .trouble(
          cause: "\(KubernetesError.notFound)", remedy: "create namespace a, or name another one for the Lease"))
    #expect(trouble.failed(.read, Self.forbidden, now: .seconds(15)) != nil, "the cause has changed back")
  }

  @Test("What the watches report of the server is not reported again, unless the Lease alone stays in trouble")
  func whatConcernsTheServerIsLeftToTheWatches() {
    var trouble = LeaseTrouble(lease: Self.key)
    for error in [KubernetesError.reset, .conflict, .malformed("x"), .credentials("y")] {
      #expect(trouble.failed(.read, error, now: .zero) == nil && trouble.cause == nil)
    }
    #expect(trouble.failed(.write, .unavailable, now: .zero) == nil)
    #expect(trouble.failed(.write, .unavailable, now: .seconds(59)) == nil)
    #expect(trouble.cause == nil)
    #expect(trouble.failed(.write, .unavailable, now: .seconds(60)) != nil)
    #expect(trouble.failed(.write, .unavailable, now: .seconds(65)) == nil)
  }

  @Test("A Lease that can be read but not written stays in trouble until it is written")
  func aReadDoesNotEndTheTroubleOfAWrite() {
    var trouble = LeaseTrouble(lease: Self.key)
    _ = trouble.failed(.write, Self.forbidden, now: .zero)
    #expect(trouble.succeeded(.read) == nil && trouble.cause != nil)
    #expect(trouble.succeeded(.write) == .recovered && trouble.cause == nil)
    #expect(trouble.succeeded(.write) == nil)
    _ = trouble.failed(.read, Self.forbidden, now: .zero)
    #expect(trouble.succeeded(.read) == .recovered)
  }

  @Test("A candidate without a right on its Lease warns once, is not ready, and says when that has ended")
  func aCandidateWithoutRightsWarnsOnceAndIsNotReady() async throws {
    // A pause of 8 s tells a candidate that waits from a request that is under way, which has 5 s.
    let (api, time, log) = (FakeAPI(), TestTime(random: { 0.5 }), LogRecorder())
    let elector = LeaderElector(
      api: api, lease: Self.key, identity: "me", environment: time.environment, logger: log.logger)
    api.fail("get", Self.forbidden, times: 3)
    let gate = ChangeSignal()
    let run = Task { await elector.run { await gate.changed(since: 0) } }
    for count in 1...3 {
      try await eventually("try \(count)") { api.count("get") == count && time.deadlines == [time.now + .seconds(8)] }
      #expect(log.lines(.warning) == ["lease not available"])
      #expect(elector.notReady == "Lease a/leader: \(Self.forbidden)")
      time.advance(by: .seconds(8))
    }
    try await eventually("it leads") { elector.isLeader }
    #expect(elector.notReady == nil)
    #expect(log.lines(.info) == ["lease available", "leading"])
    #expect(log.metadata("remedy").count == 1)
    gate.notify()
    _ = await run.value
  }
}
