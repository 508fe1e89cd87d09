// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Harness
import Synchronization

/// Counts the operator's writes, and decides after which of them its process is to die.
///
/// That write takes effect, but its answer is never heard, and nothing that the process sends until the signal reaches
/// it has any effect: as if it had died in that very moment.
final class Killer: Sendable {
  private struct State {
    var killAfter: Int?
    var isCounting = false
    var writes = 0
    var isDue = false
    var lastWrite = ContinuousClock.now
    var perObject: [String: Int] = [:]
  }

  private let state = Mutex(State())

  /// Begins to count, and lets the process die after so many writes, at once after none; nil for never.
  func arm(after writes: Int?) {
    state.withLock { state in
      state.isCounting = true
      state.killAfter = writes
      state.isDue = writes == 0
    }
  }

  /// Whether the process is to die now.
  var isDue: Bool { state.withLock { $0.isDue } }

  /// The process has died; its successor may go on.
  func hasKilled() {
    state.withLock { state in
      state.isDue = false
      state.killAfter = nil
    }
  }

  /// How many writes were counted.
  var writes: Int { state.withLock { $0.writes } }

  /// How many of them each object met, by method and path.
  var perObject: [String: Int] { state.withLock { $0.perObject } }

  /// For how long there was no write.
  var quiet: Duration { state.withLock { ContinuousClock.now - $0.lastWrite } }

  /// To be the server's plan.
  func fault(_ request: APIRequest) -> Fault? {
    guard request.header("authorization") == "Bearer \(TestCluster.operatorToken)" else { return nil }
    return state.withLock { state in
      if state.isDue { return .closeConnection }
      // Events tell what happened; how many there are is of no account.
      guard request.method != "GET", !request.path.contains("/events"), !request.path.contains("/leases") else {
        return nil
      }
      state.lastWrite = .now
      guard state.isCounting else { return nil }
      state.writes += 1
      state.perObject["\(request.method) \(request.path)", default: 0] += 1
      guard state.writes == state.killAfter else { return nil }
      state.isDue = true
      return .loseAnswer
    }
  }
}
