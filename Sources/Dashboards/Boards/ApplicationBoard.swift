// SPDX-License-Identifier: Apache-2.0

/// One application, from its requests down to its disks.
enum ApplicationBoard {
  static let dashboard = Dashboard(
    uid: DashboardUID.application, title: "Observability / Application",
    description: "Requests in and out, instances, CPU, memory, disks, connections, DNS and log messages.",
    variables: [.datasource] + DashboardVariable.scopes(.application) + [.top],
    rows: [
      DashboardRow(stats), DashboardRow("Inbound", inbound), DashboardRow("Outbound", outbound),
      DashboardRow("Instances", [ApplicationResources.instances]),
      DashboardRow("CPU", isCollapsed: true, ApplicationResources.cpu),
      DashboardRow("Memory", isCollapsed: true, ApplicationResources.memory),
      DashboardRow("Disks", isCollapsed: true, ApplicationResources.disks),
      DashboardRow("Connections", isCollapsed: true, ApplicationResources.connections),
      DashboardRow("DNS", isCollapsed: true, ApplicationResources.dns),
      DashboardRow("Log messages", isCollapsed: true, ApplicationResources.logs),
    ], annotations: [.restarts(Scope.application), .versions(Scope.application)])

  private static let stats: [Panel] = [
    .stat(
      "Requests", "Requests received a second.", unit: .requestsPerSecond, needs: [.l7], noValue: "no requests seen",
      Queries.sum(RecordedName.inboundRequests, Scope.application, by: [])),
    .stat(
      "Errors", "Share of received requests that failed.", unit: .ratio,
      thresholds: .rising(warning: 0.01, critical: 0.05), needs: [.l7], noValue: "no requests seen",
      Queries.errorRatio(RecordedName.inboundRequests, Scope.application, by: [])),
    .stat(
      "Latency p95", "95 % of received requests are answered within this time.", unit: .seconds,
      thresholds: .rising(warning: 0.5, critical: 2), needs: [.l7], noValue: "no requests seen",
      Queries.quantile(0.95, RecordedName.inboundLatency, Scope.application, by: [])),
    .stat(
      "Instances", "Pods, or containers of a node, that run now.", unit: .none, noValue: "no containers reported",
      "count(count by (cluster, namespace, application, pod, node) "
        + "(\(RecordedName.containerInfo){\(Scope.application)}))"),
    .stat(
      "CPU", "CPU time used, in cores.", unit: .short, noValue: "no containers reported",
      Queries.sum(RecordedName.container("cpu_usage_seconds:rate5m"), Scope.application, by: [])),
    .stat(
      "Memory", "Resident memory without page cache.", unit: .bytes, noValue: "no containers reported",
      Queries.sum(RecordedName.container("memory_rss_bytes:sum"), Scope.application, by: [])),
  ]

  private static let inbound: [Panel] = [
    .graph(
      "Requests by protocol", "Requests received a second. TLS is read where the program's library is known.",
      unit: .requestsPerSecond, width: 6, isStacked: true, needs: [.l7], noValue: "no requests seen",
      .range(Queries.sum(RecordedName.inboundRequests, Scope.application, by: ["protocol"]), "{{protocol}}")),
    .graph(
      "Requests by status", "Requests received a second, by outcome.", unit: .requestsPerSecond, width: 6,
      isStacked: true, needs: [.l7], noValue: "no requests seen",
      .range(
        Queries.sum(RecordedName.inboundRequests, Scope.application, by: ["protocol", "status"]),
        "{{protocol}} {{status}}")),
    .graph(
      "Error ratio", "Share of received requests that failed.", unit: .ratio, width: 6, needs: [.l7],
      noValue: "no requests seen",
      .range(Queries.errorRatio(RecordedName.inboundRequests, Scope.application, by: ["protocol"]), "{{protocol}}")),
    .graph(
      "Latency", "Half, 95 % and 99 % of received requests are answered within these times. HTTP and gRPC are one.",
      unit: .seconds, width: 6, needs: [.l7], noValue: "no requests seen",
      .range(
        Queries.quantile(0.5, RecordedName.inboundLatency, Scope.application, by: ["protocol"]), "{{protocol}} p50"),
      .range(
        Queries.quantile(0.95, RecordedName.inboundLatency, Scope.application, by: ["protocol"]), "{{protocol}} p95"),
      .range(
        Queries.quantile(0.99, RecordedName.inboundLatency, Scope.application, by: ["protocol"]), "{{protocol}} p99")),
  ]

  private static let outbound: [Panel] = [
    .graph(
      "Requests by target", "Requests sent a second, by what they go to.", unit: .requestsPerSecond, needs: [.l7],
      noValue: "no requests sent",
      .range(
        Queries.top(Queries.sum(RecordedName.edgeRequests, Scope.outbound, by: ["target", "protocol"])),
        "{{target}} {{protocol}}")),
    .graph(
      "Error ratio by target", "Share of sent requests that failed.", unit: .ratio, needs: [.l7],
      noValue: "no requests sent",
      .range(
        Queries.top(Queries.errorRatio(RecordedName.edgeRequests, Scope.outbound, by: ["target", "protocol"])),
        "{{target}} {{protocol}}")),
    .graph(
      "Latency p95 by target", "95 % of sent requests are answered within this time, as the client sees it.",
      unit: .seconds, needs: [.l7], noValue: "no requests sent",
      .range(
        Queries.top(Queries.quantile(0.95, RecordedName.edgeLatency, Scope.outbound, by: ["target", "protocol"])),
        "{{target}} {{protocol}}")),
  ]
}
