// SPDX-License-Identifier: Apache-2.0

import Dashboards
import ObservabilityController
import Telemetry
import Testing

/// What dashboards and alerts query of the operator, against what it registers.
@Suite struct OperatorMetricsTests {
  /// Labels that the scrape adds.
  private static let target: Set = ["job", "instance", "namespace"]

  /// Every query of a dashboard, a variable or an alert, with where it stands.
  private static var queries: [(place: String, text: String)] {
    let signals = Set(Signal.allCases)
    let inputs = AlertInputs(
      object: "platform", namespace: "cozy-coroot", signals: signals, spoolBytes: 1 << 20, watchesApplications: true)
    var queries: [(place: String, text: String)] = []
    for dashboard in DashboardCatalog.dashboards(signals) {
      queries += dashboard.panels.flatMap { panel in
        panel.targets.map { ("\(dashboard.title), \(panel.title)", $0.expression) }
      }
      queries += dashboard.annotations.map { ("\(dashboard.title), \($0.name)", $0.expression) }
      for variable in dashboard.variables {
        guard case .labelValues(let series, let label) = variable.source else { continue }
        queries.append(("\(dashboard.title), $\(variable.name)", "group by (\(label)) (\(series){\(label)!=\"\"})"))
      }
    }
    return queries
      + (AlertCatalog.groups(inputs) + AlertCatalog.operatorGroups()).flatMap(\.rules).map {
        ("\($0.outcome)", $0.expression)
      }
  }

  private static let registered: [String: MetricDescription] = Dictionary(
    uniqueKeysWithValues: OperatorMetrics(version: "v0").registry.descriptions.map { ($0.name, $0) })

  /// The metric that a name in a query belongs to: those of a histogram end in a suffix.
  private static func metric(_ name: String) -> MetricDescription? {
    if let metric = registered[name] { return metric }
    for suffix in ["_bucket", "_sum", "_count"] where name.hasSuffix(suffix) {
      if let metric = registered[String(name.dropLast(suffix.count))], metric.kind == .histogram { return metric }
    }
    return nil
  }

  private static func labels(_ metric: MetricDescription) -> Set<String> {
    Set(metric.labels).union(target).union(metric.kind == .histogram ? ["le"] : [])
  }

  @Test(
    "Every metric of the operator that a dashboard or an alert queries is registered, with the labels that it names")
  func everyQueryIsServed() {
    var found: Set<String> = []
    // Names of the operator; those of recording rules have colons, those of agents and the collector other prefixes.
    let name =
      /\b(?:observability|controller_runtime|workqueue|leader_election|rest_client|events|process)_\w+(?![\w:])/
    for query in Self.queries {
      var labels: Set<String> = []
      for match in query.text.matches(of: name) {
        guard let metric = Self.metric(String(match.0)) else {
          Issue.record("\(query.place): the operator has no metric \(match.0)")
          continue
        }
        found.insert(metric.name)
        labels.formUnion(Self.labels(metric))
        guard let selector = query.text[match.range.upperBound...].prefixMatch(of: /\{([^}]*)\}/) else { continue }
        let named = Set(selector.1.matches(of: /(\w+)(?:=~|!~|!=|=)"/).map { String($0.1) })
        #expect(named.isSubset(of: Self.labels(metric)), "\(query.place): \(match.0) has no label \(named)")
      }
      guard !labels.isEmpty, !query.text.contains("observability:"), !query.text.contains("node_info") else { continue }
      let grouped = Set(
        query.text.matches(of: /\b(?:by|on) \(([\w, ]+)\)/).flatMap {
          $0.1.split(separator: ",").map { $0.trimmingPrefix(" ").description }
        })
      #expect(grouped.isSubset(of: labels), "\(query.place) groups by \(grouped.subtracting(labels).sorted())")
    }
    #expect(found.filter { $0.hasPrefix("observability_") }.count >= 6, "\(found.sorted())")
    #expect(found.count >= 14, "\(found.sorted())")
  }

  @Test("The scenario invents no metric of the operator, and gives each the labels that the operator gives it")
  func scenario() {
    for series in Platform(signals: []).operatorSeries {
      guard let metric = Self.metric(series.name) else {
        Issue.record("the operator has no metric \(series.name)")
        continue
      }
      let own = Set(series.labels.keys).subtracting(Self.target).subtracting(["le"])
      #expect(own == Set(metric.labels), "\(series.name)")
    }
  }
}
