// SPDX-License-Identifier: Apache-2.0

import Dashboards
import JSON
import LocalServers
import Testing

/// Every query of every panel, against a real VictoriaMetrics that holds what real and invented agents reported.
@Suite(
  .enabled(
    if: VictoriaMetricsProcess.program != nil, "victoria-metrics is not installed (apt-get install victoria-metrics)"),
  .timeLimit(.minutes(5)))
struct PanelQueryTests {
  private static let bare: Set<Signal> = []

  @Test(
    "No panel of the chosen features is empty, and every legend finds its labels",
    arguments: [Set(Signal.allCases), bare, [.l7, .ping]])
  func everyPanelHasAnAnswer(signals: Set<Signal>) async throws {
    let series = try Scenario(signals: signals).series
    try await MetricsStore.with(series) { store in
      try await store.evaluate(RecordingCatalog(object: Platform.object, signals: signals).groups)
      var report = PanelReport()
      for dashboard in DashboardCatalog.dashboards(signals) {
        for panel in dashboard.panels {
          for (refID, target) in panel.namedTargets {
            let finding = await PanelReport.run(target, of: panel, at: store)
            report.add(dashboard, panel, finding)
            #expect(finding.problem == nil, "\(dashboard.title), \(panel.title) \(refID): \(finding.problem ?? "")")
          }
        }
        try await checkChoices(dashboard, store)
      }
      report.print(signals)
      if signals == Set(Signal.allCases) { try await Answers.write(store) }
    }
  }

  /// Variables offer something, and annotations are valid.
  private func checkChoices(_ dashboard: Dashboard, _ store: MetricsStore) async throws {
    for variable in dashboard.variables {
      guard case .labelValues(let series, let label) = variable.source else { continue }
      let answer = try await store.instant("group by (\(label)) (\(Scenario.filled(series)))")
      #expect(answer.contains { $0.labels[label] != nil }, "\(dashboard.title): $\(variable.name) offers nothing")
    }
    for annotation in dashboard.annotations {
      let answer = try await store.range(Scenario.filled(annotation.expression))
      if annotation.name == "Restarts" { #expect(!answer.isEmpty, "\(dashboard.title): no restart is marked") }
    }
  }

  @Test("Recorded names, edges and namespaces are those of the workloads")
  func names() async throws {
    let signals = Set(Signal.allCases)
    try await MetricsStore.with(try Scenario(signals: signals).series) { store in
      try await store.evaluate(RecordingCatalog(object: Platform.object, signals: signals).groups)
      let containers = try await store.instant("observability:container:info")
      let applications = Set(containers.map { "\($0.labels["namespace"] ?? "")/\($0.labels["application"] ?? "")" })
      #expect(
        applications == [
          "shop/frontend", "shop/checkout", "shop/catalog", "shop/orders-db", "shop/worker", "shop/cache",
          "shop/report", "_host/sshd.service", "cozy-coroot/platform-node-agent", "_host/web", "_host/db",
          "_host/cli", "_host/vm",
        ])
      // A container is named once.
      #expect(Set(containers.map { [$0.labels["instance"], $0.labels["container_id"]] }).count == containers.count)
      let edges = try await store.instant("observability:edge:info")
      let pairs = Set(edges.map { "\($0.labels["source"] ?? "") > \($0.labels["target"] ?? "")" })
      for expected in [
        "shop/frontend > shop/checkout", "shop/frontend > shop/catalog", "shop/checkout > shop/orders-db",
        "shop/worker > shop/cache", "shop/checkout > _external/api.example.com:443",
        "shop/worker > _external/10.96.0.99:80", "_host/cli > _host/web",
      ] { #expect(pairs.contains(expected), "\(expected) is not among \(pairs.sorted())") }
      let unresolved = pairs.filter { $0.contains("10.96.") && !$0.contains("10.96.0.99") }
      #expect(unresolved.isEmpty, "a Service is not resolved")
      // A command line may hold a password, and a log line anything.
      #expect(try await store.instant(#"{__name__=~"observability:.+",jvm!=""}"#).isEmpty)
      #expect(try await store.instant(#"{__name__=~"observability:.+",sample!=""}"#).isEmpty)
    }
  }

  @Test("A namespace is found at both ends of an edge, as a whole word, and without an edge the map says so")
  func namespaces() async throws {
    let map = try #require(DashboardCatalog.dashboards([.l7]).first { $0.uid == DashboardUID.serviceMap }?.panels.first)
    let nodes = try #require(map.targets.first { $0.refID == "nodes" })
    try await MetricsStore.with(try Scenario(signals: [.l7]).series) { store in
      try await store.evaluate(RecordingCatalog(object: Platform.object, signals: [.l7]).groups)
      func ids(_ namespace: String) async throws -> Set<String> {
        let answer = try await store.instant(Scenario.filled(nodes.expression, ["$namespace": namespace]))
        return Set(answer.compactMap { $0.labels["id"] })
      }
      #expect(try await ids("_host") == ["_host/cli", "_host/web", "_host/db"])
      let external = try await ids("(_external|none)")
      #expect(external.contains("shop/worker") && external.contains("_external/api.example.com:443"))
      #expect(!external.contains("shop/frontend"))
      #expect(try await ids("sho") == ["no connections"])
      // The panel fails on an edge whose end is no node.
      let edges = try #require(map.targets.first { $0.refID == "edges" })
      for namespace in [".+", "_host", "(_external|none)", "sho"] {
        let answer = try await store.instant(Scenario.filled(edges.expression, ["$namespace": namespace]))
        let ends = Set(answer.flatMap { [$0.labels["source"], $0.labels["target"]] }.compactMap(\.self))
        let nodes = try await ids(namespace)
        #expect(!ends.isEmpty && ends.isSubset(of: nodes), "\(namespace): \(ends.subtracting(nodes).sorted())")
        #expect(Set(answer.map { $0.labels["id"] }).count == answer.count)
      }
    }
  }

  @Test("Two objects in one storage stay apart")
  func objects() async throws {
    let recorded = try RecordedExposition("kernel-6.12.prom").series(node: "rec-a")
    let other = recorded.map { series in
      var copy = series
      copy.labels["observability"] = "other"
      return copy
    }
    try await MetricsStore.with(recorded + other) { store in
      for object in [Platform.object, "other"] {
        try await store.evaluate(RecordingCatalog(object: object, signals: [.l7, .ping]).groups)
      }
      let names = try await store.instant(#"count by (observability) ({__name__=~"observability:.+"})"#)
      #expect(Set(names.compactMap { $0.labels["observability"] }) == [Platform.object, "other"])
      let counts = try await store.raw(
        "/api/v1/query", #"count by (observability) ({__name__=~"observability:.+"})"#,
        "&time=\(Int(Clock.start + Clock.end))")
      #expect(Set(counts.compactMap { $0["value"]?.array?.last?.string }).count == 1)
    }
  }
}
