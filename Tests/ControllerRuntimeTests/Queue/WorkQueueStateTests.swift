// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ControllerRuntime

@Suite struct WorkQueueStateTests {
  private typealias Queue = WorkQueueState<String>

  private func queue() -> Queue {
    Queue(retries: .init(base: .milliseconds(5), cap: .seconds(300), jitter: 0.5, resetAfter: nil))
  }

  @Test func aKeyWaitsOnceAndComesInOrder() {
    var queue = queue()
    for key in ["a", "b", "a", "c"] { queue.add(key, priority: .normal, after: .zero, now: .zero) }
    #expect(queue.waiting == 3 && queue.depth == 3)
    #expect(queue.next(now: .seconds(1)) == .work("a", waited: .seconds(1)))
    #expect(queue.next(now: .seconds(1)) == .work("b", waited: .seconds(1)))
    #expect(queue.next(now: .seconds(1)) == .work("c", waited: .seconds(1)))
    #expect(queue.next(now: .seconds(1)) == .wait(until: nil))
    #expect(queue.running == 3 && queue.depth == 0)
  }

  @Test func whatIsBeingWorkedOnIsHandedOutAgainOnlyWhenDone() {
    var queue = queue()
    queue.add("a", priority: .normal, after: .zero, now: .zero)
    _ = queue.next(now: .zero)
    queue.add("a", priority: .normal, after: .zero, now: .seconds(1))
    #expect(queue.next(now: .seconds(2)) == .wait(until: nil))
    #expect(queue.longestWork(now: .seconds(2)) == .seconds(2))
    #expect(queue.longestWait(now: .seconds(9)) == .zero)
    #expect(queue.done("a", now: .seconds(3)) == .seconds(3))
    #expect(queue.next(now: .seconds(3)) == .work("a", waited: .seconds(2)))
    #expect(queue.done("unknown", now: .zero) == .zero)
  }

  @Test func itIsIdleWhenNothingIsReadyNorBeingWorkedOn() {
    var queue = queue()
    #expect(queue.isIdle(until: .seconds(1)))
    queue.add("a", priority: .normal, after: .seconds(5), now: .zero)
    #expect(queue.isIdle(until: .seconds(4)))
    #expect(!queue.isIdle(until: .seconds(5)), "it is ready then, even if nobody has asked for it")
    _ = queue.next(now: .seconds(5))
    #expect(!queue.isIdle(until: .seconds(6)), "it is being worked on")
    queue.add("a", priority: .normal, after: .zero, now: .seconds(6))
    _ = queue.done("a", now: .seconds(7))
    #expect(!queue.isIdle(until: .seconds(7)), "it was added meanwhile")
    queue.shutDown()
    #expect(queue.isIdle(until: .seconds(7)), "nothing is handed out any more")
  }

  @Test func theShorterDelayAndTheHigherPriorityWin() {
    var queue = queue()
    queue.add("a", priority: .low, after: .seconds(10), now: .zero)
    queue.add("a", priority: .low, after: .seconds(20), now: .zero)
    #expect(queue.next(now: .zero) == .wait(until: .seconds(10)))
    queue.add("a", priority: .normal, after: .seconds(30), now: .zero)
    queue.add("b", priority: .low, after: .seconds(1), now: .zero)
    #expect(queue.next(now: .zero) == .wait(until: .seconds(1)))
    #expect(queue.next(now: .seconds(10)) == .work("a", waited: .zero), "a has been raised above b")
    #expect(queue.longestWait(now: .seconds(10)) == .seconds(9))
    #expect(queue.next(now: .seconds(10)) == .work("b", waited: .seconds(9)))
  }

  @Test func editsOvertakeTheStartUpStorm() {
    var queue = queue()
    for key in ["a", "b", "c"] { queue.add(key, priority: .low, after: .zero, now: .zero) }
    queue.add("c", priority: .normal, after: .zero, now: .zero)
    #expect(queue.depth == 3)
    #expect(queue.next(now: .zero) == .work("c", waited: .zero))
    #expect(queue.next(now: .zero) == .work("a", waited: .zero))
  }

  @Test func whatIsRaisedGoesToTheEndOfTheHigherPriority() {
    var queue = queue()
    queue.add("raised", priority: .low, after: .zero, now: .zero)
    for key in ["a", "b"] { queue.add(key, priority: .normal, after: .zero, now: .zero) }
    queue.add("raised", priority: .normal, after: .zero, now: .zero)
    queue.add("c", priority: .normal, after: .zero, now: .zero)
    #expect(queue.depths == [.low: 0, .normal: 4])
    #expect(queue.added == 4, "raising is no add")
    for key in ["a", "b", "raised", "c"] { #expect(queue.next(now: .zero) == .work(key, waited: .zero)) }
  }

  @Test func aRetryKeepsThePriorityWithWhichTheKeyWasHandedOut() {
    var queue = queue()
    queue.add("slow", priority: .low, after: .zero, now: .zero)
    _ = queue.next(now: .zero)
    _ = queue.retry("slow", priority: nil, atLeast: .zero, now: .zero, random: 0)
    _ = queue.done("slow", now: .zero)
    queue.add("edited", priority: .normal, after: .seconds(1), now: .zero)
    #expect(queue.next(now: .seconds(1)) == .work("edited", waited: .zero))
    #expect(queue.next(now: .seconds(1)) == .work("slow", waited: .milliseconds(995)))
  }

  @Test func unfinishedWorkIsTheSumOfWhatRuns() {
    var queue = queue()
    for key in ["a", "b"] { queue.add(key, priority: .normal, after: .zero, now: .zero) }
    _ = queue.next(now: .zero)
    _ = queue.next(now: .seconds(2))
    #expect(queue.unfinishedWork(now: .seconds(5)) == .seconds(8))
    #expect(queue.longestWork(now: .seconds(5)) == .seconds(5))
  }

  @Test func waitsGrowWithEachFailureUpToABoundAndAreForgotten() {
    var queue = queue()
    var waits: [Duration] = []
    for _ in 0..<18 {
      waits.append(queue.retry("a", priority: .normal, atLeast: .zero, now: .zero, random: 0))
    }
    #expect(Array(waits.prefix(4)) == [5, 10, 20, 40].map { Duration.milliseconds($0) })
    #expect(waits.last == .seconds(300))
    #expect(queue.failures(of: "a") == 18)
    #expect(queue.retry("a", priority: .normal, atLeast: .seconds(400), now: .zero, random: 1) == .seconds(450))
    queue.forget("a")
    #expect(queue.retry("a", priority: .normal, atLeast: .seconds(1), now: .zero, random: 0) == .seconds(1))
  }

  @Test func nothingIsHandedOutAfterShutDown() {
    var queue = queue()
    queue.add("a", priority: .normal, after: .zero, now: .zero)
    queue.add("b", priority: .normal, after: .zero, now: .zero)
    _ = queue.next(now: .zero)
    queue.shutDown()
    queue.add("c", priority: .normal, after: .zero, now: .zero)
    #expect(queue.next(now: .zero) == .finished)
    #expect(queue.waiting == 0 && queue.running == 1)
    #expect(queue.done("a", now: .seconds(1)) == .seconds(1))
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func noKeyIsHandedOutTwiceAtOnceAndNoneIsLost(seed: UInt64) {
    var random = SeededGenerator(state: seed)
    var queue = queue()
    var now = Duration.zero
    var running: Set<String> = []
    var owed: Set<String> = []
    for _ in 0..<100_000 {
      now += .milliseconds(Int.random(in: 0...3, using: &random))
      let key = "k\(Int.random(in: 0..<40, using: &random))"
      switch Int.random(in: 0..<6, using: &random) {
      case 0, 1:
        let delay = Duration.milliseconds(Bool.random(using: &random) ? 0 : Int.random(in: 0...5000, using: &random))
        queue.add(key, priority: Bool.random(using: &random) ? .low : .normal, after: delay, now: now)
        owed.insert(key)
      case 2:
        _ = queue.retry(key, priority: .normal, atLeast: .zero, now: now, random: 0.3)
        if Int.random(in: 0..<3, using: &random) == 0 { queue.forget(key) }
        owed.insert(key)
      case 3, 4:
        if case .work(let key, let waited) = queue.next(now: now) {
          #expect(running.insert(key).inserted, "\(key) is handed out twice")
          #expect(owed.remove(key) != nil, "\(key) was not asked for")
          #expect(waited >= .zero)
        }
      default:
        if let key = running.randomElement(using: &random) {
          running.remove(key)
          _ = queue.done(key, now: now)
        }
      }
      if queue.waiting != owed.count { Issue.record("\(owed.count) keys are owed, \(queue.waiting) wait") }
    }
    for key in running { _ = queue.done(key, now: now) }
    now += .seconds(600)
    while case .work(let key, _) = queue.next(now: now) {
      owed.remove(key)
      _ = queue.done(key, now: now)
    }
    #expect(owed.isEmpty, "lost: \(owed.sorted())")
    #expect(queue.depth == 0 && queue.waiting == 0)
  }
}
