// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Lets so many through at once, the others in the order in which they came.
///
/// A whole operator with its cluster keeps a core busy. Tests that wait with deadlines must not wait for each other's
/// computing.
final class ConcurrencyLimit: Sendable {
  /// For operators: two of them.
  static let operators = ConcurrencyLimit(2)

  private struct State {
    var free: Int
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>

  init(_ width: Int) {
    state = Mutex(State(free: width))
  }

  /// Runs the body once there is room.
  func run<Result: Sendable>(_ body: () async throws -> Result) async rethrows -> Result {
    await enter()
    defer { leave() }
    return try await body()
  }

  private func enter() async {
    await withCheckedContinuation { continuation in
      let isThrough = state.withLock { state in
        guard state.free > 0 else {
          state.waiting.append(continuation)
          return false
        }
        state.free -= 1
        return true
      }
      if isThrough { continuation.resume() }
    }
  }

  private func leave() {
    let next = state.withLock { state in
      guard !state.waiting.isEmpty else {
        state.free += 1
        return CheckedContinuation<Void, Never>?.none
      }
      return state.waiting.removeFirst()
    }
    next?.resume()
  }
}
