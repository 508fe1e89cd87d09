// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Synchronization

/// Runs all tasks of a simulation on one thread, in an order that follows from a seed, on a clock that moves only when
/// nothing is left to run.
///
/// Which of the jobs that are ready runs next is drawn anew for each. A job runs until it waits for something, so what
/// is drawn is every order in which tasks can interleave at their suspension points, and no finer one. See
/// ``TaskCapture`` for how tasks come here.
final class Scheduler: TaskExecutor {
  /// When somebody is to be woken; among those of one time, who fell asleep first.
  private struct Alarm: Comparable {
    let at: Duration
    let sleeper: Int
    static func < (left: Alarm, right: Alarm) -> Bool { (left.at, left.sleeper) < (right.at, right.sleeper) }
  }

  private struct State {
    var ready: [UnownedJob] = []
    var random: SeededRandom
    var now: Duration
    var sleepers: [Int: CheckedContinuation<Void, any Error>] = [:]
    /// Of all sleepers, and of some that were woken before their time.
    var alarms = Heap<Alarm>()
    var lastSleeper = 0
    var steps = 0
    var oddJobs = 0
  }

  /// How a run ended.
  enum End: Hashable {
    /// The body has returned.
    case finished
    /// Nothing can run, no time is waited for, and the body has not returned.
    case stuck
    /// So many steps were not enough.
    case endless
  }

  private let state: Mutex<State>

  /// A scheduler that has run nothing yet.
  init(seed: UInt64) {
    // Any origin will do, but not zero: a time that was never set must not look like the beginning.
    state = Mutex(State(random: SeededRandom(seed: seed), now: .seconds(1000)))
  }

  /// The time.
  var now: Duration { state.withLock { $0.now } }

  /// How many jobs have run.
  var steps: Int { state.withLock { $0.steps } }

  /// How many jobs had another priority than the rest. Actors let those of higher priority overtake, which is no order
  /// that follows from the seed.
  var oddJobs: Int { state.withLock { $0.oddJobs } }

  /// How many tasks wait for a time.
  var sleeping: Int { state.withLock { $0.sleepers.count } }

  /// A number in `0..<1`.
  func fraction() -> Double { state.withLock { $0.random.fraction() } }

  /// Takes a job in.
  func enqueue(_ job: consuming ExecutorJob) { enqueue(UnownedJob(job)) }

  func enqueue(_ job: UnownedJob) {
    state.withLock { state in
      if job.priority.rawValue != TaskPriority.medium.rawValue { state.oddJobs += 1 }
      state.ready.append(job)
    }
  }

  /// Waits that long, or until the task is cancelled.
  func sleep(_ duration: Duration) async throws {
    let id = state.withLock { state in
      state.lastSleeper += 1
      return state.lastSleeper
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        let isWaiting = state.withLock { state in
          guard !Task.isCancelled else { return false }
          state.sleepers[id] = continuation
          state.alarms.insert(Alarm(at: state.now + max(.zero, duration), sleeper: id))
          return true
        }
        if !isWaiting { continuation.resume(throwing: CancellationError()) }
      }
    } onCancel: {
      state.withLock { $0.sleepers.removeValue(forKey: id) }?.resume(throwing: CancellationError())
    }
  }

  /// Runs the body, and all that it starts, on this thread. What is still ready when the body returns is run too.
  func run(steps limit: Int, _ body: @escaping @Sendable () async -> Void) -> End {
    TaskCapture.during(self) {
      let done = Done()
      Task(priority: .medium) {
        await body()
        done.set()
      }
      while steps < limit {
        if let job = draw() {
          job.runSynchronously(on: asUnownedTaskExecutor())
        } else if done.isSet {
          return .finished
        } else if !advance() {
          return .stuck
        }
      }
      return .endless
    }
  }

  private func draw() -> UnownedJob? {
    state.withLock { state in
      guard !state.ready.isEmpty else { return nil }
      state.steps += 1
      let index = state.ready.count == 1 ? 0 : Int.random(in: 0..<state.ready.count, using: &state.random)
      state.ready.swapAt(index, state.ready.count - 1)
      return state.ready.removeLast()
    }
  }

  /// Moves the clock to the next time that is waited for and wakes who waits for it; says whether there is one.
  private func advance() -> Bool {
    let woken = state.withLock { state in
      var woken: [CheckedContinuation<Void, any Error>] = []
      while let alarm = state.alarms.least, woken.isEmpty || alarm.at <= state.now {
        state.alarms.removeLeast()
        guard let sleeper = state.sleepers.removeValue(forKey: alarm.sleeper) else { continue }
        state.now = max(state.now, alarm.at)
        woken.append(sleeper)
      }
      return woken
    }
    for sleeper in woken { sleeper.resume() }
    return !woken.isEmpty
  }
}

private final class Done: Sendable {
  private let state = Mutex(false)
  var isSet: Bool { state.withLock { $0 } }
  func set() { state.withLock { $0 = true } }
}
