// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What happened, in order, noted from any task.
final class Recorded<Value: Sendable>: Sendable {
  private let state = Mutex<[Value]>([])

  var values: [Value] { state.withLock { $0 } }

  func append(_ value: Value) {
    state.withLock { $0.append(value) }
  }
}
