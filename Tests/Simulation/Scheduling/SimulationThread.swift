// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A thread that lives through seeds, never the process's first one.
///
/// A task that is made where no task runs, as when the last reference to something goes with a task that has ended, takes
/// the thread's priority (`stdlib/public/Concurrency/GlobalExecutor.cpp`, `swift_task_getCurrentThreadPriority`). On the
/// main thread that is a higher one than elsewhere, and actors work by priority: the same seed would go another way.
struct SimulationThread {
  private let thread: pthread_t

  /// Begins to run the body; nil if the system gives no thread.
  init?(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(body))
    let failure = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, work.toOpaque())
    guard failure == 0 else {
      work.release()
      return nil
    }
    self.thread = thread
  }

  /// Waits until the body has returned.
  func join() { pthread_join(thread, nil) }

  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
