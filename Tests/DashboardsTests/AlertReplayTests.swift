// SPDX-License-Identifier: Apache-2.0

import Dashboards
import Glibc
import JSON
import LocalServers
import Testing

/// The alerts, evaluated by a real vmalert over a healthy hour and one with faults.
@Suite(
  .enabled(
    if: VictoriaMetricsProcess.program != nil && Tools.vmalert != nil,
    "victoria-metrics or vmalert is not installed (apt-get install victoria-metrics)"), .timeLimit(.minutes(5)))
struct AlertReplayTests {
  /// The minute after the faults begin by which each alert must fire: what it holds for, the window of its rates, and for
  /// the agent that falls silent after twenty minutes, those.
  private static let deadlines: [String: Double] = [
    "AgentsMissing": 18, "AgentsSilent": 45, "SpoolGrowing": 45, "SpoolAlmostFull": 55, "AgentMemoryHigh": 18,
    "AgentRestarting": 55, "NodesIneligible": 33, "SeriesAboveLimit": 45, "BackendUnreachable": 8, "NotReady": 33,
    "GatewayQueueFilling": 18, "GatewayLosesData": 12, "OperatorNotLeading": 8, "ReconcileErrors": 22,
    "ReconcileStuck": 8, "ApplicationErrors": 18, "ApplicationSlow": 18, "ApplicationDNSErrors": 18,
    "ApplicationOOMKilled": 10, "ApplicationRestarting": 55,
  ]

  @Test("Every alert fires in the faulty hour within its time, and none in the healthy one")
  func replay() async throws {
    let signals = Set(Signal.allCases)
    let vmalert = try #require(Tools.vmalert)
    try await MetricsStore.with(try Scenario(signals: signals).series) { store in
      try await store.evaluate(RecordingCatalog(object: Platform.object, signals: signals).groups)
      let healthy = try await store.value("sum(observability:agent_series:count)", at: Clock.fault - 60)
      let inputs = AlertInputs(
        object: Platform.object, namespace: "cozy-coroot", signals: signals, spoolBytes: 13_000_000,
        interval: Int64(Clock.step), seriesLimit: Int64(healthy) + Int64(Platform.burstSize) / 2,
        watchesApplications: true)
      let groups = AlertCatalog.groups(inputs) + AlertCatalog.operatorGroups()
      let folder = try LocalFolder()
      defer { folder.remove() }
      let (code, output) = try await vmalert.run(
        [
          "-rule=\(try folder.write("alerts.yaml", Tools.ruleFile(groups)))", "-datasource.url=http://\(store.host)",
          "-remoteWrite.url=http://\(store.host)", "-remoteWrite.flushInterval=200ms", "-replay.rulesDelay=0s",
          "-replay.timeFrom=\(Clock.text(0))", "-replay.timeTo=\(Clock.text(Clock.end))",
          "-replay.disableProgressBar", "-datasource.queryStep=1m", "-loggerLevel=WARN",
        ], in: folder)
      #expect(code == 0, "\(output)")
      try await store.flush()
      let fired = try await store.firing()
      var table = "| alert | for | fires after | silent in the healthy hour |\n|---|---|---|---|\n"
      for rule in groups.flatMap(\.rules) {
        guard case .alert(let alert) = rule.outcome else { continue }
        let times = fired[alert.name] ?? []
        let early = times.filter { $0 < Clock.fault }
        let late = times.filter { $0 >= Clock.fault }.min().map { ($0 - Clock.fault) / 60 }
        let deadline = try #require(Self.deadlines[String(alert.name.dropFirst("Observability".count))])
        #expect(early.isEmpty, "\(alert.name) fires in the healthy hour, from second \(early.min() ?? 0)")
        #expect((late ?? .infinity) <= deadline, "\(alert.name) fires after \(late.map { "\($0)" } ?? "never")")
        table += "| \(alert.name) | \(alert.hold) | \(late.map { "\($0) min" } ?? "never") | \(early.isEmpty) |\n"
      }
      let spooling = try await store.instant(
        #"ALERTS{alertname="ObservabilitySpoolGrowing",alertstate="firing"}"#)
      let nodes = Set(spooling.compactMap { $0.labels["node"] })
      #expect(nodes.contains("node-c") && nodes.isDisjoint(with: ["node-a", "node-b", "rec-a", "rec-b"]), "\(nodes)")
      if getenv("DASHBOARD_REPORT") != nil { print(table) }
    }
  }

  @Test("A storage that never had the object's series does not miss its agents")
  func otherStorage() async throws {
    let inputs = AlertInputs(object: Platform.object, namespace: "cozy-coroot", signals: [.l7], spoolBytes: 1)
    let rules = AlertCatalog.groups(inputs).flatMap(\.rules).filter {
      "\($0.outcome)".contains("AgentsSilent") || "\($0.outcome)".contains("Spool")
    }
    #expect(rules.count == 3)
    try await MetricsStore.with(Platform(signals: []).operatorSeries) { store in
      let agents = try await store.instant("observability_agents")
      #expect(agents.count == 4)
      for rule in rules {
        let answer = try await store.instant(rule.expression)
        #expect(answer.isEmpty, "\(rule.expression)")
      }
    }
  }
}

extension MetricsStore {
  /// The single number that a query gives.
  func value(_ expression: String, at second: Double) async throws -> Double {
    let answer = try await raw("/api/v1/query", expression, "&time=\(Int(Clock.start + second))")
    return try #require(answer.first?["value"]?.array?.last?.string.flatMap(Double.init))
  }

  /// The seconds at which alerts fire, by name.
  func firing() async throws -> [String: [Double]] {
    let times = "&start=\(Int(Clock.start))&end=\(Int(Clock.start + Clock.end))&step=60"
    var seconds: [String: [Double]] = [:]
    // Without a look back, which would let an alert fire for minutes longer.
    let query = #"count by (alertname) (count_over_time(ALERTS{alertstate="firing"}[59s]))"#
    for series in try await raw("/api/v1/query_range", query, times) {
      seconds[series[path: "metric", "alertname"]?.string ?? ""] = (series["values"]?.array ?? []).compactMap {
        $0.array?.first?.double.map { $0 - Clock.start }
      }
    }
    return seconds
  }
}
