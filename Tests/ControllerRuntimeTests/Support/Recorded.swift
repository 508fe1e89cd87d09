// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers

/// What happened, in order, noted from any task.
final class Recorded<Value: Sendable>: Sendable {
  private let state = NIOLockedValueBox<[Value]>([])

  var values: [Value] { state.withLockedValue { $0 } }

  func append(_ value: Value) {
    state.withLockedValue { $0.append(value) }
  }
}
