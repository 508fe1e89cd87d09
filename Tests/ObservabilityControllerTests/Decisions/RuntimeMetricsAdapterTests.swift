// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import Telemetry
import Testing

@testable import ObservabilityController

/// What dashboards made for controller-runtime look for.
@Suite struct RuntimeMetricsAdapterTests {
  private let registry = MetricsRegistry()
  private let metrics: RuntimeMetricsAdapter

  init() {
    metrics = RuntimeMetricsAdapter(registry: registry, controller: "c", queue: "q", lease: "l")
  }

  private var lines: Set<String> { Set(registry.render().split(separator: "\n").map(String.init)) }

  @Test(arguments: [
    #"controller_runtime_reconcile_total{controller="c",result="success"} 0"#,
    #"controller_runtime_reconcile_total{controller="c",result="error"} 0"#,
    #"controller_runtime_reconcile_total{controller="c",result="requeue_after"} 0"#,
    #"controller_runtime_reconcile_total{controller="c",result="terminal_error"} 0"#,
    #"controller_runtime_reconcile_total{controller="c",result="timeout"} 0"#,
    #"controller_runtime_reconcile_errors_total{controller="c"} 0"#,
    #"controller_runtime_terminal_reconcile_errors_total{controller="c"} 0"#,
    #"controller_runtime_reconcile_timeouts_total{controller="c"} 0"#,
    #"controller_runtime_reconcile_time_seconds_count{controller="c"} 0"#,
    #"workqueue_adds_total{name="q"} 0"#, #"workqueue_retries_total{name="q"} 0"#, #"workqueue_depth{name="q"} 0"#,
    #"workqueue_queue_duration_seconds_count{name="q"} 0"#, #"workqueue_work_duration_seconds_count{name="q"} 0"#,
    #"leader_election_master_status{name="l"} 0"#, "events_dropped_total 0",
  ])
  func standsAtZeroFromTheStart(_ line: String) {
    #expect(lines.contains(line))
  }

  @Test func everyReconcileIsCountedByItsResult() {
    for result in ReconcileResult.allCases { metrics.reconciled(controller: "c", result: result, took: .seconds(1)) }
    let lines = lines
    for result in ReconcileResult.allCases {
      #expect(lines.contains(#"controller_runtime_reconcile_total{controller="c",result="\#(result.rawValue)"} 1"#))
    }
    for name in ["reconcile_errors", "terminal_reconcile_errors", "reconcile_timeouts"] {
      #expect(lines.contains(#"controller_runtime_\#(name)_total{controller="c"} 1"#))
    }
    #expect(lines.contains(#"controller_runtime_reconcile_time_seconds_count{controller="c"} 5"#))
    #expect(lines.contains(#"controller_runtime_reconcile_time_seconds_bucket{controller="c",le="1"} 5"#))
    #expect(lines.contains(#"controller_runtime_reconcile_time_seconds_bucket{controller="c",le="0.9"} 0"#))
  }

  @Test func everythingElseReachesItsMetric() {
    metrics.workers(controller: "c", active: 2, of: 4)
    metrics.queueAdded(queue: "q")
    metrics.queueRetried(queue: "q")
    metrics.queueDepth(queue: "q", 7)
    metrics.queueWaited(queue: "q", .milliseconds(100))
    metrics.queueWorked(queue: "q", .seconds(20))
    metrics.leading(lease: "l", true)
    metrics.eventsDropped(3)
    metrics.requested(method: "GET", host: "h:443", code: 200)
    metrics.requested(method: "GET", host: "h:443", code: 0)
    let lines = lines
    for line in [
      #"controller_runtime_active_workers{controller="c"} 2"#,
      #"controller_runtime_max_concurrent_reconciles{controller="c"} 4"#, #"workqueue_adds_total{name="q"} 1"#,
      #"workqueue_retries_total{name="q"} 1"#, #"workqueue_depth{name="q"} 7"#,
      #"workqueue_queue_duration_seconds_count{name="q"} 1"#,
      #"workqueue_queue_duration_seconds_bucket{name="q",le="0.1"} 1"#,
      #"workqueue_work_duration_seconds_bucket{name="q",le="10"} 0"#,
      #"workqueue_work_duration_seconds_bucket{name="q",le="100"} 1"#, #"leader_election_master_status{name="l"} 1"#,
      "events_dropped_total 3", #"rest_client_requests_total{code="200",method="GET",host="h:443"} 1"#,
      #"rest_client_requests_total{code="<error>",method="GET",host="h:443"} 1"#,
    ] {
      #expect(lines.contains(line), "\(line)")
    }
    metrics.leading(lease: "l", false)
    #expect(self.lines.contains(#"leader_election_master_status{name="l"} 0"#))
  }
}
