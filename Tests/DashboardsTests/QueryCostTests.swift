// SPDX-License-Identifier: Apache-2.0

import Dashboards
import Glibc
import JSON
import LocalServers
import Testing

/// What each panel costs on a cluster of 1,000 containers: a table for `docs/dashboards.md`, and no limit in time.
@Suite(
  .enabled(
    if: getenv("DASHBOARD_COST") != nil && VictoriaMetricsProcess.program != nil,
    "measured only with DASHBOARD_COST, and with victoria-metrics"), .timeLimit(.minutes(10)))
struct QueryCostTests {
  @Test("Prints the cost of every panel on 1,000 containers")
  func cost() async throws {
    let signals: Set<Signal> = [.l7, .ping]
    let crowd = Crowd(signals: signals)
    // One hour, at the half of the usual resolution: what a panel touches does not depend on it.
    try await MetricsStore.with(crowd.series, from: Clock.fault, step: 60) { store in
      var table =
        "| recording group | rules | series touched | series recorded | ms of one evaluation |\n|---|---|---|---|---|\n"
      for group in RecordingCatalog(object: Platform.object, signals: signals).groups {
        try await store.evaluate([group], from: Clock.fault)
        var (touched, recorded, took) = (0, 0, Duration.zero)
        for rule in group.rules {
          let cost = try await store.cost(of: rule.expression, isInstant: true)
          (touched, recorded, took) = (touched + cost.series, recorded + cost.answers, took + cost.took)
        }
        table += "| \(group.name) | \(group.rules.count) | \(touched) | \(recorded) | \(Self.milliseconds(took)) |\n"
      }
      let total = try await store.value(
        #"count({observability="platform",__name__!~"observability:.*"})"#, at: Clock.end)
      table +=
        "\n\(Int(total)) series of agents\n\n| dashboard | panel | series touched | answers | ms |\n|---|---|---|---|---|\n"
      for dashboard in DashboardCatalog.dashboards(signals) {
        for panel in dashboard.panels {
          var (touched, answers, took) = (0, 0, Duration.zero)
          for target in panel.targets {
            let cost = try await store.cost(of: Scenario.filled(target.expression), isInstant: target.isInstant)
            (touched, answers, took) = (touched + cost.series, answers + cost.answers, took + cost.took)
          }
          table += "| \(dashboard.title) | \(panel.title) | \(touched) | \(answers) | \(Self.milliseconds(took)) |\n"
        }
      }
      print(table)
      #expect(total > 50_000)
    }
  }

  private static func milliseconds(_ duration: Duration) -> Int64 {
    duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
  }
}

/// 1,000 containers of 200 applications on 20 nodes, each a server of HTTP and a client of four others.
private struct Crowd {
  let signals: Set<Signal>

  private static let workloads: [Workload] = (0..<1000).map { number in
    let node = "node-\(number % 20)"
    let application = "app-\(number / 5)"
    return Workload(
      id: "/k8s/team-\(number / 50)/\(application)-7d9f8b6c5d-b\(number % 5)cdf/app",
      app: "/k8s/team-\(number / 50)/\(application)", node: node,
      ip: "10.\(number % 20).\(number / 250).\(number % 250)")
  }

  var series: [ScenarioSeries] {
    let nodes = (0..<20).flatMap { Platform(signals: signals).node("node-\($0)") }
    let containers = Self.workloads.enumerated().flatMap { index, one -> [ScenarioSeries] in
      var series = Workloads.resources(one, signals) + Workloads.listening(one, 8080)
      series += Workloads.requests("http_inbound_requests", one.labels, Load(), ok: "2xx", failed: "5xx")
      series += Workloads.histogram(
        "container_http_inbound_requests_duration_seconds_total", one.labels, 10, (0.02, 0.02))
      for step in [1, 7, 53, 211] {
        let target = "\(Self.workloads[(index + step) % 1000].ip):8080"
        let labels = one.labels(["destination": target, "actual_destination": target])
        series += Workloads.connections(one, to: target, actual: target, signals)
        series += Workloads.requests("http_requests", labels, Load(), ok: "2xx", failed: "5xx")
        series += Workloads.histogram(
          "container_http_requests_duration_seconds_total", labels, 10, (0.02, 0.02))
      }
      return series
    }
    return nodes + containers + Platform(signals: signals).operatorSeries
  }
}

extension MetricsStore {
  /// What a query touches: the series that the storage read, as its trace says.
  fileprivate func cost(of expression: String, isInstant: Bool) async throws -> (
    series: Int, answers: Int, took: Duration
  ) {
    let times =
      isInstant
      ? "&time=\(Int(Clock.start + Clock.end))"
      : "&start=\(Int(Clock.start + Clock.fault))&end=\(Int(Clock.start + Clock.end))&step=60"
    let path = isInstant ? "/api/v1/query" : "/api/v1/query_range"
    let start = ContinuousClock.now
    let plain = try await raw(path, expression, times)
    let took = ContinuousClock.now - start
    let trace = try await traced(path, expression, times)
    return (Self.seriesRead(trace), plain.count, took)
  }

  /// The sum over all selectors of a trace; a selector that is there twice is read twice.
  private static func seriesRead(_ trace: String) -> Int {
    trace.matches(of: /fetch unique series=(\d+)/).compactMap { Int($0.1) }.reduce(0, +)
  }
}
