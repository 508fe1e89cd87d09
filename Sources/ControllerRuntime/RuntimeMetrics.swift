// SPDX-License-Identifier: Apache-2.0

/// Where the runtime tells what it counts and measures. Each method is named after the metric of controller-runtime and
/// client-go that it feeds, so that dashboards made for those work unchanged.
public protocol RuntimeMetrics: Sendable {
  /// A reconcile has ended.
  /// Feeds `controller_runtime_reconcile_total`, `…_reconcile_errors_total`, `…_terminal_reconcile_errors_total` and
  /// `…_reconcile_time_seconds`.
  func reconciled(controller: String, result: ReconcileResult, took: Duration)
  /// A reconcile has passed its deadline and is told to end; told then, whether or not it obeys.
  /// Feeds `controller_runtime_reconcile_timeouts_total`.
  func reconcileTimedOut(controller: String)
  /// How many workers are busy, of how many. Feeds `controller_runtime_active_workers` and
  /// `controller_runtime_max_concurrent_reconciles`.
  func workers(controller: String, active: Int, of total: Int)
  /// There is a queue of that name, and here is how it can be asked how it stands. Feeds `workqueue_depth`,
  /// `workqueue_unfinished_work_seconds` and `workqueue_longest_running_processor_seconds`.
  func observe(queue: String, _ snapshot: @escaping @Sendable () -> WorkQueueSnapshot)
  /// So many keys have become ready for a worker. Feeds `workqueue_adds_total`.
  func queueAdded(queue: String, _ count: Int)
  /// A key was added with a delay, after a failure or to be looked at again. Feeds `workqueue_retries_total`.
  func queueRetried(queue: String)
  /// A key was handed out after it had been ready for that long. Feeds `workqueue_queue_duration_seconds`.
  func queueWaited(queue: String, _ duration: Duration)
  /// The work on a key took that long. Feeds `workqueue_work_duration_seconds`.
  func queueWorked(queue: String, _ duration: Duration)
  /// Whether this process leads. Feeds `leader_election_master_status`.
  func leading(lease: String, _ isLeader: Bool)
  /// A leader had to read the Lease before it could renew it. Feeds `leader_election_slowpath_total`.
  func renewedSlowly(lease: String)
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
  public func reconcileTimedOut(controller: String) {}
  /// Does nothing.
  public func workers(controller: String, active: Int, of total: Int) {}
  /// Does nothing.
  public func observe(queue: String, _ snapshot: @escaping @Sendable () -> WorkQueueSnapshot) {}
  /// Does nothing.
  public func queueAdded(queue: String, _ count: Int) {}
  /// Does nothing.
  public func queueRetried(queue: String) {}
  /// Does nothing.
  public func queueWaited(queue: String, _ duration: Duration) {}
  /// Does nothing.
  public func queueWorked(queue: String, _ duration: Duration) {}
  /// Does nothing.
  public func leading(lease: String, _ isLeader: Bool) {}
  /// Does nothing.
  public func renewedSlowly(lease: String) {}
  /// Does nothing.
  public func eventsDropped(_ count: Int) {}
}

/// How a reconcile ended.
public enum ReconcileResult: CaseIterable, Hashable, Sendable {
  /// As it should; nothing is to be done until something changes.
  case success
  /// By an error, and is tried again.
  case error
  /// By an error that trying again cannot heal.
  case terminalError
  /// As it should, to be looked at again after a while.
  case requeueAfter
  /// Not within its deadline, and is tried again.
  case timeout
}
