// SPDX-License-Identifier: Apache-2.0

/// Applications and nodes side by side, and what is worst right now.
enum OverviewBoard {
  private static let perApplication = ["observability", "cluster", "namespace", "application"]

  static let dashboard = Dashboard(
    uid: DashboardUID.overview, title: "Observability / Overview",
    description: "Applications by rate, errors, duration and saturation, and the nodes they run on.",
    variables: [.datasource] + DashboardVariable.scopes(.namespace) + [.top],
    rows: [
      DashboardRow(stats), DashboardRow("Applications", [applications]),
      DashboardRow("Rate, errors, duration (inbound)", inbound), DashboardRow("Saturation", saturation),
      DashboardRow("Nodes", nodes),
    ], annotations: [.restarts(Scope.namespace)])

  private static let stats: [Panel] = [
    .stat(
      "Applications", "Applications with at least one container that an agent reports.", unit: .none,
      noValue: "no containers reported",
      "count(count by (cluster, namespace, application) (\(RecordedName.containerInfo){\(Scope.namespace)}))"),
    .stat(
      "Request rate", "Requests that applications receive, over all protocols that the agents read.",
      unit: .requestsPerSecond, needs: [.l7], noValue: "no requests seen",
      "sum(\(RecordedName.inboundRequests){\(Scope.namespace)})"),
    .stat(
      "Error ratio", "Share of received requests that failed: HTTP 5xx, gRPC server errors, failed queries.",
      unit: .ratio, thresholds: .rising(warning: 0.01, critical: 0.05), needs: [.l7], noValue: "no requests seen",
      Queries.errorRatio(RecordedName.inboundRequests, Scope.namespace, by: [])),
    .stat(
      "Latency p95", "95 % of received requests are answered within this time, as the server's node measures it.",
      unit: .seconds, thresholds: .rising(warning: 0.5, critical: 2), needs: [.l7], noValue: "no requests seen",
      Queries.quantile(0.95, RecordedName.inboundLatency, Scope.namespace, by: [])),
    .stat(
      "Nodes reporting", "Nodes whose agent's series are current.", unit: .none, noValue: "no agent reports",
      "count(count by (cluster, node) (\(RecordedName.node("uptime_seconds:sum")){\(Scope.object)}))"),
    .stat(
      "Restarts, 5 min", "Restarts of containers in the last five minutes.", unit: .none,
      thresholds: .rising(warning: 1, critical: 10), noValue: "no containers reported",
      "round(sum(\(RecordedName.container("restarts:increase5m")){\(Scope.namespace)}))"),
  ]

  private static let applications = Panel.table(
    "Applications", "One row an application. Sort by a column to see what is worst; the name leads to its dashboard.",
    height: 11,
    layout: TableLayout(
      labels: perApplication,
      columns: [
        .init("A", "Requests", .requestsPerSecond),
        .init("B", "Errors", .ratio, .rising(warning: 0.01, critical: 0.05)),
        .init("C", "p95", .seconds, .rising(warning: 0.5, critical: 2)), .init("D", "CPU cores", .short),
        .init("E", "CPU delay", .ratio, .rising(warning: 0.1, critical: 0.5)), .init("F", "Memory", .bytes),
        .init("G", "Restarts, 5 min", .none, .rising(warning: 1, critical: 5)),
      ], sortedBy: "Errors", links: ["application": .applicationOfRow]), noValue: "no containers reported",
    .instant(
      Queries.sum(RecordedName.inboundRequests, Scope.namespace, by: perApplication), refID: "A", needs: [.l7]),
    .instant(
      Queries.errorRatio(RecordedName.inboundRequests, Scope.namespace, by: perApplication), refID: "B",
      needs: [.l7]),
    .instant(
      Queries.quantile(0.95, RecordedName.inboundLatency, Scope.namespace, by: perApplication), refID: "C",
      needs: [.l7]),
    .instant(
      Queries.sum(RecordedName.container("cpu_usage_seconds:rate5m"), Scope.namespace, by: perApplication),
      refID: "D"),
    .instant(
      Queries.sum(RecordedName.container("cpu_delay_seconds:rate5m"), Scope.namespace, by: perApplication),
      refID: "E"),
    .instant(
      Queries.sum(RecordedName.container("memory_rss_bytes:sum"), Scope.namespace, by: perApplication), refID: "F"),
    .instant(
      "round(\(Queries.sum(RecordedName.container("restarts:increase5m"), Scope.namespace, by: perApplication)))",
      refID: "G"))

  private static let inbound: [Panel] = [
    .graph(
      "Requests by application", "Received requests a second, the busiest applications.", unit: .requestsPerSecond,
      needs: [.l7], links: [.applicationOfSeries], noValue: "no requests seen",
      .range(
        Queries.top(Queries.sum(RecordedName.inboundRequests, Scope.namespace, by: Queries.application)),
        Queries.applicationLegend)),
    .graph(
      "Failed requests by application", "Received requests that failed, a second.", unit: .requestsPerSecond,
      needs: [.l7], links: [.applicationOfSeries], noValue: "no failed requests",
      .range(
        Queries.top(
          Queries.sum(
            RecordedName.inboundRequests, Scope.namespace + "," + RequestStatus.failedMatcher,
            by: Queries.application)), Queries.applicationLegend)),
    .graph(
      "Latency p95 by application", "95 % of received requests are answered within this time.", unit: .seconds,
      needs: [.l7], links: [.applicationOfSeries], noValue: "no requests seen",
      .range(
        Queries.top(Queries.quantile(0.95, RecordedName.inboundLatency, Scope.namespace, by: Queries.application)),
        Queries.applicationLegend)),
  ]

  private static let saturation: [Panel] = [
    .graph(
      "CPU by application", "CPU time used, in cores.", unit: .short, links: [.applicationOfSeries],
      noValue: "no containers reported",
      .range(
        Queries.top(
          Queries.sum(RecordedName.container("cpu_usage_seconds:rate5m"), Scope.namespace, by: Queries.application)),
        Queries.applicationLegend)),
    .graph(
      "CPU delay by application",
      "Seconds a second that threads were ready to run and waited for a CPU. Above 1, a whole core is missing.",
      unit: .short, links: [.applicationOfSeries], noValue: "no containers reported",
      .range(
        Queries.top(
          Queries.sum(RecordedName.container("cpu_delay_seconds:rate5m"), Scope.namespace, by: Queries.application)),
        Queries.applicationLegend)),
    .graph(
      "Memory by application", "Resident memory without page cache.", unit: .bytes, links: [.applicationOfSeries],
      noValue: "no containers reported",
      .range(
        Queries.top(
          Queries.sum(RecordedName.container("memory_rss_bytes:sum"), Scope.namespace, by: Queries.application)),
        Queries.applicationLegend)),
  ]

  private static let nodes: [Panel] = [
    .graph(
      "CPU by node", "Share of a node's CPU time that is not idle.", unit: .ratio, width: 12,
      noValue: "no agent reports", .range(Queries.top(NodesBoard.cpuRatio), "{{node}}")),
    .graph(
      "Memory by node", "Share of a node's memory that is not available.", unit: .ratio, width: 12,
      noValue: "no agent reports", .range(Queries.top(NodesBoard.memoryRatio), "{{node}}")),
  ]
}
