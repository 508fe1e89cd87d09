// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesCore
import Synchronization
import Waiting

/// A clock that runs as time does and can be set forward, so that nobody waits for a minute to pass.
public final class SkippingClock: Sendable {
  private struct State {
    var skipped = Duration.zero
    var nextID = 0
    var sleepers: [Int: AsyncStream<Void>.Continuation] = [:]
  }

  private let state = Mutex(State())
  private let live = RuntimeEnvironment.live

  /// A clock that has skipped nothing yet.
  public init() {}

  /// The environment of this clock.
  public var environment: RuntimeEnvironment {
    RuntimeEnvironment(
      now: { self.now }, sleep: { try await self.sleep($0) },
      timestamp: {
        let now = self.live.timestamp()
        let skipped = self.state.withLock { $0.skipped }
        return Timestamp(
          secondsSinceEpoch: now.secondsSinceEpoch + skipped.components.seconds, nanoseconds: now.nanoseconds)
      }, random: live.random)
  }

  /// Sets the clock forward; who sleeps until a time before the new one wakes.
  public func advance(by duration: Duration) {
    let sleepers = state.withLock { state in
      state.skipped += duration
      return Array(state.sleepers.values)
    }
    for sleeper in sleepers { sleeper.yield() }
  }

  /// Sets the clock forward until what is due then has happened.
  ///
  /// Who has just worked out how long to sleep, and does not sleep yet, misses a skip; so there may be several.
  public func advance(by duration: Duration, until what: String, _ condition: () async throws -> Bool) async throws {
    for _ in 1...8 {
      advance(by: duration)
      let end = ContinuousClock.now + .seconds(3)
      while ContinuousClock.now < end {
        if try await condition() { return }
        try await ContinuousClock().sleep(for: .milliseconds(1))
      }
    }
    throw DeadlineMissed("set forward by \(duration) again and again, still not: \(what)")
  }

  private var now: Duration { state.withLock { live.now() + $0.skipped } }

  private func sleep(_ duration: Duration) async throws {
    let deadline = now + duration
    while deadline > now {
      try Task.checkCancellation()
      await passOrSkip(until: deadline)
    }
    try Task.checkCancellation()
  }

  /// Returns at the deadline, or as soon as the clock is set forward.
  private func passOrSkip(until deadline: Duration) async {
    let (stream, continuation) = AsyncStream<Void>.makeStream()
    let id = state.withLock { state in
      state.nextID += 1
      state.sleepers[state.nextID] = continuation
      return state.nextID
    }
    defer { state.withLock { $0.sleepers[id] = nil } }
    // Looked at only now: a skip before this line shows here, one after it is yielded.
    let left = deadline - now
    guard left > .zero else { return }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { [live] in try? await live.sleep(left) }
      group.addTask { for await _ in stream { return } }
      await group.next()
      group.cancelAll()
    }
  }
}
