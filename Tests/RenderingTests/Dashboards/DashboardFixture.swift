// SPDX-License-Identifier: Apache-2.0

import Dashboards
import Gzip
import JSON
import KubernetesCore
import Rendering
import Testing

@testable import ObservabilityAPI

/// One object whose dashboards and rules are rendered, as the only object of its cluster.
struct DashboardFixture: Sendable, CustomTestStringConvertible {
  var base: Fixture

  var name: String { base.name }
  var testDescription: String { name }

  init(_ name: String, _ change: (inout ObservabilitySpec) -> Void = { _ in }) {
    base = Fixture("dashboards-" + name) { spec in
      (spec.dashboards.enabled, spec.alerts.enabled) = (true, true)
      change(&spec)
    }
  }

  func children() throws -> [Child] {
    let spec = base.object.spec
    let dashboards = spec.dashboards.enabled ? try PackedDashboard.all(Set<Signal>(spec)) : []
    return DashboardRenderer.children(
      of: base.object, facts: base.facts,
      inputs: DashboardInputs(dashboards: dashboards, publishesOperatorAlerts: true))
  }

  /// What a GrafanaDashboard holds.
  static func json(of child: Child) throws -> JSONValue {
    let packed = try #require(child.manifest[path: "spec", "gzipJson"]?.string.flatMap { Base64.decode($0) })
    return try JSONParser.parse(Gzip.decompress(packed, limit: 1 << 20))
  }

  static let all = [
    DashboardFixture("defaults"),
    DashboardFixture("everything") { spec in
      spec.nodeAgent.features = .init(
        l7: true, ping: true, jvm: true, dotnet: true, goHeap: true, gpu: true, diskDelay: true, logMetrics: true)
      (spec.mode, spec.profiles.enabled) = (.full, true)
      spec.traces.destination = .clickHouse
      (spec.alerts.applications, spec.alerts.seriesLimit) = (true, 5_000_000)
      spec.dashboards.namespace = "tenant-observers"
    },
    DashboardFixture("alerts-only") { spec in
      spec.dashboards.enabled = false
      spec.metrics.delivery = .scrape
    },
  ]
}
