// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ControllerRuntime

/// The work queue under every order of events: a random beginning, and then all continuations of it to a depth.
@Suite struct WorkQueueScheduleTests {
  /// What is expected of the queue, kept in the plainest way.
  private struct Schedule {
    var queue = WorkQueueState<Int>(
      retries: .init(base: .milliseconds(5), cap: .seconds(300), jitter: 0.5, resetAfter: nil))
    var now = Duration.zero
    /// The keys that are being worked on, longest first.
    var running: [Int] = []
    /// The keys that were asked for and not handed out since.
    var owed: Set<Int> = []
    var violations = 0
  }

  private static let steps = 10

  /// Takes a step; says whether it could be taken.
  private static func take(_ step: Int, _ schedule: inout Schedule) -> Bool {
    func add(_ key: Int, _ priority: WorkPriority, _ delay: Duration) {
      schedule.queue.add(key, priority: priority, after: delay, now: schedule.now)
      schedule.owed.insert(key)
    }
    switch step {
    case 0: add(0, .normal, .zero)
    case 1: add(0, .low, .milliseconds(4))
    case 2: add(1, .low, .zero)
    case 3: add(1, .normal, .milliseconds(9))
    case 4: add(2, .normal, .zero)
    case 5:
      guard case .work(let key, let waited) = schedule.queue.next(now: schedule.now) else { return false }
      if schedule.running.contains(key) || schedule.owed.remove(key) == nil || waited < .zero {
        schedule.violations += 1
      }
      schedule.running.append(key)
    case 6:
      guard let key = schedule.running.first else { return false }
      _ = schedule.queue.retry(key, priority: nil, atLeast: .zero, now: schedule.now, random: 0.5)
      schedule.owed.insert(key)
    case 7:
      guard !schedule.running.isEmpty else { return false }
      _ = schedule.queue.done(schedule.running.removeFirst(), now: schedule.now)
    case 8:
      guard let key = schedule.running.popLast() else { return false }
      _ = schedule.queue.done(key, now: schedule.now)
    default: schedule.now += .milliseconds(5)
    }
    let queue = schedule.queue
    if queue.waiting != schedule.owed.count || queue.running != schedule.running.count || queue.depth < 0
      || queue.depth > queue.waiting
    {
      schedule.violations += 1
    }
    return true
  }

  /// Takes every step from here, down to the depth; returns the number of schedules.
  ///
  /// A step that cannot be taken leaves everything as it is, so what would follow it is among what follows here anyway.
  private static func explore(_ schedule: Schedule, depth: Int, _ violations: inout Int) -> Int {
    guard depth > 0 else { return 1 }
    var count = 0
    for step in 0..<steps {
      var next = schedule
      guard take(step, &next) else {
        count += (1..<depth).reduce(1) { product, _ in product * steps }
        continue
      }
      violations += next.violations - schedule.violations
      count += explore(next, depth: depth - 1, &violations)
    }
    return count
  }

  /// Ten beginnings with all hundred thousand continuations each: a million schedules.
  @Test(.serialized, arguments: 1...10 as ClosedRange<UInt64>)
  func noKeyIsHandedOutTwiceAtOnceNorLost(seed: UInt64) {
    var random = SeededGenerator(state: seed)
    var schedule = Schedule()
    // The first begins with an empty queue.
    for _ in 0..<(seed == 1 ? 0 : 40) { _ = Self.take(Int.random(in: 0..<Self.steps, using: &random), &schedule) }
    var violations = schedule.violations
    #expect(Self.explore(schedule, depth: 5, &violations) == 100_000)
    #expect(violations == 0, "seed \(seed)")
  }
}
