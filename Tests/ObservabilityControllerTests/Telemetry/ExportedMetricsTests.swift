// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Glibc
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import Logging
import ObservabilityAPI
import Telemetry
import Testing
import Waiting

@testable import ObservabilityController

/// The metrics that a whole operator exports while it works.
@Suite struct ExportedMetricsTests {
  /// An operator, and what it exports.
  private struct Rig {
    let cluster: TestCluster
    let metrics = OperatorMetrics(version: "v0", host: "10.96.0.1:443")

    func run(_ body: (RunningOperator) async throws -> Void) async throws {
      try await cluster.withOperator(
        madeBy: { logger in
          ObservabilityOperator(
            api: cluster.operatorClient, transport: cluster.backend,
            settings: OperatorSettings(version: DefaultImages.release, image: "operator:test"),
            metrics: metrics.runtime, objectMetrics: metrics.objects, logger: logger)
        }, body)
    }

    var lines: Set<String> { Set(metrics.registry.render().split(separator: "\n").map(String.init)) }

    func wait(for line: String) async throws {
      try await eventually(line) { lines.contains(line) }
    }

    func series(of object: String) -> [String] { lines.filter { $0.contains("object=\"\(object)\"") }.sorted() }
  }

  @Test("Conditions, agents, backends and writes follow an object from its creation to its end")
  func lifeOfAnObject() async throws {
    let rig = Rig(cluster: try await TestCluster())
    try await rig.run { running in
      try await RequestCountTests.settled(rig.cluster, running)
      try await rig.wait(for: #"observability_condition{object="platform",type="Ready",status="True"} 1"#)
      let status = try #require(
        try await rig.cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))["status"])
      for state in ObjectSnapshot.AgentState.allCases {
        let count = try #require(status[path: "agents", state.rawValue]?.integer)
        #expect(rig.lines.contains(#"observability_agents{object="platform",state="\#(state)"} \#(count)"#))
      }
      #expect(rig.lines.contains(#"observability_backend_up{object="platform",backend="metrics"} 1"#))
      let types = ConditionSet(status["conditions"]).conditions.map(\.type)
      let exported = rig.series(of: "platform").filter { $0.hasPrefix("observability_condition{") }
      #expect(exported.count == 3 * types.count && exported.count { $0.hasSuffix(" 1") } == types.count)
      #expect(rig.lines.contains(#"observability_child_writes_total{kind="DaemonSet",cause="created"} 1"#))
      #expect(rig.lines.contains(#"observability_child_writes_total{kind="DaemonSet",cause="drifted"} 0"#))

      try await rig.cluster.admin.delete(.daemonSets, FirstReconcileTests.daemonSet, DeleteOptions())
      try await rig.wait(for: #"observability_child_writes_total{kind="DaemonSet",cause="drifted"} 1"#)

      try await rig.cluster.admin.delete(TestCluster.observabilities, ObjectKey(name: "platform"), DeleteOptions())
      try await eventually("no series of a deleted object is left") { rig.series(of: "platform").isEmpty }
    }
  }

  @Test("A part that is switched off loses the series of its condition, and its children are pruned")
  func switchedOff() async throws {
    let rig = Rig(cluster: try await SignalsTests.cluster())
    let traces: JSONObject = [
      "traces": ["destination": "OTLP", "endpoint": "https://tempo.example.org/v1/traces"]
    ]
    try await rig.run { running in
      try await rig.cluster.apply(TestCluster.object(spec: traces))
      try await eventually("the gateway has a condition") {
        rig.series(of: "platform").contains { $0.contains(#"type="GatewayAvailable""#) }
      }
      try await rig.wait(for: #"observability_child_writes_total{kind="StatefulSet",cause="created"} 1"#)
      try await rig.cluster.apply(TestCluster.object())
      try await eventually("the gateway has none any more") {
        !rig.series(of: "platform").contains { $0.contains(#"type="GatewayAvailable""#) }
      }
      try await rig.wait(for: #"observability_child_writes_total{kind="StatefulSet",cause="pruned"} 1"#)
      #expect(rig.series(of: "platform").contains { $0.contains(#"type="AgentsAvailable",status="True""#) })
    }
  }

  @Test("docs/metrics.md lists every metric that an operator exports, and no other")
  func page() async throws {
    let rig = Rig(cluster: try await TestCluster())
    let root = "\(#filePath)".split(separator: "/").dropLast(4).joined(separator: "/")
    let file = try #require(fopen("/\(root)/docs/metrics.md", "r"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 18)
    let count = fread(&bytes, 1, bytes.count, file)
    let text = String(decoding: bytes.prefix(count), as: UTF8.self)
    let rows = text.matches(of: /(?m)^\| `(\w+)` \| (\w+) \| ([^|]*) \|/)
    let documented = Dictionary(
      uniqueKeysWithValues: rows.map { row in
        (String(row.1), "\(row.2) \(row.3.matches(of: /`(\w+)`/).map { String($0.1) })")
      })
    try await rig.run { running in
      try await RequestCountTests.settled(rig.cluster, running)
      try await rig.wait(for: #"observability_backend_up{object="platform",backend="metrics"} 1"#)
      let exported = Set(
        rig.metrics.registry.render().matches(of: #/(?m)^# TYPE (\w+) /#).map { String($0.1) })
      #expect(Set(documented.keys) == exported)
      for metric in rig.metrics.registry.descriptions {
        #expect(documented[metric.name] == "\(metric.kind.rawValue) \(metric.labels)", "\(metric.name)")
      }
    }
  }

  @Test("Exporting metrics costs no request: a resync of a settled object sends none")
  func noRequests() async throws {
    let rig = Rig(cluster: try await TestCluster())
    try await rig.run { running in
      try await RequestCountTests.settled(rig.cluster, running)
      await rig.cluster.server.clearRequestLog()
      await running.resync()
      _ = rig.metrics.registry.render()
      let requests = await rig.cluster.operatorRequests()
      #expect(requests.isEmpty, "\(requests)")
    }
  }
}
