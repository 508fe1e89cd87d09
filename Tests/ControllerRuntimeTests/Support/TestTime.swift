// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore
import Synchronization

@testable import ControllerRuntime

/// A clock that moves only when it is told to.
final class TestTime: Sendable {
  private struct State {
    var now = Duration.zero
    var nextID = 0
    var sleepers: [Int: (deadline: Duration, continuation: CheckedContinuation<Void, any Error>)] = [:]
  }

  private let state = Mutex(State())
  let random: @Sendable () -> Double

  init(random: @escaping @Sendable () -> Double = { 0 }) {
    self.random = random
  }

  var now: Duration { state.withLock { $0.now } }

  /// When the sleepers wake, earliest first.
  var deadlines: [Duration] { state.withLock { $0.sleepers.values.map(\.deadline).sorted() } }

  var environment: RuntimeEnvironment {
    RuntimeEnvironment(
      now: { self.now }, sleep: { try await self.sleep($0) },
      timestamp: { Timestamp(secondsSinceEpoch: 1_767_225_600 + self.now.components.seconds) }, random: random)
  }

  func advance(by duration: Duration) {
    let woken = state.withLock { state in
      state.now += duration
      let due = state.sleepers.filter { $0.value.deadline <= state.now }
      for id in due.keys { state.sleepers[id] = nil }
      return due.values.map(\.continuation)
    }
    for continuation in woken { continuation.resume() }
  }

  private func sleep(_ duration: Duration) async throws {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let isOver: Bool? = state.withLock { state in
          if Task.isCancelled { return nil }
          if duration <= .zero { return true }
          state.sleepers[id] = (state.now + duration, continuation)
          return false
        }
        switch isOver {
        case nil: continuation.resume(throwing: CancellationError())
        case true?: continuation.resume()
        case false?: break
        }
      }
    } onCancel: {
      state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume(throwing: CancellationError())
    }
  }
}
