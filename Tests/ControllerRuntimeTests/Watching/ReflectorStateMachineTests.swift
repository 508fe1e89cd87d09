// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import Testing

@testable import ControllerRuntime

@Suite struct ReflectorStateMachineTests {
  private func object(_ name: String, version: String) -> KubernetesObject {
    var object = KubernetesObject(type: .configMaps, namespace: "a", name: name)
    object["metadata"]?["resourceVersion"] = .string(version)
    return object
  }

  /// A machine that watches from version 7.
  private func watching() -> ReflectorStateMachine {
    var machine = ReflectorStateMachine(pageSize: 2)
    _ = machine.start(random: 0)
    _ = machine.listed(ObjectList(items: [], resourceVersion: "7"))
    _ = machine.replaced(random: 0)
    return machine
  }

  @Test func listsInPagesAndThenWatchesFromTheLastOne() {
    var machine = ReflectorStateMachine(pageSize: 2)
    #expect(machine.start(random: 0) == .list(limit: 2, continueToken: nil))
    let (a, b, c) = (object("a", version: "1"), object("b", version: "2"), object("c", version: "3"))
    #expect(
      machine.listed(ObjectList(items: [a, b], resourceVersion: "5", continueToken: "next"))
        == .list(limit: 2, continueToken: "next"))
    #expect(machine.state == .starting)
    #expect(machine.listed(ObjectList(items: [c], resourceVersion: "5", continueToken: "")) == .replace([a, b, c]))
    #expect(machine.state == .starting)
    #expect(machine.replaced(random: 0.5) == .watch(resourceVersion: "5", timeoutSeconds: 450))
    #expect(machine.state == .synced)
  }

  @Test func resumesWhereTheLastFrameOrBookmarkStood() {
    var machine = watching()
    machine.received(.modified(object("a", version: "9")))
    #expect(
      machine.watchEnded(after: .seconds(300), now: .seconds(300), random: 0)
        == .watch(resourceVersion: "9", timeoutSeconds: 300))
    machine.received(.bookmark(resourceVersion: "12", endsInitialEvents: false))
    #expect(
      machine.watchEnded(after: .zero, now: .seconds(300), random: 0)
        == .watch(resourceVersion: "12", timeoutSeconds: 300))
    #expect(machine.state == .synced)
  }

  @Test func watchesThatEndAtOnceAreNotReopenedInATightLoop() {
    var machine = watching()
    #expect(machine.watchEnded(after: .zero, now: .zero, random: 0) == .wait(.milliseconds(800)))
    #expect(machine.waited(random: 0) == .watch(resourceVersion: "7", timeoutSeconds: 300))
    #expect(machine.watchEnded(after: .zero, now: .seconds(1), random: 0) == .wait(.milliseconds(1600)))
    #expect(machine.state == .synced)
  }

  @Test func watchesThatEndAtOnceTimeAndAgainCountAsFailing() throws {
    var machine = watching()
    for _ in 1..<ReflectorStateMachine.shortWatchesUntilFailure {
      _ = machine.watchEnded(after: .milliseconds(999), now: .zero, random: 0)
      #expect(machine.waited(random: 0) == .watch(resourceVersion: "7", timeoutSeconds: 300))
    }
    #expect(machine.state == .synced)
    _ = machine.watchEnded(after: .zero, now: .zero, random: 0)
    guard case .failing(let error, attempts: 1) = machine.state else {
      Issue.record("nothing is told: \(machine.state)")
      return
    }
    #expect("\(error)".contains("end at once"))
    // What is not told is asked for, but a list that works does not make a watch of it.
    #expect(machine.waited(random: 0) == .list(limit: 2, continueToken: nil))
    _ = machine.listed(ObjectList(items: [], resourceVersion: "8"))
    #expect(machine.replaced(random: 0) == .watch(resourceVersion: "8", timeoutSeconds: 300))
    machine.opened()
    #expect(machine.state == .failing(error, attempts: 1))
    _ = machine.watchEnded(after: .seconds(1), now: .zero, random: 0)
    #expect(machine.state == .synced)
  }

  @Test func aFrameThatCannotBeReadIsNotAskedForAgain() {
    var machine = watching()
    machine.received(.added(object("a", version: "8")))
    let error = KubernetesError.malformed("watch frame: unexpected end")
    #expect(machine.failed(error, now: .zero, random: 0) == .wait(.milliseconds(800)))
    #expect(machine.state == .failing(error, attempts: 1))
    #expect(
      machine.waited(random: 0) == .list(limit: 2, continueToken: nil), "from the same version it would come again")
  }

  @Test(arguments: [
    APIStatus(
      code: 504, reason: "Timeout", message: "Too large resource version: 9, current: 7",
      causes: [.init(field: "", reason: "ResourceVersionTooLarge", message: "Too large resource version")]),
    APIStatus(code: 504, reason: "Timeout", message: "Too large resource version: 9, current: 7"),
  ])
  func aVersionThatTheServerHasNotReachedIsAskedForNoMore(status: APIStatus) {
    var machine = watching()
    #expect(machine.failed(.status(status), now: .zero, random: 0) == .list(limit: 2, continueToken: nil))
    #expect(machine.state == .synced)
    var slow = watching()
    _ = slow.failed(.status(504, "Timeout"), now: .zero, random: 0)
    #expect(
      slow.waited(random: 0) == .watch(resourceVersion: "7", timeoutSeconds: 300), "another timeout is no verdict")
  }

  @Test func anExpiredVersionLeadsToAListAtOnceTheFirstTimeAndWithAWaitAfterwards() {
    var machine = watching()
    #expect(machine.failed(.expired, now: .zero, random: 0) == .list(limit: 2, continueToken: nil))
    #expect(machine.state == .synced)
    _ = machine.listed(ObjectList(items: [], resourceVersion: "20"))
    _ = machine.replaced(random: 0)
    #expect(machine.failed(.expired, now: .zero, random: 0) == .wait(.milliseconds(800)))
    #expect(machine.waited(random: 0) == .list(limit: 2, continueToken: nil))
    _ = machine.listed(ObjectList(items: [], resourceVersion: "21"))
    _ = machine.replaced(random: 0)
    machine.received(.bookmark(resourceVersion: "22", endsInitialEvents: false))
    #expect(machine.failed(.expired, now: .zero, random: 0) == .list(limit: 2, continueToken: nil))
  }

  @Test func aPageThatExpiredIsFollowedByTheWholeListAtOnce() {
    var machine = ReflectorStateMachine(pageSize: 2)
    _ = machine.start(random: 0)
    _ = machine.listed(ObjectList(items: [object("a", version: "1")], resourceVersion: "5", continueToken: "next"))
    #expect(machine.failed(.expired, now: .zero, random: 0) == .list(limit: nil, continueToken: nil))
    let b = object("b", version: "2")
    #expect(machine.listed(ObjectList(items: [b], resourceVersion: "6")) == .replace([b]))
  }

  @Test func failuresWaitLongerAndLongerUpToABoundAndAreCounted() {
    var machine = ReflectorStateMachine()
    _ = machine.start(random: 0)
    var now = Duration.zero
    var waits: [Duration] = []
    for attempt in 1...8 {
      guard case .wait(let wait) = machine.failed(.unavailable, now: now, random: 0) else { break }
      #expect(machine.state == .failing(.unavailable, attempts: attempt))
      waits.append(wait)
      now += wait
      #expect(machine.waited(random: 0) == .list(limit: 250, continueToken: nil))
    }
    #expect(waits == [800, 1600, 3200, 6400, 12800, 25600, 30000, 30000].map { Duration.milliseconds($0) })
    #expect(machine.failed(.unavailable, now: now, random: 1) == .wait(.seconds(60)))
    now += .seconds(60 + 121)
    #expect(machine.failed(.unavailable, now: now, random: 0) == .wait(.milliseconds(800)))
  }

  @Test func theServersWishForAWaitIsHonoured() {
    var machine = watching()
    let throttled = KubernetesError.status(429, "TooManyRequests", retryAfter: .seconds(17))
    #expect(machine.failed(throttled, now: .zero, random: 0) == .wait(.seconds(17)))
    #expect(machine.waited(random: 0) == .watch(resourceVersion: "7", timeoutSeconds: 300))
  }

  @Test("A watch is put off for a minute at most, however long the server asks for")
  func theServersWishForAWaitIsBounded() {
    for wait in [Duration.seconds(2_147_483_647), .seconds(Int64.max)] {
      var machine = watching()
      let throttled = KubernetesError.status(503, "ServiceUnavailable", retryAfter: wait)
      #expect(machine.failed(throttled, now: .zero, random: 0) == .wait(.seconds(60)))
    }
  }

  /// As kube-apiserver answers lists and watches of a type whose cache it still fills: `newInitializingError` of
  /// `k8s.io/apiserver/pkg/storage/cacher` becomes `NewTooManyRequests("storage is (re)initializing", 1)`.
  private static let initializing = KubernetesError.status(
    APIStatus(
      code: 429, reason: "TooManyRequests", message: "storage is (re)initializing", retryAfter: .seconds(1)))

  @Test("A server that fills its cache is waited for quietly, and reported once that has lasted a minute")
  func aServerThatFillsItsCacheIsWaitedForQuietly() {
    for streams in [false, true] {
      var machine = ReflectorStateMachine(pageSize: 2, streams: streams)
      let first = machine.start(random: 0)
      var now = Duration.zero
      while now < ReflectorStateMachine.quietPutOff {
        guard case .wait(let wait) = machine.failed(Self.initializing, now: now, random: 0) else {
          Issue.record("no wait")
          return
        }
        #expect(wait >= .seconds(1), "as long as the server asks for")
        #expect(machine.state == .starting)
        #expect(machine.waited(random: 0) == first, "it is asked the same again, and streams are not given up")
        now += wait
      }
      _ = machine.failed(Self.initializing, now: now, random: 0)
      #expect(machine.state.differs(from: .starting) && !machine.state.isSynced)
    }
    var machine = watching()
    _ = machine.failed(Self.initializing, now: .zero, random: 0)
    #expect(machine.state == .synced)
  }

  @Test("Pages in a circle, and pages without an end, fail with a wait in place of another request")
  func pagesWithoutAnEndFail() {
    for tokens in [["x", "x"], ["x", "y", "x"], (1...20).map(String.init)] {
      var machine = ReflectorStateMachine(pageSize: 2)
      _ = machine.start(random: 0)
      var refusal: KubernetesError?
      for token in tokens where refusal == nil {
        let page = ObjectList(items: [], resourceVersion: "1", continueToken: token)
        refusal = machine.refusal(of: page, sent: 0)
        if refusal == nil { #expect(machine.listed(page) == .list(limit: 2, continueToken: token)) }
      }
      guard let refusal, case .wait = machine.failed(refusal, now: .zero, random: 0) else {
        Issue.record("\(tokens) are read to their end")
        continue
      }
      #expect(machine.state == .failing(refusal, attempts: 1))
      #expect(machine.waited(random: 0) == .list(limit: 2, continueToken: nil))
    }
  }

  @Test("A page that is too large is asked for again in smaller ones, down to one object, and then waited for")
  func aPageThatIsTooLargeIsAskedForInSmallerOnes() {
    var machine = ReflectorStateMachine()
    _ = machine.start(random: 0)
    let tooLarge = KubernetesError.oversized("more than the 400000 values accepted")
    for size in [62, 15, 3, 1] {
      #expect(machine.failed(tooLarge, now: .zero, random: 0) == .list(limit: size, continueToken: nil))
      #expect(machine.state == .starting)
    }
    #expect(machine.failed(tooLarge, now: .zero, random: 0) == .wait(ReflectorStateMachine.oversizedInterval))
    #expect(machine.state == .failing(tooLarge, attempts: 1))
  }

  @Test func aTypeThatIsNotServedIsAskedForSlowly() {
    var machine = ReflectorStateMachine()
    _ = machine.start(random: 0)
    #expect(machine.failed(.notFound, now: .zero, random: 0) == .wait(.seconds(30)))
    #expect(machine.state == .failing(.notFound, attempts: 1))
    #expect(machine.waited(random: 0) == .list(limit: 250, continueToken: nil))
  }

  @Test func aTypeThatGoesAwayWhileWatchedIsListedAgain() {
    var machine = watching()
    #expect(machine.failed(.notFound, now: .zero, random: 0) == .wait(.seconds(30)))
    #expect(machine.waited(random: 0) == .list(limit: 2, continueToken: nil))
  }

  @Test func aConnectionThatBreaksAfterItWorkedIsNoAlarmButTheNextFailureIs() {
    var machine = watching()
    machine.received(.added(object("a", version: "8")))
    #expect(machine.failed(.reset, now: .zero, random: 0) == .wait(.milliseconds(800)))
    #expect(machine.state == .synced)
    #expect(machine.waited(random: 0) == .watch(resourceVersion: "8", timeoutSeconds: 300))
    _ = machine.failed(.reset, now: .seconds(1), random: 0)
    #expect(machine.state == .failing(.reset, attempts: 1))
  }

  @Test(arguments: [
    (KubernetesError.status(500, "InternalError"), true), (.reset, false), (.status(429, "Busy"), false),
  ])
  func aWatchThatIsRefusedAgainAndAgainIsGivenUpForAList(error: KubernetesError, relists: Bool) {
    var machine = watching()
    for _ in 1..<ReflectorStateMachine.refusalsUntilRelist {
      _ = machine.failed(error, now: .zero, random: 0)
      #expect(machine.waited(random: 0) == .watch(resourceVersion: "7", timeoutSeconds: 300))
    }
    _ = machine.failed(error, now: .zero, random: 0)
    #expect((machine.waited(random: 0) == .list(limit: 2, continueToken: nil)) == relists)
  }

  @Test func outcomesThatFitNoPhaseStartOver() {
    var machine = watching()
    #expect(machine.listed(ObjectList(items: [], resourceVersion: "1")) == .list(limit: 2, continueToken: nil))
    machine.received(.bookmark(resourceVersion: "9", endsInitialEvents: false))
    #expect(machine.watchEnded(after: .zero, now: .zero, random: 0) == .list(limit: 2, continueToken: nil))
    #expect(machine.replaced(random: 0) == .list(limit: 2, continueToken: nil))
  }
}
