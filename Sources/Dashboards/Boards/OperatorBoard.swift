// SPDX-License-Identifier: Apache-2.0

/// The operator itself: what controllers built with controller-runtime report, and the conditions of its objects.
enum OperatorBoard {
  private static let controller = #"controller="observability""#
  private static let queue = #"name="observability""#
  private static let window = "[$__rate_interval]"

  private static func quantile(_ quantile: Double, _ metric: String, _ matcher: String, by label: String) -> String {
    "histogram_quantile(\(quantile), sum by (le, \(label)) (rate(\(metric)_bucket{\(matcher)}\(window)))) >= 0"
  }

  static let dashboard = Dashboard(
    uid: DashboardUID.operator, title: "Observability / Operator",
    description:
      "Conditions, backends and agents over time, writes of children, reconciles, and requests to the API server.",
    variables: [.datasource, observability],
    rows: [
      DashboardRow(stats), DashboardRow("Conditions, backends and agents", conditions),
      DashboardRow("Children", children), DashboardRow("Reconciles", reconciles),
      DashboardRow("Requests and process", requests),
    ], annotations: [])

  private static let observability = DashboardVariable(
    name: "observability", label: "Observability",
    source: .labelValues(series: "observability_condition", label: "object"), allValue: ".+")

  private static let stats: [Panel] = [
    .stat(
      "Leaders", "Replicas that lead: one.", unit: .none, thresholds: .atLeast(1),
      noValue: "the operator is not scraped",
      "sum(leader_election_master_status{name=\"observability-operator\"})"),
    .stat(
      "Objects ready", "Objects whose condition Ready is True.", unit: .none, thresholds: .atLeast(1),
      noValue: "the operator is not scraped",
      "sum(max by (object) (observability_condition{\(Scope.operatorObject),type=\"Ready\",status=\"True\"}))"),
    .stat(
      "Backends up", "Share of backends that answered the last check.", unit: .ratio, thresholds: .atLeast(1),
      noValue: "the operator is not scraped", "avg(observability_backend_up{\(Scope.operatorObject)})"),
    .stat(
      "Reconcile errors", "Reconciles a second that ended with an error.", unit: .operationsPerSecond,
      thresholds: .rising(warning: 0.01, critical: 1), noValue: "the operator is not scraped",
      "sum(rate(controller_runtime_reconcile_errors_total{\(controller)}\(window)))"),
    .stat(
      "Queue", "Keys that wait for a worker.", unit: .none, thresholds: .rising(warning: 50, critical: 500),
      noValue: "the operator is not scraped", "sum(workqueue_depth{\(queue)})"),
    .stat(
      "Memory", "Resident memory of the largest replica.", unit: .bytes, noValue: "the operator is not scraped",
      "max(\(process("process_resident_memory_bytes")))"),
  ]

  /// Other programs have metrics of that name too: those of the operator stand beside its build information.
  private static func process(_ metric: String) -> String {
    "\(metric) * on (instance, job) group_left () observability_operator_build_info"
  }

  private static let conditions: [Panel] = [
    .table(
      "Conditions", "The status of each condition now.", width: 12, height: 9,
      layout: TableLayout(
        labels: ["object", "type", "status"], columns: [.init("A", "Holds", .none)], sortedBy: "Holds"),
      noValue: "the operator is not scraped",
      .instant(
        "max by (object, type, status) (observability_condition{\(Scope.operatorObject)}) == 1", refID: "A")),
    .graph(
      "Conditions over time", "1 while a condition is True, 0 while it is not.", unit: .none, width: 12,
      noValue: "the operator is not scraped",
      .range(
        "max by (object, type) (observability_condition{\(Scope.operatorObject),status=\"True\"})",
        "{{object}} {{type}}")),
    .graph(
      "Backends", "1 while a backend answers, 0 while it does not.", unit: .none, width: 8,
      noValue: "the operator is not scraped",
      .range("max by (object, backend) (observability_backend_up{\(Scope.operatorObject)})", "{{object}} {{backend}}")),
    .graph(
      "Agents", "Agents by state.", unit: .none, width: 8, noValue: "the operator is not scraped",
      .range("max by (object, state) (observability_agents{\(Scope.operatorObject)})", "{{object}} {{state}}")),
    .graph(
      "Age of checks",
      "How long ago each backend was last checked. VictoriaMetrics is checked each minute, ClickHouse "
        + "every five minutes, or each minute with mode Full.",
      unit: .seconds, width: 8, noValue: "the operator is not scraped",
      .range(
        "time() - max by (object, backend) "
          + "(observability_backend_last_check_timestamp_seconds{\(Scope.operatorObject)})", "{{object}} {{backend}}")),
  ]

  private static let children: [Panel] = [
    .graph(
      "Writes of children by cause", "Writes of children a second, by cause. At rest there are none.",
      unit: .operationsPerSecond, width: 12, isStacked: true, noValue: "the operator is not scraped",
      .range("sum by (cause) (rate(observability_child_writes_total\(window)))", "{{cause}}")),
    .graph(
      "Repairs by kind",
      "Repairs of children a second that another writer had changed or deleted. The object's Events name the writer.",
      unit: .operationsPerSecond, width: 12, isStacked: true, noValue: "the operator is not scraped",
      .range("sum by (kind) (rate(observability_child_writes_total{cause=\"drifted\"}\(window)))", "{{kind}}")),
  ]

  private static let reconciles: [Panel] = [
    .graph(
      "Reconciles", "Reconciles a second, by how they ended. At rest there are none but those of a recheck.",
      unit: .operationsPerSecond, width: 6, noValue: "the operator is not scraped",
      .range("sum by (result) (rate(controller_runtime_reconcile_total{\(controller)}\(window)))", "{{result}}")),
    .graph(
      "Reconcile time", "Half and 99 % of reconciles end within these times.", unit: .seconds, width: 6,
      noValue: "no reconcile in this time",
      .range(
        quantile(0.5, "controller_runtime_reconcile_time_seconds", controller, by: "controller"), "{{controller}} p50"),
      .range(
        quantile(0.99, "controller_runtime_reconcile_time_seconds", controller, by: "controller"), "{{controller}} p99")
    ),
    .graph(
      "Work queue", "Keys that wait, by priority; -100 is what was there at the start.", unit: .none, width: 6,
      noValue: "the operator is not scraped",
      .range("sum by (priority) (workqueue_depth{\(queue)})", "priority {{priority}}")),
    .graph(
      "Wait in the queue", "99 % of keys wait no longer than this.", unit: .seconds, width: 6,
      noValue: "nothing was queued",
      .range(quantile(0.99, "workqueue_queue_duration_seconds", queue, by: "name"), "{{name}} p99")),
  ]

  private static let requests: [Panel] = [
    .graph(
      "Requests by code", "Requests a second to the API server. At rest only watches and the Lease.",
      unit: .requestsPerSecond, width: 6, noValue: "the operator is not scraped",
      .range(
        "sum by (method, code) (\(operatorRate("rest_client_requests_total")))", "{{method}} {{code}}")),
    .graph(
      "Request time", "99 % of requests to the API server are answered within this time.", unit: .seconds, width: 6,
      noValue: "no request in this time",
      .range(
        "histogram_quantile(0.99, sum by (le, verb) (\(operatorRate("rest_client_request_duration_seconds_bucket")))) >= 0",
        "{{verb}} p99")),
    .graph(
      "Memory", "Resident memory by replica.", unit: .bytes, width: 6, noValue: "the operator is not scraped",
      .range("max by (instance) (\(process("process_resident_memory_bytes")))", "{{instance}}")),
    .graph(
      "CPU", "CPU time by replica, in cores.", unit: .short, width: 6, noValue: "the operator is not scraped",
      .range("sum by (instance) (\(operatorRate("process_cpu_seconds_total")))", "{{instance}}")),
  ]

  private static func operatorRate(_ metric: String) -> String {
    process("rate(\(metric)\(window))")
  }
}
