// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import Telemetry

/// Fills the metrics that dashboards made for controller-runtime and client-go expect: same names, labels and buckets
/// (`controller-runtime/pkg/internal/controller/metrics`, `pkg/metrics/workqueue.go`, `client_go_adapter.go`).
public struct RuntimeMetricsAdapter: RuntimeMetrics {
  private let reconciles: Counter
  private let errors: Counter
  private let terminalErrors: Counter
  private let timeouts: Counter
  private let reconcileTime: Histogram
  private let workersBusy: Gauge
  private let workersTotal: Gauge
  private let adds: Counter
  private let retries: Counter
  private let depth: Gauge
  private let waited: Histogram
  private let worked: Histogram
  private let leader: Gauge
  private let dropped: Counter
  private let requests: Counter

  /// controller-runtime's buckets of `controller_runtime_reconcile_time_seconds`.
  static let reconcileBuckets: [Double] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75,
    2,
    2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
  ]
  /// controller-runtime's buckets of the work queue's durations: 10 ns to 1000 s by factors of ten.
  static let queueBuckets: [Double] = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000]

  /// Registers the metrics, those of the named controller and queue at zero.
  public init(registry: MetricsRegistry, controller: String, queue: String, lease: String) {
    reconciles = registry.counter(
      "controller_runtime_reconcile_total", help: "Total number of reconciliations per controller",
      labels: ["controller", "result"])
    errors = registry.counter(
      "controller_runtime_reconcile_errors_total", help: "Total number of reconciliation errors per controller",
      labels: ["controller"])
    terminalErrors = registry.counter(
      "controller_runtime_terminal_reconcile_errors_total",
      help: "Total number of terminal reconciliation errors per controller", labels: ["controller"])
    timeouts = registry.counter(
      "controller_runtime_reconcile_timeouts_total",
      help: "Total number of reconciliation timeouts per controller", labels: ["controller"])
    reconcileTime = registry.histogram(
      "controller_runtime_reconcile_time_seconds", help: "Length of time per reconciliation per controller",
      labels: ["controller"], buckets: Self.reconcileBuckets)
    workersBusy = registry.gauge(
      "controller_runtime_active_workers", help: "Number of currently used workers per controller",
      labels: ["controller"])
    workersTotal = registry.gauge(
      "controller_runtime_max_concurrent_reconciles",
      help: "Maximum number of concurrent reconciles per controller", labels: ["controller"])
    adds = registry.counter(
      "workqueue_adds_total", help: "Total number of adds handled by workqueue", labels: ["name"])
    retries = registry.counter(
      "workqueue_retries_total", help: "Total number of retries handled by workqueue", labels: ["name"])
    depth = registry.gauge("workqueue_depth", help: "Current depth of workqueue", labels: ["name"])
    waited = registry.histogram(
      "workqueue_queue_duration_seconds", help: "How long in seconds an item stays in workqueue before being requested",
      labels: ["name"], buckets: Self.queueBuckets)
    worked = registry.histogram(
      "workqueue_work_duration_seconds", help: "How long in seconds processing an item from workqueue takes",
      labels: ["name"], buckets: Self.queueBuckets)
    leader = registry.gauge(
      "leader_election_master_status",
      help: "Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master",
      labels: ["name"])
    dropped = registry.counter(
      "events_dropped_total", help: "Events that were not sent, because too many waited or the API server refused them")
    requests = registry.counter(
      "rest_client_requests_total", help: "Number of HTTP requests, partitioned by status code, method, and host",
      labels: ["code", "method", "host"])
    for result in ReconcileResult.allCases { reconciles.initialise([controller, result.rawValue]) }
    for counter in [errors, terminalErrors, timeouts] { counter.initialise([controller]) }
    for histogram in [reconcileTime] { histogram.initialise([controller]) }
    for counter in [adds, retries] { counter.initialise([queue]) }
    for histogram in [waited, worked] { histogram.initialise([queue]) }
    depth.initialise([queue])
    leader.initialise([lease])
  }

  /// A request to the API server has ended; a code of 0 stands for none and is told as `<error>`, as client-go does.
  public func requested(method: String, host: String, code: Int) {
    requests.increment([code == 0 ? "<error>" : String(code), method, host])
  }

  /// Counts a reconcile and its time.
  public func reconciled(controller: String, result: ReconcileResult, took: Duration) {
    reconciles.increment([controller, result.rawValue])
    switch result {
    case .error: errors.increment([controller])
    case .terminalError: terminalErrors.increment([controller])
    case .timeout: timeouts.increment([controller])
    case .success, .requeueAfter: break
    }
    reconcileTime.observe(took, [controller])
  }

  /// Sets the busy and all workers.
  public func workers(controller: String, active: Int, of total: Int) {
    workersBusy.set(Double(active), [controller])
    workersTotal.set(Double(total), [controller])
  }

  /// Counts an add.
  public func queueAdded(queue: String) { adds.increment([queue]) }
  /// Counts a retry.
  public func queueRetried(queue: String) { retries.increment([queue]) }
  /// Sets the depth.
  public func queueDepth(queue: String, _ depth: Int) { self.depth.set(Double(depth), [queue]) }
  /// Observes how long a key waited.
  public func queueWaited(queue: String, _ duration: Duration) { waited.observe(duration, [queue]) }
  /// Observes how long the work on a key took.
  public func queueWorked(queue: String, _ duration: Duration) { worked.observe(duration, [queue]) }
  /// Sets whether this replica leads.
  public func leading(lease: String, _ isLeader: Bool) { leader.set(isLeader ? 1 : 0, [lease]) }
  /// Counts Events that were dropped.
  public func eventsDropped(_ count: Int) { dropped.increment(by: Double(count)) }
}
