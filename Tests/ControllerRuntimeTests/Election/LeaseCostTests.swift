// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import Synchronization
import Testing
import Waiting

@testable import ControllerRuntime

/// What a lease costs, and that it is given back, by a clock that only moves when told to.
@Suite(.timeLimit(.minutes(5))) struct LeaseCostTests {
  private let key = ObjectKey(namespace: "a", name: "leader")
  private let api = FakeAPI()
  private let time = TestTime()

  private func elector(_ identity: String) -> LeaderElector {
    LeaderElector(
      api: api, lease: key, identity: identity, environment: time.environment, logger: LogRecorder().logger)
  }

  /// Lets that many seconds pass, one by one, each as soon as all who sleep do: seen several times in a row, since whoever
  /// has a request under way sleeps towards its deadline for a moment.
  private func pass(seconds: Int, sleepers: Int) async throws {
    for _ in 0..<seconds {
      var seen = 0
      try await eventually("all sleep") {
        let isQuiet = time.deadlines.count == sleepers && time.deadlines.allSatisfy { $0 > time.now }
        seen = isQuiet ? seen + 1 : 0
        return seen == 5
      }
      time.advance(by: .seconds(1))
    }
    try await eventually("all sleep") { time.deadlines.count == sleepers }
  }

  @Test func aLeaderAndACandidateSendNoMoreThanTwelveRequestsAMinuteEach() async throws {
    let gate = ChangeSignal()
    let electors = [elector("one"), elector("two")]
    let leader = Task { await electors[0].run { await gate.changed(since: 0) } }
    try await eventually("one leads") { electors[0].isLeader && time.deadlines.count == 1 }
    let taking = api.requests.count
    try await pass(seconds: 120, sleepers: 1)
    let renewals = api.requests.dropFirst(taking)
    // A sleeper that is seen too early lets the clock run ahead of the leader now and then, which only saves requests.
    #expect((20...24).contains(renewals.count), "at most one for each 5 s of 2 minutes, not \(renewals.count)")
    #expect(renewals.allSatisfy { $0.verb == "replace" }, "a renewal is one request: nothing is read first")

    let reads = api.count("get")
    let candidate = Task { await electors[1].run {} }
    // Whoever still reads sleeps towards its deadline, and that first read is none of the minute's.
    try await eventually("the other waits") { time.deadlines.count == 2 && api.count("get") > reads }
    let before = api.count("get")
    try await pass(seconds: 60, sleepers: 2)
    #expect((8...12).contains(api.count("get") - before), "with no jitter; with it, less")
    #expect(electors[0].isLeader && !electors[1].isLeader)
    for task in [candidate, leader] {
      task.cancel()
      _ = await task.value
    }
  }

  @Test(arguments: [(1, true), (2, true), (3, false)])
  func aReleaseIsTriedAgainWhenSomebodyWroteInBetween(conflicts: Int, isReleased: Bool) async throws {
    let elector = elector("one")
    let gate = ChangeSignal()
    let run = Task { await elector.run { await gate.changed(since: 0) } }
    try await eventually("it leads") { elector.isLeader && time.deadlines == [.seconds(5)] }
    api.fail("replace", .conflict, times: conflicts)
    gate.notify()
    #expect(await run.value == .finished)
    let holder = api.object(.leases, key)?[path: "spec", "holderIdentity"]?.string
    #expect(holder == (isReleased ? "" : "one"))
  }

  /// Whatever the times in the Lease say, only how long it stands still by our own clock counts.
  @Test(arguments: ["1970-01-01T00:00:00.000000Z", "2999-01-01T00:00:00.000000Z", "nonsense"])
  func theClockOfAnotherMachineDecidesNothing(renewTime: String) async throws {
    var lease = KubernetesObject(type: .leases, namespace: "a", name: "leader")
    lease["spec"] = [
      "holderIdentity": "other", "renewTime": .string(renewTime), "leaseDurationSeconds": 15, "leaseTransitions": 0,
    ]
    api.put(.leases, lease)
    let elector = elector("one")
    let gate = ChangeSignal()
    let run = Task { await elector.run { await gate.changed(since: 0) } }
    try await eventually("it waits") { time.deadlines.count == 1 }
    try await pass(seconds: 14, sleepers: 1)
    #expect(!elector.isLeader)
    try await eventually("it leads") {
      time.advance(by: .seconds(1))
      return elector.isLeader
    }
    gate.notify()
    #expect(await run.value == .finished)
  }
}
