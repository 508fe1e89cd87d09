// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import Telemetry

/// Fills the metrics that dashboards made for controller-runtime and client-go expect: same names, help, labels, buckets
/// and units, all known series at zero from the start.
///
/// Taken from `sigs.k8s.io/controller-runtime` as of August 2026: `pkg/internal/controller/metrics/metrics.go`,
/// `pkg/internal/metrics/workqueue.go`, `pkg/metrics/client_go_adapter.go`, `pkg/metrics/leaderelection.go`, and, for
/// the series that stand at zero, `initMetrics` in `pkg/internal/controller/controller.go`.
///
/// `controller_runtime_reconcile_panics_total` stays at zero: Swift cannot go on after a trap, so what would be counted
/// there shows as a restart of the container. It is there for alerts that name it.
public struct RuntimeMetricsAdapter: RuntimeMetrics {
  private let registry: MetricsRegistry
  private let reconciles: Counter
  private let errors: Counter
  private let terminalErrors: Counter
  private let timeouts: Counter
  private let reconcileTime: Histogram
  private let workersBusy: Gauge
  private let workersTotal: Gauge
  private let adds: Counter
  private let retries: Counter
  private let waited: Histogram
  private let worked: Histogram
  private let leader: Gauge
  private let slowRenewals: Counter
  private let dropped: Counter
  private let requests: Counter
  private let requestTime: Histogram

  /// The buckets of `controller_runtime_reconcile_time_seconds` (`pkg/internal/controller/metrics/metrics.go`).
  static let reconcileBuckets: [Double] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75,
    2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
  ]
  /// The buckets of the work queue's durations: 10 ns to 1000 s by factors of ten (`pkg/internal/metrics/workqueue.go`).
  static let queueBuckets: [Double] = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000]
  /// The buckets of `rest_client_request_duration_seconds` (`pkg/metrics/client_go_adapter.go`).
  static let requestBuckets: [Double] = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60]

  /// Registers the metrics, those of the named controller, queue, lease and server at zero.
  ///
  /// - Parameter host: host and port of the API server; nil leaves the requests without a series until the first.
  public init(registry: MetricsRegistry, controller: String, queue: String, lease: String, host: String? = nil) {
    self.registry = registry
    reconciles = registry.counter(
      "controller_runtime_reconcile_total", help: "Total number of reconciliations per controller",
      labels: ["controller", "result"])
    errors = registry.counter(
      "controller_runtime_reconcile_errors_total", help: "Total number of reconciliation errors per controller",
      labels: ["controller"])
    terminalErrors = registry.counter(
      "controller_runtime_terminal_reconcile_errors_total",
      help: "Total number of terminal reconciliation errors per controller", labels: ["controller"])
    let panics = registry.counter(
      "controller_runtime_reconcile_panics_total", help: "Total number of reconciliation panics per controller",
      labels: ["controller"])
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
      "workqueue_adds_total", help: "Total number of adds handled by workqueue", labels: ["name", "controller"])
    retries = registry.counter(
      "workqueue_retries_total",
      help: "Total number of items added to the workqueue with a non-zero delay (rate-limited requeues, explicit "
        + "RequeueAfter or AddAfter calls)", labels: ["name", "controller"])
    waited = registry.histogram(
      "workqueue_queue_duration_seconds",
      help: "How long in seconds an item stays in workqueue before being requested", labels: ["name", "controller"],
      buckets: Self.queueBuckets)
    worked = registry.histogram(
      "workqueue_work_duration_seconds",
      help: "How long in seconds processing an item from workqueue takes.", labels: ["name", "controller"],
      buckets: Self.queueBuckets)
    leader = registry.gauge(
      "leader_election_master_status",
      help: "Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates "
        + "master. 'name' is the string used to identify the lease. Please make sure to group by name.",
      labels: ["name"])
    slowRenewals = registry.counter(
      "leader_election_slowpath_total",
      help: "Total number of slow path exercised in renewing leader leases. 'name' is the string used to identify the "
        + "lease. Please make sure to group by name.", labels: ["name"])
    dropped = registry.counter(
      "events_dropped_total", help: "Events that were not sent, because too many waited or the API server refused them")
    requests = registry.counter(
      "rest_client_requests_total", help: "Number of HTTP requests, partitioned by status code, method, and host.",
      labels: ["code", "method", "host"])
    requestTime = registry.histogram(
      "rest_client_request_duration_seconds", help: "Request latency in seconds. Broken down by verb and host.",
      labels: ["verb", "host"], buckets: Self.requestBuckets)

    // The words that controller-runtime knows; `requeue` is an outcome that we do not have.
    for result in ["error", "requeue_after", "requeue", "success"] { reconciles.initialise([controller, result]) }
    for counter in [errors, terminalErrors, panics, timeouts] { counter.initialise([controller]) }
    reconcileTime.initialise([controller])
    for gauge in [workersBusy, workersTotal] { gauge.initialise([controller]) }
    for counter in [adds, retries] { counter.initialise([queue, queue]) }
    for histogram in [waited, worked] { histogram.initialise([queue, queue]) }
    leader.initialise([lease])
    slowRenewals.initialise([lease])
    if let host {
      for (method, code) in [("GET", "200"), ("POST", "201"), ("PUT", "200"), ("PATCH", "200"), ("DELETE", "200")] {
        requests.initialise([code, method, host])
        requestTime.initialise([method, host])
      }
    }
    observe(queue: queue) { WorkQueueSnapshot() }
  }

  /// A request to the API server has ended. One without an answer has the code `<error>`
  /// (`k8s.io/client-go/rest/request.go`).
  ///
  /// A watch counts when it begins, and its duration is that of its beginning: it lasts as long as it may.
  public func requested(_ record: RequestRecord) {
    requests.increment([record.code.map(String.init) ?? "<error>", record.method, record.host])
    requestTime.observe(record.duration, [record.method, record.host])
  }

  /// Counts a reconcile and its time. As in controller-runtime a terminal error is an error too, and so is a timeout.
  public func reconciled(controller: String, result: ReconcileResult, took: Duration) {
    let word =
      switch result {
      case .success: "success"
      case .requeueAfter: "requeue_after"
      case .error, .terminalError, .timeout: "error"
      }
    reconciles.increment([controller, word])
    if word == "error" { errors.increment([controller]) }
    if result == .terminalError { terminalErrors.increment([controller]) }
    reconcileTime.observe(took, [controller])
  }

  /// Counts a reconcile that has passed its deadline.
  public func reconcileTimedOut(controller: String) { timeouts.increment([controller]) }

  /// Sets the busy and all workers.
  public func workers(controller: String, active: Int, of total: Int) {
    workersBusy.set(Double(active), [controller])
    workersTotal.set(Double(total), [controller])
  }

  /// Tells at each scrape how the queue stands then. The latest of a name counts.
  public func observe(queue: String, _ snapshot: @escaping @Sendable () -> WorkQueueSnapshot) {
    registry.computed(
      "workqueue_depth", help: "Current depth of workqueue by workqueue and priority", kind: .gauge,
      labels: ["name", "controller", "priority"]
    ) {
      let depths = snapshot().depths
      return Dictionary(
        uniqueKeysWithValues: WorkPriority.allCases.map {
          ([queue, queue, String($0.rawValue)], Double(depths[$0] ?? 0))
        })
    }
    registry.computed(
      "workqueue_unfinished_work_seconds",
      help: "How many seconds of work has been done that is in progress and hasn't been observed by work_duration. "
        + "Large values indicate stuck threads. One can deduce the number of stuck threads by observing the rate at "
        + "which this increases.", kind: .gauge, labels: ["name", "controller"]
    ) { [[queue, queue]: snapshot().unfinishedWork.seconds] }
    registry.computed(
      "workqueue_longest_running_processor_seconds",
      help: "How many seconds has the longest running processor for workqueue been running.", kind: .gauge,
      labels: ["name", "controller"]
    ) { [[queue, queue]: snapshot().longestWork.seconds] }
  }

  /// Counts adds.
  public func queueAdded(queue: String, _ count: Int) { adds.increment([queue, queue], by: Double(count)) }
  /// Counts a retry.
  public func queueRetried(queue: String) { retries.increment([queue, queue]) }
  /// Observes how long a key waited.
  public func queueWaited(queue: String, _ duration: Duration) { waited.observe(duration, [queue, queue]) }
  /// Observes how long the work on a key took.
  public func queueWorked(queue: String, _ duration: Duration) { worked.observe(duration, [queue, queue]) }
  /// Sets whether this replica leads.
  public func leading(lease: String, _ isLeader: Bool) { leader.set(isLeader ? 1 : 0, [lease]) }
  /// Counts a renewal that took a read first.
  public func renewedSlowly(lease: String) { slowRenewals.increment([lease]) }
  /// Counts Events that were dropped.
  public func eventsDropped(_ count: Int) { dropped.increment(by: Double(count)) }
}

extension Duration {
  fileprivate var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
