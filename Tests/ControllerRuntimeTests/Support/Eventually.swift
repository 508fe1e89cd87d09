// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers
import Testing

/// Waits for a state that other tasks bring about, and fails if it does not come.
func eventually(
  _ what: Comment, within limit: Duration = .seconds(120), sourceLocation: SourceLocation = #_sourceLocation,
  _ condition: () -> Bool
) async throws {
  let end = ContinuousClock.now + limit
  while !condition() {
    try #require(ContinuousClock.now < end, what, sourceLocation: sourceLocation)
    try await Task.sleep(for: .milliseconds(1))
  }
}

/// Random numbers that are the same on every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }
}

/// What happened, in order, noted from any task.
final class Recorded<Value: Sendable>: Sendable {
  private let state = NIOLockedValueBox<[Value]>([])

  var values: [Value] { state.withLockedValue { $0 } }

  func append(_ value: Value) {
    state.withLockedValue { $0.append(value) }
  }
}
