// SPDX-License-Identifier: Apache-2.0

/// TCP between applications, nodes and the world.
enum NetworkBoard {
  private static let outbound = Scope.object + #",source_namespace=~"$namespace""#
  private static let external = outbound + ",target_namespace=\"\(NamingRules.externalNamespace)\""
  private static let ends = ["source", "target"]

  private static func sum(_ metric: String, by labels: [String], _ scope: String = outbound) -> String {
    Queries.sum(RecordedName.edge(metric), scope, by: labels)
  }

  static let dashboard = Dashboard(
    uid: DashboardUID.network, title: "Observability / Network",
    description: "TCP connects, failures, retransmissions and round-trip times.",
    variables: [.datasource] + DashboardVariable.scopes(.namespace) + [.top],
    rows: [
      DashboardRow(stats), DashboardRow("Connects", connects), DashboardRow("Quality", quality),
      DashboardRow("Traffic", traffic), DashboardRow("Outside of the observed nodes", [destinations]),
    ], annotations: [])

  private static let stats: [Panel] = [
    .stat(
      "Connects", "TCP connections opened a second.", unit: .operationsPerSecond, noValue: "no connections seen",
      sum("connects:rate5m", by: [])),
    .stat(
      "Failed connects", "Connects a second that were refused or timed out.", unit: .operationsPerSecond,
      thresholds: .rising(warning: 0.1, critical: 5), noValue: "none",
      "\(sum("failed_connects:rate5m", by: [])) or vector(0)"),
    .stat(
      "Retransmits", "TCP segments a second that were sent again.", unit: .packetsPerSecond,
      thresholds: .rising(warning: 1, critical: 20), noValue: "none",
      "\(sum("retransmits:rate5m", by: [])) or vector(0)"),
    .stat(
      "Open connections", "TCP connections that are open now.", unit: .none, noValue: "no connections seen",
      sum("active_connections:sum", by: [])),
    .stat(
      "Mean connect time", "From the first packet of a connect to its end.", unit: .seconds,
      thresholds: .rising(warning: 0.1, critical: 1), noValue: "no connections seen",
      "\(sum("connect_seconds:rate5m", by: [])) / (\(sum("connects:rate5m", by: [])) > 0)"),
    .stat(
      "Mean RTT", "Mean round-trip time over all pairs.", unit: .seconds,
      thresholds: .rising(warning: 0.01, critical: 0.1), needs: [.ping], noValue: "no round-trip times",
      "avg(\(RecordedName.edge("rtt_seconds:avg")){\(outbound)})"),
  ]

  private static let connects: [Panel] = [
    .graph(
      "Connects by application", "TCP connections opened a second.", unit: .operationsPerSecond,
      noValue: "no connections seen", .range(Queries.top(sum("connects:rate5m", by: ["source"])), "{{source}}")),
    .graph(
      "Failed connects", "Connects a second that were refused or timed out.", unit: .operationsPerSecond,
      noValue: "no failed connects",
      .range(Queries.top(sum("failed_connects:rate5m", by: ends)), "{{source}} > {{target}}")),
    .graph(
      "Mean connect time", "From the first packet of a connect to its end.", unit: .seconds,
      noValue: "no connections seen",
      .range(
        Queries.top("\(sum("connect_seconds:rate5m", by: ends)) / (\(sum("connects:rate5m", by: ends)) > 0)"),
        "{{source}} > {{target}}")),
  ]

  private static let quality: [Panel] = [
    .graph(
      "Retransmits", "TCP segments a second that were sent again: packets are lost on the way.",
      unit: .packetsPerSecond, noValue: "no retransmits",
      .range(Queries.top(sum("retransmits:rate5m", by: ends)), "{{source}} > {{target}}")),
    .graph(
      "RTT by node", "Mean round-trip time from the pods of a node.", unit: .seconds, needs: [.ping],
      noValue: "no round-trip times",
      .range(Queries.top("avg by (node) (\(RecordedName.edge("rtt_seconds:avg")){\(outbound)})"), "{{node}}")),
    .graph(
      "RTT by zone", "Mean round-trip time from the pods of a zone; `unknown` where the node tells none.",
      unit: .seconds, needs: [.ping], noValue: "no round-trip times",
      .range("avg by (zone) (\(RecordedName.edge("rtt_seconds:avg")){\(outbound)})", "{{zone}}")),
  ]

  private static let traffic: [Panel] = [
    .graph(
      "Sent by application", "Bytes sent a second over connections that the application opened.", unit: .bytesPerSecond,
      width: 12, needs: [.l7], noValue: "no bytes counted",
      .range(Queries.top(sum("bytes_sent:rate5m", by: ["source"])), "{{source}}")),
    .graph(
      "Received by application", "Bytes received a second over connections that the application opened.",
      unit: .bytesPerSecond, width: 12, needs: [.l7], noValue: "no bytes counted",
      .range(Queries.top(sum("bytes_received:rate5m", by: ["source"])), "{{source}}")),
  ]

  private static let destinations = Panel.table(
    "External destinations",
    "Addresses that no observed container listens at: public hosts, and nodes without an agent. "
      + "`spec.nodeAgent.trackPublicNetworks` limits which public networks are shown.",
    layout: TableLayout(
      labels: ends,
      columns: [
        .init("A", "Connects", .operationsPerSecond), .init("B", "Failed connects", .operationsPerSecond),
        .init("C", "Open", .none), .init("D", "Sent", .bytesPerSecond), .init("E", "Received", .bytesPerSecond),
      ], sortedBy: "Connects"), noValue: "no external destinations",
    .instant(sum("connects:rate5m", by: ends, external), refID: "A"),
    .instant(sum("failed_connects:rate5m", by: ends, external), refID: "B"),
    .instant(sum("active_connections:sum", by: ends, external), refID: "C"),
    .instant(sum("bytes_sent:rate5m", by: ends, external), refID: "D", needs: [.l7]),
    .instant(sum("bytes_received:rate5m", by: ends, external), refID: "E", needs: [.l7]))
}
