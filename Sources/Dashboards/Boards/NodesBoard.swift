// SPDX-License-Identifier: Apache-2.0

/// CPU, memory, disks and interfaces of the observed nodes.
enum NodesBoard {
  private static let perNode = ["cluster", "node"]
  private static let node = Scope.object + #",node=~"$node""#

  static let cpuRatio = ratio(
    busy: "\(RecordedName.node("cpu_seconds:rate5m")){\(Scope.object),mode!=\"idle\"}",
    all: "\(RecordedName.node("cpu_seconds:rate5m")){\(Scope.object)}")
  static let memoryRatio = memory(Scope.object)

  private static func ratio(busy: String, all: String) -> String {
    "\(PromQL.by(perNode, "sum", busy)) / \(PromQL.by(perNode, "sum", all))"
  }
  private static func memory(_ scope: String) -> String {
    "1 - " + PromQL.by(perNode, "sum", "\(RecordedName.node("memory_available_bytes:sum")){\(scope)}") + " / "
      + PromQL.by(perNode, "sum", "\(RecordedName.node("memory_total_bytes:sum")){\(scope)}")
  }
  private static func sum(_ metric: String, _ labels: [String] = perNode) -> String {
    Queries.sum(RecordedName.node(metric), node, by: labels)
  }

  static let dashboard = Dashboard(
    uid: DashboardUID.nodes, title: "Observability / Nodes",
    description: "What the agents measure of their nodes.",
    variables: [.datasource] + DashboardVariable.scopes(.cluster) + [nodeVariable],
    rows: [
      DashboardRow(stats), DashboardRow("Nodes", [table]), DashboardRow("CPU and memory", resources),
      DashboardRow("Disks and interfaces", devices),
    ], annotations: [])

  private static let nodeVariable = DashboardVariable(
    name: "node", label: "Node",
    source: .labelValues(series: "\(RecordedName.nodeInfo){\(Scope.object)}", label: "node"), allValue: ".+")

  private static let stats: [Panel] = [
    .stat(
      "Nodes", "Nodes whose agent's series are current.", unit: .none, noValue: "no agent reports",
      "count(\(sum("uptime_seconds:sum")))"),
    .stat(
      "Cores", "Logical CPUs of the chosen nodes.", unit: .none, noValue: "no agent reports",
      "sum(\(RecordedName.node("cpu_cores:sum")){\(node)})"),
    .stat(
      "CPU", "Share of CPU time that is not idle.", unit: .ratio, thresholds: .rising(warning: 0.7, critical: 0.9),
      noValue: "no agent reports",
      "sum(\(RecordedName.node("cpu_seconds:rate5m")){\(node),mode!=\"idle\"}) / "
        + "sum(\(RecordedName.node("cpu_seconds:rate5m")){\(node)})"),
    .stat(
      "Memory", "Share of memory that is not available.", unit: .ratio,
      thresholds: .rising(warning: 0.8, critical: 0.95), noValue: "no agent reports",
      "1 - sum(\(RecordedName.node("memory_available_bytes:sum")){\(node)}) / "
        + "sum(\(RecordedName.node("memory_total_bytes:sum")){\(node)})"),
    .stat(
      "Youngest node", "The shortest time since a boot.", unit: .seconds,
      thresholds: .atLeast(600), noValue: "no agent reports",
      "min(\(RecordedName.node("uptime_seconds:sum")){\(node)})"),
    .stat(
      "Interfaces down", "Network interfaces that are down.", unit: .none, noValue: "no agent reports",
      "count(\(RecordedName.node("net_interface_up:sum")){\(node)} == 0) or vector(0)"),
  ]

  private static let table = Panel.table(
    "Nodes", "One row a node. Memory is about 2 % low: the agent counts a kB as 1,000 bytes.", height: 9,
    layout: TableLayout(
      labels: perNode,
      columns: [
        .init("A", "CPU", .ratio, .rising(warning: 0.7, critical: 0.9)),
        .init("B", "Memory", .ratio, .rising(warning: 0.8, critical: 0.95)), .init("C", "Cores", .none),
        .init("D", "Received", .bytesPerSecond), .init("E", "Sent", .bytesPerSecond),
        .init("F", "Disk busy", .ratio, .rising(warning: 0.7, critical: 0.95)), .init("G", "Uptime", .seconds),
      ], sortedBy: "CPU"), noValue: "no agent reports",
    .instant(
      ratio(
        busy: "\(RecordedName.node("cpu_seconds:rate5m")){\(node),mode!=\"idle\"}",
        all: "\(RecordedName.node("cpu_seconds:rate5m")){\(node)}"), refID: "A"),
    .instant(memory(node), refID: "B"), .instant(sum("cpu_cores:sum"), refID: "C"),
    .instant(sum("net_received_bytes:rate5m"), refID: "D"),
    .instant(sum("net_transmitted_bytes:rate5m"), refID: "E"),
    .instant(PromQL.by(perNode, "max", "\(RecordedName.node("disk_io_seconds:rate5m")){\(node)}"), refID: "F"),
    .instant(sum("uptime_seconds:sum"), refID: "G"))

  private static let resources: [Panel] = [
    .graph(
      "CPU by mode", "Cores by what they were used for. `steal` is time that the hypervisor gave to others.",
      unit: .short, isStacked: true, noValue: "no agent reports",
      .range(
        PromQL.by(["mode"], "sum", "\(RecordedName.node("cpu_seconds:rate5m")){\(node),mode!=\"idle\"}"), "{{mode}}")),
    .graph(
      "Memory available", "Memory that new processes can have without swapping.", unit: .bytes,
      noValue: "no agent reports", .range(sum("memory_available_bytes:sum"), "{{node}}")),
    .graph(
      "Page cache", "Memory that holds contents of files.", unit: .bytes, noValue: "no agent reports",
      .range(sum("memory_cached_bytes:sum"), "{{node}}")),
  ]

  private static let devices: [Panel] = [
    .graph(
      "Disk throughput", "Bytes read and written by device.", unit: .bytesPerSecond,
      noValue: "no disks reported",
      .range(sum("disk_read_bytes:rate5m", perNode + ["device"]), "{{node}} {{device}} read"),
      .range(sum("disk_written_bytes:rate5m", perNode + ["device"]), "{{node}} {{device}} written")),
    .graph(
      "Disk busy", "Share of time that a device worked on requests.", unit: .ratio, noValue: "no disks reported",
      .range(sum("disk_io_seconds:rate5m", perNode + ["device"]), "{{node}} {{device}}")),
    .graph(
      "Network", "Bytes received and sent, over all interfaces of a node.", unit: .bytesPerSecond,
      noValue: "no interfaces reported", .range(sum("net_received_bytes:rate5m"), "{{node}} received"),
      .range(sum("net_transmitted_bytes:rate5m"), "{{node}} sent")),
  ]
}
