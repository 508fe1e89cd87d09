// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON
import KubernetesClient
import KubernetesCore
import Synchronization
import Testing
import Waiting

@testable import ControllerRuntime

/// What is there is read from the watch itself where the server does that, and in pages where it does not.
@Suite(.timeLimit(.minutes(5))) struct StreamingListTests {
  private static let timedOut = KubernetesError.transport(
    TransportError(kind: .timedOut, phase: .body, host: "test", cause: "late"))

  private func object(_ name: String, version: String = "1") -> KubernetesObject {
    var object = KubernetesObject(type: .configMaps, namespace: "a", name: name)
    object["metadata"]?["resourceVersion"] = .string(version)
    return object
  }

  // MARK: - What is decided

  /// A machine whose stream the server has taken up.
  private func streaming(isOpen: Bool = true) -> ReflectorStateMachine {
    var machine = ReflectorStateMachine(pageSize: 2, streams: true)
    #expect(machine.start(random: 0.5) == .stream(timeoutSeconds: 450))
    if isOpen { machine.opened() }
    return machine
  }

  @Test func theStoreIsFilledAtOnceByTheMarkedBookmarkAndTheWatchGoesOn() {
    var machine = streaming()
    let (a, b, b2) = (object("a"), object("b"), object("b", version: "2"))
    for event in [WatchEvent.added(a), .added(b), .modified(b2), .added(object("c")), .deleted(object("c"))] {
      #expect(machine.received(event) == .none)
    }
    #expect(machine.received(.bookmark(resourceVersion: "4", endsInitialEvents: false)) == .none)
    #expect(machine.state == .starting && machine.streamed == 3)
    #expect(machine.received(.bookmark(resourceVersion: "5", endsInitialEvents: true)) == .replace([a, b, b2]))
    #expect(machine.state == .synced && machine.streamed == nil)
    #expect(machine.received(.deleted(object("a", version: "6"))) == .remove(a.key))
    #expect(
      machine.watchEnded(after: .seconds(300), now: .seconds(300), random: 0)
        == .watch(resourceVersion: "6", timeoutSeconds: 300))
  }

  @Test(arguments: [
    (KubernetesError.status(400, "BadRequest"), false), (.status(422, "Invalid"), false),
    (.status(500, "InternalError"), true), (.expired, true), (.malformed("a frame"), true), (timedOut, true),
  ])
  func aServerThatDoesNotStreamIsListedInPagesFromThenOn(error: KubernetesError, isOpen: Bool) {
    var machine = streaming(isOpen: isOpen)
    machine.received(.added(object("a")))
    #expect(machine.failed(error, now: .zero, random: 0) == .list(limit: 2, continueToken: nil))
    #expect(!machine.streams && machine.state == .starting, "no failure: the list is still to come")
    #expect(machine.listed(ObjectList(items: [], resourceVersion: "7")) == .replace([]), "nothing streamed is left")
    #expect(machine.replaced(random: 0) == .watch(resourceVersion: "7", timeoutSeconds: 300))
    #expect(machine.failed(.expired, now: .zero, random: 0) == .list(limit: 2, continueToken: nil))
  }

  @Test("A streamed list without an end is given up with a wait, and what it brought is dropped")
  func aStreamWithoutAnEndIsGivenUp() {
    var machine = streaming()
    let limit = ListProgress.Limits().objects
    var effect = ReflectorStateMachine.Effect.none
    for number in 0...limit where effect == .none { effect = machine.received(.added(object("o\(number)"))) }
    guard case .refuse(let error) = effect else {
      Issue.record("\(limit) objects are taken, and one more")
      return
    }
    #expect(machine.failed(error, now: .zero, random: 0) == .wait(ReflectorStateMachine.oversizedInterval))
    #expect(machine.state == .failing(error, attempts: 1) && machine.streams)
    #expect(machine.waited(random: 0) == .stream(timeoutSeconds: 300))
    #expect(machine.streamed == 0)
  }

  @Test func aStreamThatEndsWithoutTheMarkIsTakenForAServerThatKnowsNothingOfIt() {
    var machine = streaming()
    machine.received(.added(object("a")))
    #expect(
      machine.watchEnded(after: .seconds(5), now: .zero, random: 0) == .list(limit: 2, continueToken: nil))
    #expect(!machine.streams)
  }

  @Test(arguments: [
    KubernetesError.reset, .unavailable, .status(429, "TooManyRequests"), .status(401, "Unauthorized"),
    .status(403, "Forbidden"), .notFound,
  ])
  func aServerInTroubleIsAskedToStreamAgain(error: KubernetesError) {
    var machine = streaming(isOpen: false)
    for attempt in 1...4 {
      guard case .wait = machine.failed(error, now: .zero, random: 0) else {
        Issue.record("no wait after \(error)")
        return
      }
      #expect(machine.state == .failing(error, attempts: attempt))
      #expect(machine.waited(random: 0) == .stream(timeoutSeconds: 300))
    }
    #expect(machine.streams)
  }

  @Test func aStreamThatBreaksMidwayTwiceInARowIsGivenUp() {
    var machine = streaming()
    #expect(machine.failed(.reset, now: .zero, random: 0) == .wait(.milliseconds(800)))
    #expect(machine.waited(random: 0) == .stream(timeoutSeconds: 300))
    machine.opened()
    #expect(machine.failed(.reset, now: .zero, random: 0) == .list(limit: 2, continueToken: nil))
  }

  @Test func anExpiredVersionLeadsToAStreamWhereListsAreStreamed() {
    var machine = streaming()
    machine.received(.bookmark(resourceVersion: "5", endsInitialEvents: true))
    #expect(machine.failed(.expired, now: .zero, random: 0) == .stream(timeoutSeconds: 300))
  }

  // MARK: - What is done

  private let target = WatchTarget(.configMaps, namespace: "a")

  private func informers(_ api: FakeAPI, _ time: TestTime = TestTime()) -> Informers {
    for name in ["a", "b", "c"] where api.object(.configMaps, object(name).key) == nil {
      api.put(.configMaps, object(name))
    }
    return Informers(api: api, environment: time.environment, pageSize: 2)
  }

  /// Runs informers until the body returns.
  private func running(_ informers: Informers, _ body: () async throws -> Void) async throws {
    let run = Task { await informers.run() }
    defer { run.cancel() }
    try await body()
    run.cancel()
    await run.value
  }

  @Test(arguments: [FakeAPI.Streaming.supported, .refused(.status(422, "Invalid"))])
  func ofAListOnlyWhatIsKeptIsHeld(streaming: FakeAPI.Streaming) async throws {
    let api = FakeAPI()
    api.setStreaming(streaming)
    for name in ["a", "b"] {
      var object = object(name)
      object["data"] = ["k": "v"]
      api.put(.configMaps, object)
    }
    let informers = Informers(api: api, environment: TestTime().environment, pageSize: 1) { _ in
      WatchContent(reduce: { $0.name == "b" ? nil : ObjectStore.metadataOnly($0) })
    }
    informers.setTargets([target], for: "test")
    try await running(informers) {
      await informers.waitUntilSynced([target])
      #expect(informers.store(target)?.all().map(\.name) == ["a"])
      #expect(informers.store(target)?.all().first?["data"] == nil)
    }
  }

  @Test func oneRequestReadsWhatIsThereAndFollowsIt() async throws {
    let api = FakeAPI()
    let informers = informers(api)
    informers.setTargets([target], for: "test")
    try await running(informers) {
      await informers.waitUntilSynced([target])
      #expect(informers.store(target)?.count == 3)
      api.put(.configMaps, object("d"))
      try await eventually("the watch continues") { informers.store(target)?.count == 4 }
      #expect(api.requests.map(\.verb) == ["stream"])
    }
  }

  @Test(arguments: [
    FakeAPI.Streaming.refused(.status(422, "Invalid")), .refused(.status(400, "BadRequest")), .cut(nil),
    .cut(.status(500, "required storage feature is disabled")),
  ])
  func aTypeThatWasRefusedOnceIsNeverProbedAgain(streaming: FakeAPI.Streaming) async throws {
    let api = FakeAPI()
    api.setStreaming(streaming)
    let informers = informers(api)
    let others = ["x", "y", "z"].map { WatchTarget.named(.configMaps, ObjectKey(namespace: "a", name: $0)) }
    informers.setTargets(Set(others + [target]), for: "test")
    try await running(informers) {
      await informers.waitUntilSynced(Set(others + [target]))
      #expect(informers.store(target)?.count == 3)
      #expect(api.count("stream") == 1, "one of four asks, the others wait for what it finds")
      #expect(Set(informers.states.values) == [.synced])
      informers.setTargets([WatchTarget(.secrets)], for: "another")
      await informers.waitUntilSynced([WatchTarget(.secrets)])
      #expect(api.count("stream") == 2, "another type is another question")
    }
  }

  /// An old state must never be taken for the present one: neither at the start nor after a version has expired.
  @Test(arguments: [FakeAPI.Streaming.supported, .refused(.status(422, "Invalid"))])
  func readsAlwaysAskForTheMostRecentState(streaming: FakeAPI.Streaming) async throws {
    let api = FakeAPI()
    api.setStreaming(streaming)
    let informers = informers(api)
    informers.setTargets([target], for: "test")
    try await running(informers) {
      for reads in [1, 2] {
        try await eventually("a watch is open") { informers.state(target).isSynced && api.openWatches == 1 }
        let requests = api.requests.filter {
          ["list", "stream"].contains($0.verb) && !$0.detail.contains("continue=2")
        }
        #expect(requests.count >= reads && requests.allSatisfy { $0.detail.hasPrefix("from= ") })
        guard reads == 1 else { return }
        api.endWatches(.expired)
        try await eventually("it relists") {
          api.requests.count { ["list", "stream"].contains($0.verb) } > requests.count
        }
      }
    }
  }

  @Test func aServerThatNeverMarksTheEndIsGivenUpAfterAPause() async throws {
    let (api, time) = (FakeAPI(), TestTime())
    api.setStreaming(.unmarked)
    let informers = informers(api, time)
    informers.setTargets([target], for: "test")
    try await running(informers) {
      try await eventually("the pages are read") {
        if api.isDrained { time.advance(by: Reflector.streamPause) }
        return informers.state(target) == .synced
      }
      #expect(api.count("stream") == 1 && api.count("list") == 2)
    }
  }

  @Test func aProbeThatIsCalledOffLeavesTheQuestionToTheNext() async throws {
    let (api, time) = (FakeAPI(), TestTime())
    api.fail("stream", .unavailable)
    let informers = informers(api, time)
    informers.setTargets([target], for: "one")
    try await running(informers) {
      await informers.waitUntilDecided([target])
      let other = WatchTarget.named(.configMaps, ObjectKey(namespace: "a", name: "b"))
      informers.setTargets([other], for: "two")
      informers.setTargets([], for: "one")
      await informers.waitUntilSynced([other])
      #expect(informers.store(other)?.count == 1)
    }
  }
}
