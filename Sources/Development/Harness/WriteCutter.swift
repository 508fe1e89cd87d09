// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Synchronization

/// Lets so many of the operator's writes through, then closes every connection of it, as when its process dies.
public final class WriteCutter: Sendable {
  private struct State {
    var left: Int
    var isCut = false
  }

  private let state: Mutex<State>

  /// Cuts after that many writes.
  public init(after writes: Int) {
    state = Mutex(State(left: writes))
  }

  /// Whether it has come to that.
  public var isCut: Bool { state.withLock { $0.isCut } }

  /// To be set as the server's intercept.
  public func intercept(_ request: APIRequest) -> Fault? {
    guard request.header("Authorization") == "Bearer \(TestCluster.operatorToken)" else { return nil }
    return state.withLock { state in
      if state.isCut { return .closeConnection }
      guard request.method != "GET" else { return nil }
      state.left -= 1
      state.isCut = state.left < 0
      return state.isCut ? .closeConnection : nil
    }
  }
}

/// Counts.
public final class WriteCounter: Sendable {
  private let state = Mutex(0)

  /// A counter at zero.
  public init() {}

  /// How far it has come.
  public var count: Int { state.withLock { $0 } }

  /// Counts one more and says how many that makes.
  public func next() -> Int {
    state.withLock { count in
      count += 1
      return count
    }
  }
}
