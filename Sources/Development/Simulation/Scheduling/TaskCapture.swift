// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Brings every task that is started on a simulation's thread to its scheduler.
///
/// A task executor preference (SE-0417) would reach the children of task groups only: a task made by `Task { }` does
/// not inherit it, and code under test must not have to know of it. The concurrency runtime has a hook for executors of
/// one's own through which it enqueues whatever would go to the global executor, actors' work included
/// (`stdlib/public/Concurrency/GlobalExecutor.cpp`, `swift_task_enqueueGlobal_hook`). It is asked per thread here, so
/// that several simulations run side by side, and the rest of the process as always.
///
/// What passes by this hook, and so must not be used by what is simulated: the waits and yields of `Task`, which ask
/// the default executor directly; time comes from ``Scheduler/sleep(_:)``.
enum TaskCapture {
  private typealias Original = @convention(thin) (UnownedJob) -> Void
  private typealias Hook = @convention(thin) (UnownedJob, Original) -> Void

  /// Where a thread's scheduler is kept.
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  /// Set once for the process; says whether the runtime has the hook.
  private static let isInstalled: Bool = {
    guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "swift_task_enqueueGlobal_hook") else { return false }
    let hook: Hook = { job, original in
      if let scheduler = TaskCapture.current { scheduler.enqueue(job) } else { original(job) }
    }
    symbol.assumingMemoryBound(to: Hook?.self).pointee = hook
    return true
  }()

  private static var current: Scheduler? {
    pthread_getspecific(key).map { Unmanaged<Scheduler>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Runs the body with this thread's tasks going to the scheduler.
  static func during<Result>(_ scheduler: Scheduler, _ body: () -> Result) -> Result {
    precondition(isInstalled, "this Swift runtime has no swift_task_enqueueGlobal_hook, so nothing can be simulated")
    pthread_setspecific(key, Unmanaged.passUnretained(scheduler).toOpaque())
    defer { pthread_setspecific(key, nil) }
    return body()
  }
}
