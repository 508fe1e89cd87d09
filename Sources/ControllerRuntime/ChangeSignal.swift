// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Tells tasks that wait that something has changed.
///
/// Read ``version``, look at what you wait for, and if it is not there yet, wait for a version after the one read: a
/// change between the look and the wait is then never missed.
final class ChangeSignal: Sendable {
  private struct State {
    var version = 0
    var nextWaiter = 0
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
  }

  private let state = Mutex(State())

  /// The number of changes so far.
  var version: Int { state.withLock { $0.version } }

  /// Wakes everyone who waits.
  func notify() {
    let waiters = state.withLock { state in
      state.version += 1
      defer { state.waiters = [:] }
      return state.waiters.values
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Returns once there has been a change after that version, or the task is cancelled.
  func changed(since version: Int) async {
    let id = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isWaiting = state.withLock { state in
          guard state.version == version, !Task.isCancelled else { return false }
          state.waiters[id] = continuation
          return true
        }
        if !isWaiting { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
    }
  }

  /// Returns once the condition holds, or the task is cancelled; the condition is looked at after every change.
  func wait(until condition: () -> Bool) async {
    while !Task.isCancelled {
      let version = version
      if condition() { return }
      await changed(since: version)
    }
  }
}
