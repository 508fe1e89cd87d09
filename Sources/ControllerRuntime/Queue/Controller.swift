// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore
import Logging
import Synchronization

/// Workers that take keys from a queue and reconcile them.
///
/// An error is retried with growing waits, at least as long as the server asked for, up to 5 minutes; a ``TerminalError`` is not retried;
/// a conflict is retried without an error in the log, since it only says that the object has moved on. Each error is
/// logged once when it appears, repeats of the same at debug level, and its end once.
///
/// What one reconcile does cannot harm the others, as far as the language allows:
/// - An error of any type ends that reconcile only.
/// - A reconcile that passes its deadline is cancelled. One that does not heed that keeps its worker and its key, since
///   nothing can end it from outside; it is logged once after ``heedLimit``, counted, and noticed by
///   ``WorkQueue/stuck(longerThan:)``. The other workers go on with the other keys.
/// - A trap (an index out of range, say) ends the process: Swift cannot catch one. The next process begins from what
///   the cluster holds, as after any restart.
public final class Controller<Key: Hashable & Sendable & CustomStringConvertible>: Sendable {
  /// Makes one object as it should be. Must be safe to run again at any point.
  public typealias Reconcile = @Sendable (Key) async throws -> Outcome

  private struct State {
    var isRunning = false
    var active = 0
    /// What was last logged as wrong with a key.
    var errors: [Key: String] = [:]
  }

  /// How long a reconcile that was cancelled at its deadline may take to end before that is logged.
  public static var heedLimit: Duration { .seconds(10) }

  /// The longest wait that a server is granted before a key is worked on again: what put it off may be gone by then.
  public static var longestGrantedWait: Duration { .seconds(300) }

  private let name: String
  private let queue: WorkQueue<Key>
  private let workers: Int
  private let deadline: Duration
  private let environment: RuntimeEnvironment
  private let metrics: any RuntimeMetrics
  private let logger: Logger
  private let onResult: @Sendable (ReconcileReport<Key>) -> Void
  private let reconcile: Reconcile
  private let state = Mutex(State())
  private let changed = ChangeSignal()
  /// Told once, when running reconciles are to end now.
  private let halted = ChangeSignal()

  /// A controller that works on the keys of a queue.
  ///
  /// - Parameters:
  ///   - workers: how many keys are worked on at once.
  ///   - deadline: after how long a reconcile is cancelled and counts as failed.
  ///   - onResult: told of each reconcile; must not block.
  public init(
    name: String, queue: WorkQueue<Key>, workers: Int = 1, deadline: Duration = .seconds(120),
    environment: RuntimeEnvironment = .live, metrics: any RuntimeMetrics = NoRuntimeMetrics(), logger: Logger,
    onResult: @escaping @Sendable (ReconcileReport<Key>) -> Void = { _ in }, reconcile: @escaping Reconcile
  ) {
    self.name = name
    self.queue = queue
    self.workers = max(1, workers)
    self.deadline = deadline
    self.environment = environment
    self.metrics = metrics
    self.logger = logger
    self.onResult = onResult
    self.reconcile = reconcile
  }

  /// Works until ``stop()``, or until the task is cancelled, which cancels the running reconciles too.
  public func run() async {
    state.withLock { $0.isRunning = true }
    metrics.workers(controller: name, active: 0, of: workers)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<workers {
        group.addTask {
          while let key = await self.queue.next() { await self.work(on: key) }
        }
      }
    }
    state.withLock { $0.isRunning = false }
    changed.notify()
  }

  /// Takes no more keys, and returns once the running reconciles have ended, or the task is cancelled.
  ///
  /// - Parameter grace: how long they may take; what runs then is cancelled. Without it they have their whole deadline.
  public func stop(within grace: Duration? = nil) async {
    queue.shutDown()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.untilEnded() }
      if let grace {
        group.addTask {
          guard (try? await self.environment.sleep(grace)) != nil else { return }
          self.halted.notify()
          await self.untilEnded()
        }
      }
      await group.next()
      group.cancelAll()
    }
  }

  /// For a liveness probe: what is stuck, in words, or nil; see ``WorkQueue/stuck(longerThan:)``.
  public var stuck: String? { queue.stuck() }

  private func untilEnded() async {
    await changed.wait { state.withLock { !$0.isRunning } }
  }

  private func work(on key: Key) async {
    countActive(1)
    let began = environment.now()
    let result = await bounded(key)
    let took = environment.now() - began
    let report = settle(key, result, took)
    queue.done(key)
    countActive(-1)
    metrics.reconciled(controller: name, result: report.result, took: took)
    log(report)
    onResult(report)
  }

  private func countActive(_ difference: Int) {
    let active = state.withLock { state in
      state.active += difference
      return state.active
    }
    metrics.workers(controller: name, active: active, of: workers)
  }

  /// The reconcile, cancelled when its time is over; it still has to return.
  private func bounded(_ key: Key) async -> Result<Outcome, any Error> {
    let work = Task<Result<Outcome, any Error>, Never> {
      do { return .success(try await reconcile(key)) } catch { return .failure(error) }
    }
    let watch = Task { await limit(work, on: key) }
    let result = await withTaskCancellationHandler {
      await work.value
    } onCancel: {
      work.cancel()
      watch.cancel()
    }
    watch.cancel()
    return await watch.value.map { .failure($0) } ?? result
  }

  /// Cancels the work at its deadline, or when all work is to end, and says why; nil if it has ended before.
  private func limit(_ work: Task<Result<Outcome, any Error>, Never>, on key: Key) async -> (any Error)? {
    await environment.wait(for: halted, since: 0, atMost: deadline)
    if Task.isCancelled { return nil }
    work.cancel()
    if halted.version > 0 { return CancellationError() }
    metrics.reconcileTimedOut(controller: name)
    if (try? await environment.sleep(Self.heedLimit)) != nil {
      logger.error(
        "reconcile does not end",
        metadata: ["controller": "\(name)", "object": "\(key)", "deadline": "\(deadline.brief)"])
    }
    return ReconcileTimeout(deadline: deadline)
  }

  /// Decides what happens to the key next, and tells the queue.
  private func settle(_ key: Key, _ result: Result<Outcome, any Error>, _ took: Duration) -> ReconcileReport<Key> {
    func report(
      _ result: ReconcileResult, _ next: ReconcileReport<Key>.Next, _ error: (any Error)? = nil
    ) -> ReconcileReport<Key> {
      ReconcileReport(
        key: key, result: result, error: error, failures: queue.failures(of: key), next: next, took: took)
    }
    switch result {
    case .success(.settled):
      queue.forget(key)
      return report(.success, .rest)
    case .success(.requeue(let delay)):
      queue.forget(key)
      queue.add(key, priority: .low, after: delay)
      return report(.requeueAfter, .after(delay))
    case .failure(let error as TerminalError):
      queue.forget(key)
      return report(.terminalError, .rest, error.cause)
    case .failure(let error):
      let granted = (error as? KubernetesError)?.retryAfter(atMost: Self.longestGrantedWait)
      let delay = queue.retry(key, atLeast: granted ?? .zero)
      return report(error is ReconcileTimeout ? .timeout : .error, .after(delay), error)
    }
  }

  private func log(_ report: ReconcileReport<Key>) {
    let message = report.error.map { "\($0)" }
    let last = state.withLock { state in
      defer { state.errors[report.key] = message }
      return state.errors[report.key]
    }
    var metadata: Logger.Metadata = ["controller": "\(name)", "object": "\(report.key)"]
    guard let error = report.error, let message else {
      if last != nil { logger.info("reconcile recovered", metadata: metadata) }
      return
    }
    // A reconcile cut short by the end of the process is no fault of anything.
    if Task.isCancelled || halted.version > 0 { return }
    metadata["error"] = "\(message)"
    if case .after(let delay) = report.next { metadata["retry"] = "\(delay.brief)" }
    let isConflict = (error as? KubernetesError)?.isConflict == true
    logger.log(level: isConflict || message == last ? .debug : .error, "reconcile failed", metadata: metadata)
  }
}
