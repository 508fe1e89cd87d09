// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore
import Synchronization
import Testing
import Waiting

@testable import ControllerRuntime

@Suite(.timeLimit(.minutes(5))) struct InformersTests {
  private final class Fixture: Sendable {
    let api = FakeAPI()
    let time = TestTime()
    let changes = Mutex<[StoreChange]>([])
    let states = Mutex<[InformerState]>([])

    func informers(pageSize: Int? = 2) -> Informers {
      Informers(
        api: api, environment: time.environment, pageSize: pageSize, streamsLists: false,
        onChange: { _, change in self.changes.withLock { $0.append(change) } },
        onState: { _, state in self.states.withLock { $0.append(state) } })
    }
    var names: [String] { changes.withLock { $0.map { ($0.new == nil ? "-" : "+") + $0.key.name } } }
  }

  private let target = WatchTarget(.configMaps, namespace: "a")

  private func object(_ name: String) -> KubernetesObject {
    KubernetesObject(type: .configMaps, namespace: "a", name: name)
  }

  @Test func followsTheServerThroughPagesFramesAndRelists() async throws {
    let fixture = Fixture()
    for name in ["a", "b", "c"] { fixture.api.put(.configMaps, object(name)) }
    let informers = fixture.informers()
    informers.setTargets([target], for: "test")
    #expect(informers.state(target) == .starting)
    #expect(informers.notSynced([target]) == "not synced: configmaps in a")
    let run = Task { await informers.run() }
    await informers.waitUntilSynced([target])
    #expect(fixture.names == ["+a", "+b", "+c"])
    #expect(fixture.api.count("list") == 2)
    #expect(informers.notSynced([target]) == nil)

    try await eventually("a watch is open") { fixture.api.openWatches == 1 }
    fixture.api.put(.configMaps, object("d"))
    fixture.api.remove(.configMaps, ObjectKey(namespace: "a", name: "a"))
    try await eventually("frames are taken in") { fixture.names.suffix(2) == ["+d", "-a"] }

    // An ERROR frame: what was missed shows up as differences, and the store is never empty.
    let store = try #require(informers.store(target))
    fixture.api.endWatches(.reset)
    fixture.api.remove(.configMaps, ObjectKey(namespace: "a", name: "b"))
    fixture.api.put(.configMaps, object("e"))
    fixture.api.compact()
    #expect(store.count == 3)
    try await eventually("the pause after a break") { fixture.time.deadlines == [.milliseconds(800)] }
    fixture.time.advance(by: .seconds(2))
    try await eventually("the differences are told") { fixture.names.suffix(2) == ["-b", "+e"] }
    #expect(fixture.states.withLock { $0 } == [.synced])
    run.cancel()
    await run.value
    #expect(store.all().map(\.name) == ["c", "d", "e"])
  }

  @Test func tellsOfTroubleOnceAndOfItsEnd() async throws {
    let fixture = Fixture()
    fixture.api.fail("list", .unavailable, times: 3)
    let informers = fixture.informers()
    informers.setTargets([target], for: "test")
    let run = Task { await informers.run() }
    await informers.waitUntilDecided([target])
    for attempt in 1...3 {
      try await eventually("attempt \(attempt)") {
        fixture.api.count("list") == attempt && !fixture.time.deadlines.isEmpty
      }
      fixture.time.advance(by: .seconds(30))
    }
    await informers.waitUntilSynced([target])
    #expect(fixture.states.withLock { $0 } == [.failing(.unavailable, attempts: 1), .synced])
    run.cancel()
    await run.value
  }

  @Test func aTypeThatAppearsLaterIsPickedUp() async throws {
    let fixture = Fixture()
    fixture.api.setAbsent(.configMaps, true)
    let informers = fixture.informers()
    informers.setTargets([target], for: "test")
    let run = Task { await informers.run() }
    await informers.waitUntilDecided([target])
    #expect(informers.notSynced([target])?.contains("404") == true)
    fixture.api.setAbsent(.configMaps, false)
    try await eventually("it waits") { fixture.time.deadlines == [.seconds(30)] }
    fixture.time.advance(by: .seconds(30))
    await informers.waitUntilSynced([target])
    run.cancel()
    await run.value
  }

  @Test func anAbsentObjectWatchedByNameIsSyncedAndEmpty() async throws {
    let fixture = Fixture()
    fixture.api.put(.configMaps, object("other"))
    let named = WatchTarget.named(.configMaps, ObjectKey(namespace: "a", name: "wanted"))
    let informers = fixture.informers()
    let run = Task { await informers.run() }
    informers.setTargets([named], for: "test")
    await informers.waitUntilSynced([named])
    #expect(informers.store(named)?.count == 0)
    run.cancel()
    await run.value
  }

  @Test func aTargetIsReadOnceForAllWhoWantItAndStoppedWithTheLast() async throws {
    let fixture = Fixture()
    let informers = fixture.informers()
    let run = Task { await informers.run() }
    informers.setTargets([target], for: "one")
    informers.setTargets([target], for: "two")
    try await eventually("a watch is open") { fixture.api.openWatches == 1 }
    informers.setTargets([], for: "one")
    #expect(informers.store(target) != nil)
    #expect(fixture.api.count("list") == 1)
    informers.setTargets([], for: "two")
    #expect(informers.store(target) == nil)
    try await eventually("the watch is closed") { fixture.api.openWatches == 0 }
    informers.setTargets([target], for: "two")
    await informers.waitUntilSynced([target])
    #expect(fixture.api.count("list") == 2)
    #expect(informers.states == [target: .synced])
    run.cancel()
    await run.value
  }

  @Test func aWatchThatNeverEndsIsGivenUpShortlyAfterItsTime() async throws {
    let fixture = Fixture()
    let informers = fixture.informers()
    let run = Task { await informers.run() }
    informers.setTargets([target], for: "test")
    try await eventually("the watchdog is set") { fixture.time.deadlines == [.seconds(305)] }
    fixture.time.advance(by: .seconds(305))
    try await eventually("it fails and waits") {
      fixture.time.deadlines.count == 1 && fixture.time.deadlines != [.seconds(305)]
    }
    fixture.time.advance(by: .seconds(2))
    try await eventually("it watches again") { fixture.api.count("watch") == 2 }
    #expect(fixture.api.count("list") == 1)
    run.cancel()
    await run.value
  }
}
