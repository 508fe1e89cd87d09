// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import Logging
import Synchronization
import Testing
import Waiting

@testable import ControllerRuntime

@Suite(.timeLimit(.minutes(5))) struct LeaderElectionTests {
  private let key = ObjectKey(namespace: "a", name: "leader")
  private let stamp = Timestamp(secondsSinceEpoch: 1_767_225_600)

  private func state(_ identity: String = "me") -> LeaderElectionState {
    LeaderElectionState(key: key, identity: identity, timing: LeaseTiming())
  }

  private func lease(_ holder: String, renewed: String = "t1", duration: Int64 = 15, version: String = "1")
    -> KubernetesObject
  {
    var lease = KubernetesObject(type: .leases, namespace: "a", name: "leader")
    lease["metadata"]?["resourceVersion"] = .string(version)
    lease["spec"] = [
      "holderIdentity": .string(holder), "renewTime": .string(renewed), "leaseDurationSeconds": .integer(duration),
      "leaseTransitions": 4, "acquireTime": "t0",
    ]
    return lease
  }

  @Test func theFirstCandidateCreatesTheLease() throws {
    var state = state()
    #expect(state.start() == .read)
    guard case .create(let lease) = state.read(nil, now: .zero, timestamp: stamp, random: 0) else {
      Issue.record("nothing is created")
      return
    }
    #expect(
      lease["spec"] == [
        "holderIdentity": "me", "leaseDurationSeconds": 15, "leaseTransitions": 0,
        "acquireTime": "2026-01-01T00:00:00.000000Z", "renewTime": "2026-01-01T00:00:00.000000Z",
      ])
    #expect(!state.isLeader)
    #expect(state.written(lease, sentAt: .seconds(1)) == .wait(.seconds(5)))
    #expect(state.isLeader && state.leadsUntil == .seconds(11))
  }

  @Test func aCandidateTakesOverOnlyWhenTheRecordStoodStillLongEnough() {
    var state = state()
    let now = Timestamp(secondsSinceEpoch: 0)
    #expect(state.read(lease("other"), now: .zero, timestamp: now, random: 0.5) == .wait(.seconds(8)))
    #expect(state.waited(timestamp: now) == .read)
    #expect(state.read(lease("other"), now: .seconds(14), timestamp: now, random: 0) == .wait(.seconds(1)))
    let renewed = lease("other", renewed: "t2", version: "2")
    #expect(state.read(renewed, now: .seconds(16), timestamp: now, random: 0) == .wait(.seconds(5)))
    #expect(state.read(renewed, now: .seconds(30), timestamp: now, random: 0) == .wait(.seconds(1)))
    guard case .replace(let taken) = state.read(renewed, now: .seconds(31), timestamp: now, random: 0) else {
      Issue.record("the lease is not taken")
      return
    }
    #expect(taken.resourceVersion == "2", "so that only one of two candidates wins")
    #expect(taken["spec"]?["holderIdentity"] == "me" && taken["spec"]?["leaseTransitions"] == 5)
    #expect(state.failed(.conflict, now: .seconds(31), random: 0) == .wait(.seconds(5)))
  }

  @Test func aReleasedLeaseIsTakenAtOnceAndALongerOneRespected() {
    var state = state()
    guard case .replace = state.read(lease("", duration: 1), now: .zero, timestamp: stamp, random: 0) else {
      Issue.record("a released lease is free")
      return
    }
    var other = self.state()
    _ = other.read(lease("other", duration: 60), now: .zero, timestamp: stamp, random: 0)
    #expect(
      other.read(lease("other", duration: 60), now: .seconds(59), timestamp: stamp, random: 0)
        == .wait(.seconds(1)))
  }

  @Test func theLeaderRenewsWithWhatItKnowsAndLooksWhenThatFails() {
    var state = state()
    let held = lease("me")
    _ = state.written(held, sentAt: .zero)
    guard case .replace(let renewal) = state.waited(timestamp: stamp) else {
      Issue.record("no optimistic renewal")
      return
    }
    #expect(renewal["spec"]?["acquireTime"] == "t0" && renewal["spec"]?["leaseTransitions"] == 4)
    #expect(state.failed(.conflict, now: .seconds(5), random: 0) == .read)
    guard case .replace = state.read(lease("me", version: "3"), now: .seconds(5), timestamp: stamp, random: 0) else {
      Issue.record("the lease is still ours")
      return
    }
    #expect(state.failed(.unavailable, now: .seconds(6), random: 0) == .wait(.seconds(1)))
    #expect(state.waited(timestamp: stamp) == .read)
    #expect(state.isLeader)
    guard case .lost = state.failed(.unavailable, now: .seconds(10), random: 0) else {
      Issue.record("the deadline is over")
      return
    }
    #expect(!state.isLeader)
  }

  @Test func theLeaderStopsAtOnceWhenAnotherLeads() {
    var state = state()
    _ = state.written(lease("me"), sentAt: .zero)
    #expect(
      state.read(lease("other"), now: .seconds(1), timestamp: stamp, random: 0) == .lost("other leads now"))
    #expect(state.release(lease("other"), timestamp: stamp) == nil)
    let released = state.release(lease("me"), timestamp: stamp)
    #expect(released?["spec"]?["holderIdentity"] == "" && released?["spec"]?["leaseDurationSeconds"] == 1)
  }

  // MARK: - The elector

  private func elector(_ api: FakeAPI, _ time: TestTime, _ identity: String = "me", _ log: LogRecorder = LogRecorder())
    -> LeaderElector
  {
    LeaderElector(
      api: api, lease: key, identity: identity, environment: time.environment, logger: log.logger)
  }

  private func holder(_ api: FakeAPI) -> String? {
    api.object(.leases, key)?[path: "spec", "holderIdentity"]?.string
  }

  @Test func leadsRenewsAndReleasesWhenTheWorkIsOver() async throws {
    let (api, time, log) = (FakeAPI(), TestTime(), LogRecorder())
    let elector = elector(api, time, "me", log)
    let gate = ChangeSignal()
    let run = Task { await elector.run { await gate.changed(since: 0) } }
    try await eventually("it leads") { elector.isLeader && time.deadlines == [.seconds(5)] }
    time.advance(by: .seconds(5))
    try await eventually("it renews") { api.count("replace") == 1 && time.deadlines == [.seconds(10)] }
    #expect(api.count("get") == 1, "a renewal is one request")
    gate.notify()
    #expect(await run.value == .finished)
    #expect(holder(api) == "")
    #expect(!elector.isLeader)
    #expect(log.lines(.info) == ["leading", "lease released"])
  }

  @Test func cancellationEndsTheWorkBeforeTheLeaseIsReleased() async throws {
    let (api, time) = (FakeAPI(), TestTime())
    let elector = elector(api, time)
    let holderAtEnd = Mutex<String?>(nil)
    let run = Task {
      await elector.run {
        try? await time.environment.sleep(.seconds(1_000))
        holderAtEnd.withLock { $0 = self.holder(api) }
      }
    }
    try await eventually("it leads") { elector.isLeader && time.deadlines.contains(.seconds(1_000)) }
    run.cancel()
    #expect(await run.value == .finished)
    #expect(holderAtEnd.withLock { $0 } == "me")
    #expect(holder(api) == "")
  }

  @Test func aLostLeaseIsReportedAtOnceThoughTheWorkGoesOn() async throws {
    let (api, time) = (FakeAPI(), TestTime())
    let elector = elector(api, time)
    let gate = ChangeSignal()
    let ignoring = Task { await gate.changed(since: 0) }
    let run = Task { await elector.run { await ignoring.value } }
    try await eventually("it leads") { elector.isLeader && time.deadlines == [.seconds(5)] }
    api.hang(true)
    time.advance(by: .seconds(5))
    try await eventually("a renewal hangs") { api.count("replace") == 1 && time.deadlines == [.seconds(10)] }
    time.advance(by: .seconds(5))
    guard case .lost(let cause) = await run.value else {
      Issue.record("the lease is not lost")
      return
    }
    #expect(cause.hasPrefix("the lease could not be renewed within 10.0 seconds"))
    gate.notify()
  }

  @Test func ofTwoCandidatesOneLeadsAndTheOtherFollowsItsRelease() async throws {
    let (api, time) = (FakeAPI(), TestTime())
    let electors = [elector(api, time, "one"), elector(api, time, "two")]
    let started = Recorded<Int>()
    let gate = ChangeSignal()
    let runs = electors.enumerated().map { index, elector in
      Task {
        await elector.run {
          started.append(index)
          await gate.changed(since: 0)
        }
      }
    }
    try await eventually("one leads and the other waits") {
      started.values.count == 1 && time.deadlines == [.seconds(5), .seconds(5)]
    }
    #expect(electors.count { $0.isLeader } == 1)
    gate.notify()
    try await eventually("the lease is released") { holder(api) == "" }
    time.advance(by: .seconds(5))
    for run in runs { #expect(await run.value == .finished) }
    #expect(Set(started.values) == [0, 1])
  }
}
