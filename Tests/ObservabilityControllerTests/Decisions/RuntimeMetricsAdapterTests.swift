// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import Telemetry
import Testing

@testable import ObservabilityController

/// What dashboards made for controller-runtime look for.
@Suite struct RuntimeMetricsAdapterTests {
  private let registry = MetricsRegistry()
  private let metrics: RuntimeMetricsAdapter

  init() {
    metrics = RuntimeMetricsAdapter(registry: registry, controller: "c", queue: "q", lease: "l", host: "h:443")
  }

  private var lines: Set<String> { Set(registry.render().split(separator: "\n").map(String.init)) }

  private static let reconcileSeconds =
    "0.005 0.01 0.025 0.05 0.1 0.15 0.2 0.25 0.3 0.35 0.4 0.45 0.5 0.6 0.7 0.8 0.9 1 1.25 1.5 1.75 2 2.5 3 3.5 4 4.5 "
    + "5 6 7 8 9 10 15 20 25 30 40 50 60 +Inf"
  private static let queueSeconds = "1e-08 1e-07 1e-06 1e-05 0.0001 0.001 0.01 0.1 1 10 100 1000 +Inf"
  private static let requestSeconds = "0.005 0.025 0.1 0.25 0.5 1 2 4 8 15 30 60 +Inf"
  private static let requests = ["GET", "POST", "PUT", "PATCH", "DELETE"]

  /// Name, type, label names, and the series that stand there before anything has happened, as controller-runtime has
  /// them; buckets for histograms.
  private static let families: [ExposedFamily] = [
    .init("controller_runtime_active_workers", "gauge", ["controller"], [["c"]]),
    .init("controller_runtime_max_concurrent_reconciles", "gauge", ["controller"], [["c"]]),
    .init("controller_runtime_reconcile_errors_total", "counter", ["controller"], [["c"]]),
    .init("controller_runtime_reconcile_panics_total", "counter", ["controller"], [["c"]]),
    .init("controller_runtime_reconcile_time_seconds", "histogram", ["controller"], [["c"]], reconcileSeconds),
    .init("controller_runtime_reconcile_timeouts_total", "counter", ["controller"], [["c"]]),
    .init(
      "controller_runtime_reconcile_total", "counter", ["controller", "result"],
      [["c", "error"], ["c", "requeue"], ["c", "requeue_after"], ["c", "success"]]),
    .init("controller_runtime_terminal_reconcile_errors_total", "counter", ["controller"], [["c"]]),
    .init("events_dropped_total", "counter", [], [[]]),
    .init("leader_election_master_status", "gauge", ["name"], [["l"]]),
    .init("leader_election_slowpath_total", "counter", ["name"], [["l"]]),
    .init(
      "rest_client_request_duration_seconds", "histogram", ["verb", "host"], requests.map { [$0, "h:443"] },
      requestSeconds),
    .init(
      "rest_client_requests_total", "counter", ["code", "method", "host"],
      requests.map { [$0 == "POST" ? "201" : "200", $0, "h:443"] }),
    .init("workqueue_adds_total", "counter", ["name", "controller"], [["q", "q"]]),
    .init(
      "workqueue_depth", "gauge", ["name", "controller", "priority"], [["q", "q", "-100"], ["q", "q", "0"]]),
    .init("workqueue_longest_running_processor_seconds", "gauge", ["name", "controller"], [["q", "q"]]),
    .init("workqueue_queue_duration_seconds", "histogram", ["name", "controller"], [["q", "q"]], queueSeconds),
    .init("workqueue_retries_total", "counter", ["name", "controller"], [["q", "q"]]),
    .init("workqueue_unfinished_work_seconds", "gauge", ["name", "controller"], [["q", "q"]]),
    .init("workqueue_work_duration_seconds", "histogram", ["name", "controller"], [["q", "q"]], queueSeconds),
  ]

  @Test func theWholeExpositionIsThatOfControllerRuntimeAtZero() throws {
    let exposed = try ExposedFamily.read(registry.render())
    #expect(exposed.map(\.name) == Self.families.map(\.name))
    for (found, wanted) in zip(exposed, Self.families) { #expect(found == wanted) }
  }

  @Test func everyReconcileIsCountedByItsResult() {
    for result in ReconcileResult.allCases { metrics.reconciled(controller: "c", result: result, took: .seconds(1)) }
    metrics.reconcileTimedOut(controller: "c")
    let lines = lines
    for (result, count) in [("error", 3), ("requeue", 0), ("requeue_after", 1), ("success", 1)] {
      #expect(lines.contains(#"controller_runtime_reconcile_total{controller="c",result="\#(result)"} \#(count)"#))
    }
    for (name, count) in [("reconcile_errors", 3), ("terminal_reconcile_errors", 1), ("reconcile_timeouts", 1)] {
      #expect(lines.contains(#"controller_runtime_\#(name)_total{controller="c"} \#(count)"#))
    }
    #expect(lines.contains(#"controller_runtime_reconcile_panics_total{controller="c"} 0"#))
    #expect(lines.contains(#"controller_runtime_reconcile_time_seconds_count{controller="c"} 5"#))
    #expect(lines.contains(#"controller_runtime_reconcile_time_seconds_bucket{controller="c",le="1"} 5"#))
    #expect(lines.contains(#"controller_runtime_reconcile_time_seconds_bucket{controller="c",le="0.9"} 0"#))
  }

  @Test func everythingElseReachesItsMetric() {
    metrics.workers(controller: "c", active: 2, of: 4)
    metrics.queueAdded(queue: "q", 3)
    metrics.queueRetried(queue: "q")
    metrics.observe(queue: "q") {
      WorkQueueSnapshot(depths: [.low: 7], unfinishedWork: .milliseconds(3500), longestWork: .seconds(2))
    }
    metrics.queueWaited(queue: "q", .milliseconds(100))
    metrics.queueWorked(queue: "q", .seconds(20))
    metrics.leading(lease: "l", true)
    metrics.renewedSlowly(lease: "l")
    metrics.eventsDropped(3)
    metrics.requested(record(code: 404))
    metrics.requested(record(code: nil))
    let lines = lines
    for line in [
      #"controller_runtime_active_workers{controller="c"} 2"#,
      #"controller_runtime_max_concurrent_reconciles{controller="c"} 4"#,
      #"workqueue_adds_total{name="q",controller="q"} 3"#, #"workqueue_retries_total{name="q",controller="q"} 1"#,
      #"workqueue_depth{name="q",controller="q",priority="-100"} 7"#,
      #"workqueue_depth{name="q",controller="q",priority="0"} 0"#,
      #"workqueue_unfinished_work_seconds{name="q",controller="q"} 3.5"#,
      #"workqueue_longest_running_processor_seconds{name="q",controller="q"} 2"#,
      #"workqueue_queue_duration_seconds_count{name="q",controller="q"} 1"#,
      #"workqueue_queue_duration_seconds_bucket{name="q",controller="q",le="0.1"} 1"#,
      #"workqueue_work_duration_seconds_bucket{name="q",controller="q",le="10"} 0"#,
      #"workqueue_work_duration_seconds_bucket{name="q",controller="q",le="100"} 1"#,
      #"leader_election_master_status{name="l"} 1"#, #"leader_election_slowpath_total{name="l"} 1"#,
      "events_dropped_total 3", #"rest_client_requests_total{code="404",method="PATCH",host="h:443"} 1"#,
      #"rest_client_requests_total{code="<error>",method="PATCH",host="h:443"} 1"#,
      #"rest_client_request_duration_seconds_bucket{verb="PATCH",host="h:443",le="2"} 2"#,
      #"rest_client_request_duration_seconds_bucket{verb="PATCH",host="h:443",le="1"} 0"#,
    ] {
      #expect(lines.contains(line), "\(line)")
    }
    metrics.leading(lease: "l", false)
    #expect(self.lines.contains(#"leader_election_master_status{name="l"} 0"#))
  }

  private func record(code: Int?) -> RequestRecord {
    RequestRecord(
      verb: .apply, method: "PATCH", host: "h:443", type: .configMaps, code: code, duration: .milliseconds(1500))
  }

  @Test func aQueueTellsOfWhatItDoes() async {
    let queue = WorkQueue<String>(name: "q", metrics: metrics)
    queue.add("a")
    queue.add("a")
    queue.add("b", priority: .low)
    queue.add("c", after: .seconds(3600))
    #expect(lines.contains(#"workqueue_adds_total{name="q",controller="q"} 2"#), "only what is ready, and once")
    #expect(lines.contains(#"workqueue_retries_total{name="q",controller="q"} 1"#), "what has a delay")
    #expect(lines.contains(#"workqueue_depth{name="q",controller="q",priority="-100"} 1"#))
    #expect(lines.contains(#"workqueue_depth{name="q",controller="q",priority="0"} 1"#))
    #expect(await queue.next() == "a")
    #expect(lines.contains(#"workqueue_depth{name="q",controller="q",priority="0"} 0"#))
    #expect(!lines.contains(#"workqueue_longest_running_processor_seconds{name="q",controller="q"} 0"#))
    queue.done("a")
    #expect(lines.contains(#"workqueue_longest_running_processor_seconds{name="q",controller="q"} 0"#))
    #expect(lines.contains(#"workqueue_work_duration_seconds_count{name="q",controller="q"} 1"#))
  }
}
