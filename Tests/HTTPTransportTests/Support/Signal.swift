// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Synchronization

/// Something one side tells the other once.
final class Signal: Sendable {
  private let flag = Mutex(false)
  private let semaphore = DispatchSemaphore(value: 0)

  var isSet: Bool { flag.withLock { $0 } }

  func set() {
    flag.withLock { $0 = true }
    semaphore.signal()
  }

  /// Blocks a server's thread, never a task, until the signal is set; two minutes at most.
  func block() {
    // Signalled again for the next thread that waits.
    if semaphore.wait(timeout: .now() + 120) == .success { semaphore.signal() }
  }
}
