// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers

/// Something one side tells the other once.
final class Signal: Sendable {
  private let lock = ConditionLock(value: false)

  var isSet: Bool { lock.value }

  func set() {
    lock.lock()
    lock.unlock(withValue: true)
  }

  /// Blocks a server's thread, never a task, until the signal is set; two minutes at most.
  func block() {
    if lock.lock(whenValue: true, timeoutSeconds: 120) { lock.unlock() }
  }
}
