// SPDX-License-Identifier: Apache-2.0

/// NVIDIA GPUs by node, and by what uses them.
enum GPUBoard {
  private static let perGPU = ["node", "gpu_uuid"]

  private static func sum(_ metric: String) -> String {
    Queries.sum(RecordedName.node(metric), Scope.object, by: perGPU)
  }

  static let dashboard = Dashboard(
    uid: DashboardUID.gpu, title: "Observability / GPU", description: "Use, memory, temperature and power of GPUs.",
    variables: [.datasource] + DashboardVariable.scopes(.cluster) + [.top],
    rows: [DashboardRow(stats), DashboardRow("GPUs", gpus), DashboardRow("Applications", applications)],
    annotations: [])

  private static let stats: [Panel] = [
    .stat(
      "GPUs", "GPUs that the driver reports.", unit: .none, needs: [.gpu], noValue: "no GPU reported",
      "count(\(RecordedName.node("gpu_info:sum")){\(Scope.object)})"),
    .stat(
      "Utilization", "Mean use of all GPUs.", unit: .percent, needs: [.gpu], noValue: "no GPU reported",
      "avg(\(RecordedName.node("gpu_utilization_percent:sum")){\(Scope.object)})"),
    .stat(
      "Memory", "Share of all GPU memory that is used.", unit: .ratio,
      thresholds: .rising(warning: 0.8, critical: 0.95), needs: [.gpu], noValue: "no GPU reported",
      "sum(\(RecordedName.node("gpu_memory_used_bytes:sum")){\(Scope.object)}) / "
        + "sum(\(RecordedName.node("gpu_memory_total_bytes:sum")){\(Scope.object)})"),
    .stat(
      "Hottest", "The highest temperature.", unit: .celsius, thresholds: .rising(warning: 75, critical: 90),
      needs: [.gpu], noValue: "no GPU reported",
      "max(\(RecordedName.node("gpu_temperature_celsius:sum")){\(Scope.object)})"),
    .stat(
      "Power", "Power of all GPUs together.", unit: .watts, needs: [.gpu], noValue: "no GPU reported",
      "sum(\(RecordedName.node("gpu_power_watts:sum")){\(Scope.object)})"),
  ]

  private static let gpus: [Panel] = [
    .graph(
      "Utilization", "Mean and peak use between two scrapes.", unit: .percent, needs: [.gpu],
      noValue: "no GPU reported", .range(sum("gpu_utilization_percent:sum"), "{{node}} {{gpu_uuid}} mean"),
      .range(sum("gpu_utilization_peak_percent:sum"), "{{node}} {{gpu_uuid}} peak")),
    .graph(
      "Memory used", "Memory of each GPU that is used.", unit: .bytes, needs: [.gpu], noValue: "no GPU reported",
      .range(sum("gpu_memory_used_bytes:sum"), "{{node}} {{gpu_uuid}}")),
    .graph(
      "Temperature", "Temperature of each GPU.", unit: .celsius, needs: [.gpu], noValue: "no GPU reported",
      .range(sum("gpu_temperature_celsius:sum"), "{{node}} {{gpu_uuid}}")),
  ]

  private static func application(_ metric: String) -> PanelTarget {
    .range(
      Queries.top(Queries.sum(RecordedName.container(metric), Scope.object, by: Queries.application)),
      Queries.applicationLegend)
  }

  private static let applications: [Panel] = [
    .graph(
      "GPU use by application", "Share of GPUs that applications use; 100 is one whole GPU.", unit: .percent, width: 12,
      needs: [.gpu], links: [.applicationOfSeries], noValue: "no application uses a GPU",
      application("gpu_usage_percent:sum")),
    .graph(
      "GPU memory by application", "Share of GPU memory that applications use; 100 is the memory of one whole GPU.",
      unit: .percent, width: 12, needs: [.gpu], links: [.applicationOfSeries], noValue: "no application uses a GPU",
      application("gpu_memory_percent:sum")),
  ]
}
