// SPDX-License-Identifier: Apache-2.0

/// Who calls whom, as a graph and as a table.
enum ServiceMapBoard {
  static let dashboard = Dashboard(
    uid: DashboardUID.serviceMap, title: "Observability / Service map",
    description: "Connections between applications, and to addresses outside.",
    variables: [.datasource] + DashboardVariable.scopes(.namespace) + [.top],
    rows: [DashboardRow([map]), DashboardRow("Edges", [edges]), DashboardRow("Busiest edges", graphs)],
    annotations: [])

  private static let ends = ["source", "target"]
  private static func touching(_ name: String, _ more: String = "") -> String {
    "\(name){\(Scope.touching)\(more.isEmpty ? "" : ",\(more)")}"
  }

  private static func sum(_ name: String, _ more: String = "", by labels: [String] = ends) -> String {
    PromQL.by(labels, "sum", touching(name, more))
  }

  private static let connects = sum(RecordedName.edge("connects:rate5m"))
  private static let failing =
    "(\(sum(RecordedName.edge("failed_connects:rate5m"))) > 0.01)"

  /// Requests that failed, as a share, where more than one in a hundred did.
  private static let erring =
    "(\(sum(RecordedName.edgeRequests, RequestStatus.failedMatcher)) / \(sum(RecordedName.edgeRequests)) > 0.01)"

  private static let red = "dark-red"
  private static let grey = "#8e8e8e"

  /// One row an edge: `id`, `source`, `target` and `color` are labels, since the panel looks for fields of these names.
  private static func edgeQuery(_ bad: String) -> String {
    let all = PromQL.by(ends, "group", touching(RecordedName.edgeInfo))
    let rate = "(\(connects) or \(all) * 0)"
    let colored =
      PromQL.labeled("(\(rate) and on (source, target) (\(bad)))", "color", red) + " or "
      + PromQL.labeled("(\(rate) unless on (source, target) (\(bad)))", "color", grey)
    let named = PromQL.joined(colored, "id", by: " > ", "source", "target")
    // An edges frame without a row is an error in the panel.
    return "\(named) or on () \(placeholder(["id", "source", "target"]))"
  }

  /// Every end of an edge needs a row of its own; targets count what comes in.
  private static let nodeQuery: String = {
    let all = PromQL.by(ends, "group", touching(RecordedName.edgeInfo))
    let targets = PromQL.by(
      ["id"], "sum", PromQL.relabeled("(\(connects) or \(all) * 0)", "id", "$1", from: "target", "(.+)"))
    let sources = PromQL.by(["id"], "group", PromQL.relabeled(all, "id", "$1", from: "source", "(.+)"))
    return "\(targets) or \(sources) * 0 or on () \(placeholder(["id"]))"
  }()

  private static func placeholder(_ labels: [String]) -> String {
    labels.reduce("vector(0)") { PromQL.labeled($0, $1, "no connections") }
  }

  private static let map = Panel(
    kind: .nodeGraph, title: "Service map",
    description: "Arrows point from client to server; the number is new connections a second. Red arrows fail: more "
      + "than 1 % of requests, or connects that are refused or time out. Addresses outside start with _external.",
    unit: .operationsPerSecond,
    targets: [
      .instant(nodeQuery, refID: "nodes"),
      // Without requests the second half of the condition is nothing, which is right.
      .instant(edgeQuery("\(failing) or \(erring)"), refID: "edges"),
    ], width: 24, height: 18, thresholds: .none, links: [], noValue: "no connections seen", needs: [])

  private static let edges = Panel.table(
    "Edges",
    "One row a pair of applications. Connects are new TCP connections; a client that keeps its connections "
      + "open shows requests and no connects.", height: 12,
    layout: TableLayout(
      labels: ends,
      columns: [
        .init("A", "Requests", .requestsPerSecond),
        .init("B", "Errors", .ratio, .rising(warning: 0.01, critical: 0.05)), .init("C", "p50", .seconds),
        .init("D", "p95", .seconds), .init("E", "p99", .seconds), .init("F", "Connects", .operationsPerSecond),
        .init("G", "Failed connects", .operationsPerSecond, .rising(warning: 0.01, critical: 1)),
        .init("H", "Retransmits", .packetsPerSecond, .rising(warning: 0.5, critical: 5)),
        .init("I", "RTT", .seconds),
      ], sortedBy: "Errors"), noValue: "no connections seen",
    .instant(sum(RecordedName.edgeRequests), refID: "A", needs: [.l7]),
    .instant(
      "(\(sum(RecordedName.edgeRequests, RequestStatus.failedMatcher)) or \(sum(RecordedName.edgeRequests)) * 0) / "
        + "(\(sum(RecordedName.edgeRequests)) > 0)", refID: "B", needs: [.l7]),
    quantile(0.5, "C"), quantile(0.95, "D"), quantile(0.99, "E"), .instant(connects, refID: "F"),
    .instant(sum(RecordedName.edge("failed_connects:rate5m")), refID: "G"),
    .instant(sum(RecordedName.edge("retransmits:rate5m")), refID: "H"),
    .instant(PromQL.by(ends, "avg", touching(RecordedName.edge("rtt_seconds:avg"))), refID: "I", needs: [.ping]))

  private static func quantile(_ quantile: Double, _ refID: String) -> PanelTarget {
    .instant(
      "histogram_quantile(\(quantile), \(sum(RecordedName.edgeLatency, by: ends + ["le"]))) >= 0", refID: refID,
      needs: [.l7])
  }

  private static let graphs: [Panel] = [
    .graph(
      "Requests", "Requests a second of the busiest edges.", unit: .requestsPerSecond, needs: [.l7],
      noValue: "no requests seen", .range(Queries.top(sum(RecordedName.edgeRequests)), "{{source}} > {{target}}")),
    .graph(
      "Failed requests", "Requests a second that failed.", unit: .requestsPerSecond, needs: [.l7],
      noValue: "no failed requests",
      .range(
        Queries.top(sum(RecordedName.edgeRequests, RequestStatus.failedMatcher)), "{{source}} > {{target}}")),
    .graph(
      "Failed connects", "Connects a second that were refused or timed out.", unit: .operationsPerSecond,
      noValue: "no failed connects",
      .range(Queries.top(sum(RecordedName.edge("failed_connects:rate5m"))), "{{source}} > {{target}}")),
  ]
}
