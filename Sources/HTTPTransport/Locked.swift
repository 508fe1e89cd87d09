// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A value behind a lock.
///
/// Not `Synchronization.Mutex`: on Linux that is a futex in a library without instrumentation, so ThreadSanitizer does
/// not see it and reports every pair of accesses as a race. It knows `pthread_mutex_t`.
///
/// Unchecked, because the memory is shared by pointer; it is touched with the lock held only.
final class Locked<Value: Sendable>: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var value: Value

  init(_ value: Value) {
    self.value = value
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body(&value)
  }
}
