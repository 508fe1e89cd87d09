// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import Synchronization

/// Keys that wait for a worker: once each, never handed out twice at the same time.
///
/// Everything but ``next()`` returns at once, so that a watch may add keys as it reads. What it decides is in
/// `WorkQueueState`.
public final class WorkQueue<Key: Hashable & Sendable>: Sendable {
  /// The name in metrics.
  public let name: String

  private let state: Mutex<WorkQueueState<Key>>
  private let changed = ChangeSignal()
  let environment: RuntimeEnvironment
  private let metrics: any RuntimeMetrics

  /// An empty queue.
  ///
  /// - Parameters:
  ///   - firstRetry: the wait after the first failure of a key; doubles with each one, up to half as long again by
  ///     jitter.
  ///   - longestRetry: the bound of that wait, before jitter.
  public init(
    name: String, firstRetry: Duration = .milliseconds(5), longestRetry: Duration = .seconds(300),
    environment: RuntimeEnvironment = .live, metrics: any RuntimeMetrics = NoRuntimeMetrics()
  ) {
    self.name = name
    self.environment = environment
    self.metrics = metrics
    state = Mutex(
      WorkQueueState(retries: .init(base: firstRetry, cap: longestRetry, jitter: 0.5, resetAfter: nil)))
    metrics.observe(queue: name) { [weak self] in self?.snapshot ?? WorkQueueSnapshot() }
  }

  /// Adds a key, to be handed out after a delay. If it waits already, the shorter delay and the higher priority win.
  /// Does nothing after ``shutDown()``.
  public func add(_ key: Key, priority: WorkPriority = .normal, after delay: Duration = .zero) {
    let isOpen = change { state in
      state.add(key, priority: priority, after: delay, now: environment.now())
      return !state.isShutDown
    }
    if isOpen, delay > .zero { metrics.queueRetried(queue: name) }
    changed.notify()
  }

  /// Adds a key that has failed, after a wait that grows with each failure in a row; returns the wait.
  ///
  /// - Parameter priority: how urgent it is now; nil for as urgent as it was when it was handed out.
  @discardableResult
  public func retry(_ key: Key, priority: WorkPriority? = nil, atLeast least: Duration = .zero) -> Duration {
    let delay = change {
      $0.retry(key, priority: priority, atLeast: least, now: environment.now(), random: environment.random())
    }
    metrics.queueRetried(queue: name)
    changed.notify()
    return delay
  }

  /// Forgets the failures of a key, so that its next retry comes quickly.
  public func forget(_ key: Key) {
    state.withLock { $0.forget(key) }
  }

  /// How often a key has failed in a row.
  public func failures(of key: Key) -> Int {
    state.withLock { $0.failures(of: key) }
  }

  /// Waits for a key to work on, which must be given back with ``done(_:)``. Nil after ``shutDown()``, or if the task
  /// is cancelled.
  public func next() async -> Key? {
    while !Task.isCancelled {
      let version = changed.version
      let now = environment.now()
      switch change({ $0.next(now: now) }) {
      case .work(let key, let waited):
        metrics.queueWaited(queue: name, waited)
        return key
      case .wait(let until):
        await environment.wait(for: changed, since: version, atMost: until.map { $0 - now })
      case .finished:
        return nil
      }
    }
    return nil
  }

  /// Gives back a key on which the work has ended.
  public func done(_ key: Key) {
    let took = change { $0.done(key, now: environment.now()) }
    metrics.queueWorked(queue: name, took)
    changed.notify()
  }

  /// Hands out nothing from now on; what is being worked on may finish.
  public func shutDown() {
    state.withLock { $0.shutDown() }
    changed.notify()
  }

  /// Returns once nothing is being worked on, and no key is ready or will be within that time; or the task is cancelled.
  public func waitUntilIdle(dueWithin horizon: Duration = .zero) async {
    await changed.wait { state.withLock { $0.isIdle(until: environment.now() + horizon) } }
  }

  /// The number of keys that wait, those with a delay included.
  public var count: Int { state.withLock { $0.waiting } }

  /// The number of keys being worked on.
  public var running: Int { state.withLock { $0.running } }

  /// For how long the key that has been ready longest has waited for a worker. Grows without bound if no worker takes
  /// keys any more, so a liveness check may compare it with a multiple of the reconcile deadline.
  ///
  /// Zero as long as no worker has begun: a candidate that does not lead is not stuck.
  public var longestWait: Duration { state.withLock { $0.longestWait(now: environment.now()) } }

  /// For how long the longest work has been going on.
  public var longestWork: Duration { state.withLock { $0.longestWork(now: environment.now()) } }

  /// How the queue stands now.
  public var snapshot: WorkQueueSnapshot {
    let now = environment.now()
    return state.withLock { state in
      WorkQueueSnapshot(
        depths: state.depths, unfinishedWork: state.unfinishedWork(now: now), longestWork: state.longestWork(now: now))
    }
  }

  /// Changes the state, and counts the keys that have become ready by that.
  private func change<Result>(_ body: (inout WorkQueueState<Key>) -> Result) -> Result {
    let (result, added) = state.withLock { state in
      let before = state.added
      return (body(&state), state.added - before)
    }
    if added > 0 { metrics.queueAdded(queue: name, added) }
    return result
  }
}
