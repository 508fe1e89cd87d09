// SPDX-License-Identifier: Apache-2.0

import Glibc
import HTTPTransport
import NIOConcurrencyHelpers

/// Something one side tells the other once.
final class Signal: Sendable {
  private let state = NIOLockedValueBox(false)

  var isSet: Bool { state.withLockedValue { $0 } }

  func set() { state.withLockedValue { $0 = true } }

  /// Blocks a server's thread, never a task, until the signal is set.
  func block() {
    while !isSet { usleep(1000) }
  }
}

/// Waits until the condition holds; false if it does not within the time.
func eventually(within limit: Duration = .seconds(120), _ condition: () async -> Bool) async -> Bool {
  let deadline = ContinuousClock.now + limit
  while await !condition() {
    guard ContinuousClock.now < deadline else { return false }
    await Task.yield()
    try? await Task.sleep(for: .milliseconds(2))
  }
  return true
}

/// Holds a server's thread, never a task, for that time.
func pause(milliseconds: UInt32) { usleep(milliseconds * 1000) }

/// Waits for nothing but the task's cancellation.
func untilCancelled() async {
  while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
}

extension Deadlines {
  /// For what must not end before its time on a machine that is busy.
  static let patient = Deadlines(connect: .seconds(120), total: .seconds(300), idle: .seconds(300))
}
