// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A clock that stands still until it is stepped: a watch of six seconds takes no time.
final class SteppedClock: Sendable {
  private struct State {
    var sleepers: [(id: Int, continuation: CheckedContinuation<Void, any Error>)] = []
    var stepper: CheckedContinuation<Bool, Never>?
    var cancelled: Set<Int> = []
    var next = 0
    var isStopped = false
  }

  private let state = Mutex(State())

  /// Sleeps until the clock is stepped.
  func sleep() async throws {
    let id = state.withLock { state in
      state.next += 1
      return state.next
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        let stepper = state.withLock { state -> CheckedContinuation<Bool, Never>? in
          guard state.cancelled.remove(id) == nil else {
            continuation.resume(throwing: CancellationError())
            return nil
          }
          guard let stepper = state.stepper else {
            state.sleepers.append((id, continuation))
            return nil
          }
          state.stepper = nil
          continuation.resume()
          return stepper
        }
        stepper?.resume(returning: true)
      }
    } onCancel: {
      state.withLock { state in
        guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
          state.cancelled.insert(id)
          return
        }
        state.sleepers.remove(at: index).continuation.resume(throwing: CancellationError())
      }
    }
  }

  /// Wakes the sleeper that has waited longest, or the next to come; false once the clock is stopped.
  func step() async -> Bool {
    await withCheckedContinuation { continuation in
      state.withLock { state in
        if state.isStopped {
          continuation.resume(returning: false)
        } else if state.sleepers.isEmpty {
          state.stepper = continuation
        } else {
          state.sleepers.removeFirst().continuation.resume()
          continuation.resume(returning: true)
        }
      }
    }
  }

  /// Ends a wait for a sleeper, and all to come.
  func stop() {
    state.withLock { state in
      state.isStopped = true
      state.stepper?.resume(returning: false)
      state.stepper = nil
    }
  }

  /// Runs again after it was stopped.
  func start() { state.withLock { $0.isStopped = false } }
}
