// SPDX-License-Identifier: Apache-2.0

/// Where the runtime tells what it counts and measures. Each method is named after the metric of controller-runtime and
/// client-go that it feeds, so that dashboards made for those work unchanged.
public protocol RuntimeMetrics: Sendable {
  /// A reconcile has ended; `result` is `success`, `error`, `terminal_error`, `requeue_after` or `timeout`.
  /// Feeds `controller_runtime_reconcile_total`, `…_reconcile_errors_total`, `…_terminal_reconcile_errors_total`,
  /// `…_reconcile_timeouts_total` and `…_reconcile_time_seconds`.
  func reconciled(controller: String, result: ReconcileResult, took: Duration)
  /// How many workers are busy, of how many. Feeds `controller_runtime_active_workers` and
  /// `controller_runtime_max_concurrent_reconciles`.
  func workers(controller: String, active: Int, of total: Int)
  /// A key was added to a queue. Feeds `workqueue_adds_total`.
  func queueAdded(queue: String)
  /// A key was added again after a failure. Feeds `workqueue_retries_total`.
  func queueRetried(queue: String)
  /// How many keys are ready and wait for a worker. Feeds `workqueue_depth`.
  func queueDepth(queue: String, _ depth: Int)
  /// A key was handed out after it had been ready for that long. Feeds `workqueue_queue_duration_seconds`.
  func queueWaited(queue: String, _ duration: Duration)
  /// The work on a key took that long. Feeds `workqueue_work_duration_seconds`.
  func queueWorked(queue: String, _ duration: Duration)
  /// Whether this process leads. Feeds `leader_election_master_status`.
  func leading(lease: String, _ isLeader: Bool)
  /// Events that were dropped because the queue was full or the API server refused them.
  func eventsDropped(_ count: Int)
}

/// Metrics that go nowhere.
public struct NoRuntimeMetrics: RuntimeMetrics {
  /// Metrics that go nowhere.
  public init() {}
  /// Does nothing.
  public func reconciled(controller: String, result: ReconcileResult, took: Duration) {}
  /// Does nothing.
  public func workers(controller: String, active: Int, of total: Int) {}
  /// Does nothing.
  public func queueAdded(queue: String) {}
  /// Does nothing.
  public func queueRetried(queue: String) {}
  /// Does nothing.
  public func queueDepth(queue: String, _ depth: Int) {}
  /// Does nothing.
  public func queueWaited(queue: String, _ duration: Duration) {}
  /// Does nothing.
  public func queueWorked(queue: String, _ duration: Duration) {}
  /// Does nothing.
  public func leading(lease: String, _ isLeader: Bool) {}
  /// Does nothing.
  public func eventsDropped(_ count: Int) {}
}

/// How a reconcile ended, in the words of controller-runtime's `result` label.
public enum ReconcileResult: String, CaseIterable, Hashable, Sendable {
  case success
  case error
  case terminalError = "terminal_error"
  case requeueAfter = "requeue_after"
  case timeout
}
