// SPDX-License-Identifier: Apache-2.0

/// The lower half of the application dashboard.
enum ApplicationResources {
  private static let perPod = ["namespace", "application", "pod", "node"]
  private static let scope = Scope.application

  private static func pods(_ metric: String, by labels: [String] = ["pod"]) -> String {
    Queries.sum(RecordedName.container(metric), scope, by: labels)
  }

  static let instances = Panel.table(
    "Instances", "One row a pod, or a container of a node.", height: 8,
    layout: TableLayout(
      labels: perPod,
      columns: [
        .init("A", "CPU cores", .short), .init("B", "CPU delay", .ratio, .rising(warning: 0.1, critical: 0.5)),
        .init("C", "Memory", .bytes), .init("D", "Restarts, 5 min", .none, .rising(warning: 1, critical: 5)),
      ], sortedBy: "CPU cores"), noValue: "no containers reported",
    .instant(pods("cpu_usage_seconds:rate5m", by: perPod), refID: "A"),
    .instant(pods("cpu_delay_seconds:rate5m", by: perPod), refID: "B"),
    .instant(pods("memory_rss_bytes:sum", by: perPod), refID: "C"),
    .instant("round(\(pods("restarts:increase5m", by: perPod)))", refID: "D"))

  static let cpu: [Panel] = [
    .graph(
      "CPU usage and limit", "Cores used by pod, and the sum of limits where containers have one.", unit: .short,
      width: 6, noValue: "no containers reported", .range(pods("cpu_usage_seconds:rate5m"), "{{pod}}"),
      .range(
        Queries.sum(RecordedName.container("cpu_limit_cores:sum"), scope, by: ["application"]),
        "{{application}} limit")),
    .graph(
      "CPU delay", "Seconds a second that threads waited for a CPU: the node is short of it.", unit: .short, width: 6,
      noValue: "no containers reported", .range(pods("cpu_delay_seconds:rate5m"), "{{pod}}")),
    .graph(
      "CPU throttling", "Seconds a second that the limit held containers back: the limit is short.", unit: .short,
      width: 6, noValue: "no containers reported", .range(pods("cpu_throttled_seconds:rate5m"), "{{pod}}")),
    .graph(
      "Pressure", "Share of time that at least one thread waited for CPU, memory or disk (PSI, cgroup v2).",
      unit: .ratio, width: 6, noValue: "the nodes have no PSI",
      .range(pods("cpu_pressure_seconds:rate5m", by: ["application"]), "{{application}} cpu"),
      .range(pods("memory_pressure_seconds:rate5m", by: ["application"]), "{{application}} memory"),
      .range(pods("io_pressure_seconds:rate5m", by: ["application"]), "{{application}} io")),
  ]

  static let memory: [Panel] = [
    .graph(
      "Resident memory", "Memory by pod without page cache, and the sum of limits where containers have one.",
      unit: .bytes, noValue: "no containers reported", .range(pods("memory_rss_bytes:sum"), "{{pod}}"),
      .range(
        Queries.sum(RecordedName.container("memory_limit_bytes:sum"), scope, by: ["application"]),
        "{{application}} limit")),
    .graph(
      "Page cache", "Memory that holds contents of files; given back under pressure.", unit: .bytes,
      noValue: "no containers reported", .range(pods("memory_cache_bytes:sum"), "{{pod}}")),
    .graph(
      "OOM kills",
      "Processes that the kernel killed for memory, in five minutes. The agent reports a container from its "
        + "first kill on.", unit: .none, noValue: "no OOM kill yet", .range(pods("oom_kills:increase5m"), "{{pod}}")),
  ]

  static let disks: [Panel] = [
    .graph(
      "Volume use", "Share of each mounted volume that is used.", unit: .ratio, noValue: "no volumes reported",
      .range(
        "\(pods("disk_used_bytes:sum", by: ["pod", "mount_point"])) / "
          + "\(pods("disk_size_bytes:sum", by: ["pod", "mount_point"]))", "{{pod}} {{mount_point}}")),
    .graph(
      "Throughput", "Bytes read and written a second.", unit: .bytesPerSecond, noValue: "no volumes reported",
      .range(pods("disk_read_bytes:rate5m"), "{{pod}} read"),
      .range(pods("disk_written_bytes:rate5m"), "{{pod}} written")),
    .graph(
      "Disk delay", "Seconds a second that processes waited for disks.", unit: .short, needs: [.diskDelay],
      noValue: "no containers reported", .range(pods("disk_delay_seconds:rate5m"), "{{pod}}")),
  ]

  private static func edge(_ metric: String) -> String {
    Queries.top(Queries.sum(RecordedName.edge(metric), Scope.outbound, by: ["target"]))
  }

  static let connections: [Panel] = [
    .table(
      "Clients", "Who connects to the application.", width: 6, height: 8,
      layout: TableLayout(labels: ["source"], columns: [.init("A", "Connections", .none)], sortedBy: "Connections"),
      noValue: "no connections seen",
      .instant(
        Queries.sum(
          RecordedName.edge("active_connections:sum"),
          Scope.object + #",target_namespace=~"$namespace",target_application=~"$application""#, by: ["source"]),
        refID: "A")),
    .graph(
      "Open connections by target", "TCP connections that are open now.", unit: .none, width: 6,
      noValue: "no connections seen", .range(edge("active_connections:sum"), "{{target}}")),
    .graph(
      "Failed connects by target", "Connects a second that were refused or timed out.", unit: .operationsPerSecond,
      width: 6, noValue: "no failed connects", .range(edge("failed_connects:rate5m"), "{{target}}")),
    .graph(
      "Retransmits by target", "TCP segments a second that were sent again: packets are lost on the way.",
      unit: .packetsPerSecond, width: 6, noValue: "no retransmits", .range(edge("retransmits:rate5m"), "{{target}}")),
  ]

  static let dns: [Panel] = [
    .graph(
      "DNS queries", "Queries a second by type.", unit: .requestsPerSecond, needs: [.l7],
      noValue: "no DNS queries seen",
      .range(Queries.sum(RecordedName.dnsRequests, scope, by: ["request_type"]), "{{request_type}}")),
    .graph(
      "DNS errors", "Queries a second without an address as answer. `nxdomain` is usual with search domains.",
      unit: .requestsPerSecond, needs: [.l7], noValue: "no failed DNS queries",
      .range(
        Queries.sum(RecordedName.dnsRequests, scope + "," + RequestStatus.dnsFailedMatcher, by: ["status"]),
        "{{status}}")),
    .graph(
      "DNS latency", "Half and 95 % of queries are answered within these times.", unit: .seconds, needs: [.l7],
      noValue: "no DNS queries seen",
      .range(Queries.quantile(0.5, RecordedName.dnsLatency, scope, by: ["application"]), "{{application}} p50"),
      .range(Queries.quantile(0.95, RecordedName.dnsLatency, scope, by: ["application"]), "{{application}} p95")),
  ]

  static let logs: [Panel] = [
    .graph(
      "Log messages by level", "Lines a second, by the level that the agent reads out of them.",
      unit: .operationsPerSecond,
      width: 24, isStacked: true, needs: [.logMetrics], noValue: "no log messages counted",
      .range(Queries.sum(RecordedName.logMessages, scope, by: ["level"]), "{{level}}"))
  ]
}
