// SPDX-License-Identifier: Apache-2.0

/// The agents themselves: where they run, what they deliver, and what they cost.
enum AgentsBoard {
  /// The agent's own containers: `<object>-node-agent` is its DaemonSet's name.
  private static let own = Scope.object + #",application=~".+-node-agent""#
  private static let perNode = ["observability", "cluster", "node"]

  static let dashboard = Dashboard(
    uid: DashboardUID.agents, title: "Observability / Agents",
    description: "Coverage, delivery, spools, memory and restarts of the node agents, and the gateway.",
    variables: [.datasource] + DashboardVariable.scopes(.cluster) + [.top],
    rows: [
      DashboardRow(stats), DashboardRow("Agents", [table]), DashboardRow("Coverage and delivery", delivery),
      DashboardRow("Cost", cost), DashboardRow("Gateway", GatewayPanels.panels),
    ], annotations: [.restarts(own)])

  private static func state(_ state: String) -> String {
    "sum(max by (object) (observability_agents{\(Scope.operatorObject),state=\"\(state)\"}))"
  }

  private static let reporting =
    "count(count by (cluster, node) (\(RecordedName.node("uptime_seconds:sum")){\(Scope.object)}))"

  private static let stats: [Panel] = [
    .stat(
      "Eligible nodes", "Nodes that can carry an agent, as the operator counts them.", unit: .none,
      noValue: "the operator is not scraped", state("eligible")),
    .stat(
      "Ready agents", "Agents that are ready, as the operator counts them.", unit: .none,
      noValue: "the operator is not scraped", state("ready")),
    .stat(
      "Reporting agents", "Agents whose series are current. Fewer than ready: some cannot deliver.", unit: .none,
      noValue: "no agent reports", reporting),
    .stat(
      "Ineligible nodes", "Nodes that are skipped; the object's status has the reason of each.", unit: .none,
      thresholds: .rising(warning: 1, critical: 1000), noValue: "the operator is not scraped", state("ineligible")),
    .stat(
      "Oldest newest sample", "How far the slowest agent is behind.", unit: .seconds,
      thresholds: .rising(warning: 300, critical: 3600), noValue: "no agent reports",
      "max(\(RecordedName.node("agent_lag_seconds")){\(Scope.object)})"),
    .stat(
      "Series", "Series that the agents write.", unit: .short, noValue: "no agent reports",
      "sum(\(RecordedName.agentSeries){\(Scope.object)})"),
  ]

  private static let table = Panel.table(
    "Agents", "One row a node. A node whose agent fell silent stays for six hours.", height: 9,
    layout: TableLayout(
      labels: perNode,
      columns: [
        .init("A", "Behind", .seconds, .rising(warning: 300, critical: 3600)), .init("B", "CPU cores", .short),
        .init("C", "Memory", .bytes), .init("D", "Restarts, 5 min", .none, .rising(warning: 1, critical: 3)),
      ], sortedBy: "Behind"), noValue: "no agent reports",
    .instant(PromQL.by(perNode, "max", "\(RecordedName.node("agent_lag_seconds")){\(Scope.object)}"), refID: "A"),
    .instant(Queries.sum(RecordedName.container("cpu_usage_seconds:rate5m"), own, by: perNode), refID: "B"),
    .instant(Queries.sum(RecordedName.container("memory_rss_bytes:sum"), own, by: perNode), refID: "C"),
    .instant("round(\(Queries.sum(RecordedName.container("restarts:increase5m"), own, by: perNode)))", refID: "D"))

  private static let delivery: [Panel] = [
    .graph(
      "Coverage", "Eligible nodes, ready agents and reporting agents: three lines that should be one.", unit: .none,
      noValue: "the operator is not scraped", .range(state("eligible"), "eligible"), .range(state("ready"), "ready"),
      .range(reporting, "reporting")),
    .graph(
      "Behind", "Age of the newest sample of each agent. While it grows the agent's spool fills.", unit: .seconds,
      noValue: "no agent reports",
      .range(
        Queries.top(PromQL.by(["node"], "max", "\(RecordedName.node("agent_lag_seconds")){\(Scope.object)}")),
        "{{node}}")),
    .graph(
      "Errors of the agents' endpoint", "Errors while metrics were gathered or encoded, a second.",
      unit: .operationsPerSecond, noValue: "no agent reports",
      .range(
        "sum by (cause) (rate(promhttp_metric_handler_errors_total{\(Scope.object),job=\"coroot-node-agent\"}"
          + "[$__rate_interval]))", "{{cause}}")),
  ]

  private static let cost: [Panel] = [
    .graph(
      "Memory against limit",
      "Memory of the agents' containers with the kernel's part, as a share of their limit. From "
        + "the kubelet's cAdvisor: eBPF maps count, which the agent itself does not report.", unit: .ratio,
      noValue: "cAdvisor is not scraped",
      .range(
        Queries.top(
          "max by (pod) (container_memory_working_set_bytes{cluster=~\"$cluster\",container=\"node-agent\"}) / "
            + "max by (pod) (container_spec_memory_limit_bytes{cluster=~\"$cluster\",container=\"node-agent\"} > 0)"),
        "{{pod}}")),
    .graph(
      "CPU", "CPU time of the agents, in cores.", unit: .short, noValue: "no agent reports itself",
      .range(
        Queries.top(Queries.sum(RecordedName.container("cpu_usage_seconds:rate5m"), own, by: ["node"])), "{{node}}")),
    .graph(
      "Series by agent", "What each agent writes. A node with many short-lived pods has many.", unit: .short,
      noValue: "no agent reports",
      .range(Queries.top("sum by (instance) (\(RecordedName.agentSeries){\(Scope.object)})"), "{{instance}}")),
    .graph(
      "Agent versions", "Nodes by the version of their agent.", unit: .none, width: 24, isStacked: true,
      noValue: "no agent reports",
      .range("count by (version) (\(RecordedName.node("agent_version:sum")){\(Scope.object)})", "{{version}}")),
  ]
}

/// The gateway's queue and traffic, from the collector's own metrics.
enum GatewayPanels {
  private static func rate(_ metric: String, _ label: String) -> String {
    "sum by (\(label)) (rate(\(metric){\(Scope.object)}[$__rate_interval]))"
  }

  static let panels: [Panel] = [
    .graph(
      "Queue", "Share of the gateway's queue that waits, by exporter. When it is full the newest data is lost.",
      unit: .ratio, needs: [.gateway], noValue: "the gateway is not scraped",
      .range(
        "max by (exporter, data_type) (otelcol_exporter_queue_size{\(Scope.object)}) / "
          + "max by (exporter, data_type) (otelcol_exporter_queue_capacity{\(Scope.object)} > 0)",
        "{{exporter}} {{data_type}}")),
    .graph(
      "Traces and logs in and out", "Spans and log records a second that arrive from agents and leave for storage.",
      unit: .operationsPerSecond, needs: [.gateway], noValue: "the gateway is not scraped",
      .range(rate("otelcol_receiver_accepted_spans", "receiver"), "{{receiver}} spans in"),
      .range(rate("otelcol_receiver_accepted_log_records", "receiver"), "{{receiver}} logs in"),
      .range(rate("otelcol_exporter_sent_spans", "exporter"), "{{exporter}} spans out"),
      .range(rate("otelcol_exporter_sent_log_records", "exporter"), "{{exporter}} logs out")),
    .graph(
      "Lost", "Spans and log records a second that the gateway could not keep or the destination refused.",
      unit: .operationsPerSecond, needs: [.gateway], noValue: "nothing lost",
      .range(rate("otelcol_exporter_enqueue_failed_spans", "exporter"), "{{exporter}} spans not queued"),
      .range(rate("otelcol_exporter_enqueue_failed_log_records", "exporter"), "{{exporter}} logs not queued"),
      .range(rate("otelcol_exporter_send_failed_spans", "exporter"), "{{exporter}} spans refused"),
      .range(rate("otelcol_exporter_send_failed_log_records", "exporter"), "{{exporter}} logs refused")),
  ]
}
