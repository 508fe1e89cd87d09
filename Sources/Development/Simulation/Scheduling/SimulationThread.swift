// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A thread that lives through seeds, never the process's first one.
///
/// A task that is made where no task runs, as when the last reference to something goes with a task that has ended, takes
/// its priority from the thread, and actors work by priority. All seeds live on threads of one kind, so that this cannot
/// tell them apart; ``Scheduler/oddJobs`` counts what does.
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
