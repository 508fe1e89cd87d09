// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Runs work that blocks, for a process to exit or for bytes to come, on a thread of its own.
///
/// Swift runs all tasks on as many threads as there are processors. A test that blocks one of them delays every other test,
/// and two of them can stop the whole run; so `StyleRules.blockingTest` allows such calls only where this is used.
///
/// - Throws: what the work throws, or ``NoThread``.
public func blocking<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
  // By way of a lock: the thread sanitizer sees no order in what the continuation alone hands over.
  let result = Mutex<Swift.Result<Result, any Error>>(.failure(NoThread()))
  await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
    let job = Unmanaged.passRetained(
      Job {
        let answer = Swift.Result { try work() }
        result.withLock { $0 = answer }
        done.resume()
      })
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { pointer in
        if let pointer { Unmanaged<Job>.fromOpaque(pointer).takeRetainedValue().work() }
        return nil
      }, job.toOpaque())
    guard code == 0 else {
      job.release()
      return done.resume()
    }
    pthread_detach(thread)
  }
  return try result.withLock { $0 }.get()
}

/// The system has no thread for work that blocks.
public struct NoThread: Error {}

private final class Job {
  let work: () -> Void
  init(_ work: @escaping () -> Void) { self.work = work }
}
