// SPDX-License-Identifier: Apache-2.0

import CCurl
import Glibc
import Synchronization

/// The one thread on which libcurl is called, and at the same time the executor of ``CurlTransport``.
///
/// Jobs of the actor and calls from outside wait in one queue; an eventfd wakes the thread out of its poll. The thread
/// lives as long as the transport does: `stop` is called by the transport's deinit.
///
/// Unchecked, because the engine is not Sendable: it is touched on the thread only, and everything else here is behind
/// the lock or never changes.
final class CurlExecutor: SerialExecutor, @unchecked Sendable {
  private enum Work {
    case job(UnownedJob)
    case call(@Sendable (CurlEngine) -> Void)
  }

  private struct State: Sendable {
    var work: [Work] = []
    var thread: pthread_t?
    var isStopped = false
    var heartbeat = Heartbeat(.now)
  }

  private let state = Mutex(State())
  private let wakeup: Int32
  /// To be touched on the thread only, that is from the actor's methods and from `call`.
  let engine: CurlEngine

  /// - Throws: ``TransportError`` if the system has no file descriptor or thread to give.
  init(userAgent: String, limits: ConnectionLimits) throws(TransportError) {
    engine = try CurlEngine(userAgent: userAgent, limits: limits)
    wakeup = ccurl_eventfd()
    guard wakeup >= 0 else { throw .system("eventfd", errno) }
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self)
    let result = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<CurlExecutor>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, context.toOpaque())
    guard result == 0 else {
      context.release()
      throw .system("pthread_create", result)
    }
    pthread_detach(thread)
  }

  deinit { close(wakeup) }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    add(.job(job))
  }

  func isIsolatingCurrentContext() -> Bool? {
    state.withLock { $0.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
  }

  /// Runs the function on the thread, soon; not at all if the thread has ended, which ended every transfer too.
  func call(_ function: @escaping @Sendable (CurlEngine) -> Void) {
    add(.call(function))
  }

  /// How the thread is doing, without entering it.
  var heartbeat: Heartbeat { state.withLock { $0.heartbeat } }

  /// Ends the thread once its queue is empty.
  func stop() {
    state.withLock { $0.isStopped = true }
    wake()
  }

  private func add(_ work: Work) {
    state.withLock {
      $0.work.append(work)
      $0.heartbeat.woken(.now)
    }
    wake()
  }

  private func wake() {
    var one: UInt64 = 1
    // Fails only if the counter is full, and then the thread is awake anyway.
    _ = write(wakeup, &one, MemoryLayout<UInt64>.size)
  }

  private func run() {
    // OpenSSL's writes may raise SIGPIPE, which libcurl does not ward off under CURLOPT_NOSIGNAL. What tells of a crash
    // must come through.
    var signals = sigset_t()
    sigfillset(&signals)
    for signal in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] { sigdelset(&signals, signal) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    state.withLock { $0.thread = pthread_self() }
    while true {
      let (work, isStopped) = state.withLock { state in
        defer { state.work = [] }
        state.heartbeat.began(.now)
        return (state.work, state.isStopped)
      }
      for item in work {
        switch item {
        case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
        case .call(let function): function(engine)
        }
      }
      if isStopped {
        if work.isEmpty { break }
        continue
      }
      engine.drive()
      let next = engine.nextTurn
      state.withLock { if $0.work.isEmpty { $0.heartbeat.waits(until: next) } }
      engine.wait(wakeup, until: next)
      var count: UInt64 = 0
      _ = read(wakeup, &count, MemoryLayout<UInt64>.size)
    }
    engine.shutDown()
  }
}
