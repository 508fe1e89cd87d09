// SPDX-License-Identifier: Apache-2.0

/// Resources of nodes, by the name of the node instead of the agent's `instance`.
struct NodeRules {
  let selector: ObjectSelector
  let signals: Set<Signal>

  private static let key = RecordedLabels.object + ["instance"]
  private static let node = RecordedLabels.object + ["node"]

  private static let rates: [(name: String, source: String, labels: [String])] = [
    ("cpu_seconds", "node_resources_cpu_usage_seconds_total", ["mode"]),
    ("disk_read_bytes", "node_resources_disk_read_bytes_total", ["device"]),
    ("disk_written_bytes", "node_resources_disk_written_bytes_total", ["device"]),
    ("disk_io_seconds", "node_resources_disk_io_time_seconds_total", ["device"]),
    ("net_received_bytes", "node_net_received_bytes_total", ["interface"]),
    ("net_transmitted_bytes", "node_net_transmitted_bytes_total", ["interface"]),
  ]
  private static let gauges: [(name: String, source: String, labels: [String])] = [
    ("cpu_cores", "node_resources_cpu_logical_cores", []),
    ("memory_total_bytes", "node_resources_memory_total_bytes", []),
    ("memory_available_bytes", "node_resources_memory_available_bytes", []),
    ("memory_cached_bytes", "node_resources_memory_cached_bytes", []),
    ("net_interface_up", "node_net_interface_up", ["interface"]),
    ("uptime_seconds", "node_uptime_seconds", []),
    ("agent_version", "node_agent_info", ["version"]),
  ]
  private static let gpu: [(name: String, source: String, labels: [String])] = [
    ("gpu_utilization_percent", "node_resources_gpu_utilization_percent_avg", ["gpu_uuid"]),
    ("gpu_utilization_peak_percent", "node_resources_gpu_utilization_percent_peak", ["gpu_uuid"]),
    ("gpu_memory_used_bytes", "node_resources_gpu_memory_used_bytes", ["gpu_uuid"]),
    ("gpu_memory_total_bytes", "node_resources_gpu_memory_total_bytes", ["gpu_uuid"]),
    ("gpu_temperature_celsius", "node_resources_gpu_temperature_celsius", ["gpu_uuid"]),
    ("gpu_power_watts", "node_resources_gpu_power_usage_watts", ["gpu_uuid"]),
    ("gpu_info", "node_gpu_info", ["gpu_uuid", "name", "driver_version"]),
  ]

  var rules: [Rule] {
    [.record(RecordedName.nodeInfo, info)]
      + Self.rates.map { named($0.name + ":rate5m", selector.rate($0.source, by: Self.key + $0.labels), $0.labels) }
      + (Self.gauges + (signals.contains(.gpu) ? Self.gpu : [])).map { metric in
        named(
          metric.name + ":sum", PromQL.by(Self.key + metric.labels, "sum", selector(metric.source)), metric.labels)
      } + [agentLag]
  }

  /// The agent of each node; two agents that report one host name are two rows.
  private var info: String {
    PromQL.by(
      Self.key + ["node", "kernel_version"], "group",
      PromQL.relabeled(selector("node_info"), "node", "$1", from: "hostname", "(.+)"))
  }

  private func named(_ name: String, _ vector: String, _ labels: [String]) -> Rule {
    .record(
      RecordedName.node(name),
      PromQL.by(
        Self.node + labels, "sum",
        "\(vector) * on (observability, cluster, instance) group_left (node) "
          + PromQL.by(Self.key + ["node"], "max", selector(RecordedName.nodeInfo))))
  }

  /// How old the newest sample of each agent is, for six hours after the last. By push it grows while the agent cannot
  /// deliver, and falls to nothing once it has.
  private var agentLag: Rule {
    .record(
      RecordedName.node("agent_lag_seconds"),
      "time() - "
        + PromQL.by(
          Self.node, "max",
          // Only of a plain selector `timestamp` is the sample's own.
          "max_over_time("
            + PromQL.relabeled("timestamp(\(selector("node_info")))", "node", "$1", from: "hostname", "(.+)")
            + "[6h:1m])"))
  }
}
