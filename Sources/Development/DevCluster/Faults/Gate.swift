// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Lets nobody through until it is opened for those who wait.
final class Gate: Sendable {
  private struct State {
    var next = 0
    var waiters: [(id: Int, continuation: CheckedContinuation<Bool, Never>)] = []
  }

  private let state = Mutex(State())

  /// How many wait.
  var waiting: Int { state.withLock { $0.waiters.count } }

  /// Waits until ``release()``, or the task is cancelled; says which of the two by true for the first.
  func pass() async -> Bool {
    let id = state.withLock { state in
      state.next += 1
      return state.next
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isWaiting = state.withLock { state in
          guard !Task.isCancelled else { return false }
          state.waiters.append((id, continuation))
          return true
        }
        if !isWaiting { continuation.resume(returning: false) }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
      }
      waiter?.continuation.resume(returning: false)
    }
  }

  /// Lets through who waits now.
  func release() {
    let waiters = state.withLock { state in
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.continuation.resume(returning: true) }
  }
}
