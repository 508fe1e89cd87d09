// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering
import Testing
import Waiting

@testable import ObservabilityController

/// Dashboards and rules beside an API server and the stand-ins of both operators, from nothing to their removal.
@Suite struct DashboardScenarioTests {
  static let names = [
    "agents", "application", "network", "nodes", "operator", "overview", "runtimes", "service-map",
  ]

  static func cluster() async throws -> TestCluster {
    let cluster = try await TestCluster()
    try await cluster.addMonitoring()
    return cluster
  }

  static func spec(_ more: JSONObject = [:]) -> JSONObject {
    more.reduce(into: TestCluster.published) { $0[$1.key] = $1.value }
  }

  static func dashboards(_ cluster: TestCluster, in namespace: String = "tenant-root") async -> [String] {
    await cluster.server.objects("grafanadashboards", group: "grafana.integreatly.org", namespace: namespace)
      .map { $0[path: "metadata", "name"]?.string ?? "" }.sorted()
  }

  static func rules(_ cluster: TestCluster) async -> [String] {
    await cluster.server.objects("vmrules", group: "operator.victoriametrics.com", namespace: "cozy-coroot")
      .map { $0[path: "metadata", "name"]?.string ?? "" }.sorted()
  }

  @Test("An object with its defaults is Ready once Grafana has its dashboards and a vmalert evaluates its rules")
  func published() async throws {
    let cluster = try await Self.cluster()
    try await cluster.withOperator { running in
      try await cluster.apply(
        KubernetesObject([
          "apiVersion": "observability.cozystack.io/v1alpha1", "kind": "Observability",
          "metadata": ["name": "platform"], "spec": ["namespace": "cozy-coroot"],
        ]))
      let object = try await cluster.wait(condition: "Ready")
      let condition = try #require(object?.condition("DashboardsPublished"))
      #expect(condition.status == "True" && condition.reason == "Published", "\(condition)")
      #expect(await Self.dashboards(cluster) == Self.names.map { "platform-\($0)" })
      #expect(await Self.rules(cluster) == ["platform-alerts", "platform-operator-rules", "platform-recording"])
      #expect(
        await cluster.importedDashboards()
          == Self.names.map { "tenant-root/platform-\($0)/observability-\($0)" })
      try await running.waitForLine("dashboards published")
    }
  }

  @Test("The first publication costs one write a child, a resync none, and a change what it changes")
  func requests() async throws {
    let cluster = try await Self.cluster()
    try await cluster.withOperator(environment: .unhurried) { running in
      try await RequestCountTests.settled(cluster, running, spec: Self.spec())
      func writes(_ resource: String) async -> Int {
        await cluster.operatorRequests().count { $0.isWrite && $0.resource == resource }
      }
      #expect(await writes("grafanadashboards") == Self.names.count)
      #expect(await writes("vmrules") == 3)

      await cluster.server.clearRequestLog()
      await running.resync()
      await running.resync()
      #expect(await cluster.operatorRequests() == [])

      // The GPU board comes, the links of no other change.
      let before = await versions(cluster)
      try await cluster.apply(
        TestCluster.object(spec: Self.spec(["nodeAgent": ["runtimeClassName": "nvidia", "features": ["gpu": true]]])))
      try await cluster.wait(condition: "Ready")
      await running.instance.queue.waitUntilIdle()
      let after = await versions(cluster)
      let changed = after.filter { before[$0.key] != $0.value }
      #expect(after.count == before.count + 1)
      #expect(await writes("grafanadashboards") == changed.count, "\(changed.keys)")
      #expect(changed["platform-gpu"] != nil && changed.count < after.count)
    }
  }

  /// What is in each dashboard.
  private func versions(_ cluster: TestCluster) async -> [String: JSONValue] {
    let all = await cluster.server.objects(
      "grafanadashboards", group: "grafana.integreatly.org", namespace: "tenant-root")
    return all.reduce(into: [:]) { $0[$1[path: "metadata", "name"]?.string ?? ""] = $1[path: "spec", "gzipJson"] }
  }

  @Test("What is switched off or moved is pruned, and what was changed by hand is repaired")
  func changes() async throws {
    let cluster = try await Self.cluster()
    await cluster.server.addNamespace("tenant-b")
    var other = NeighbourDefinitions.instance
    other["metadata"]?["namespace"] = "tenant-b"
    try await cluster.server.apply(other)
    try await cluster.allowPublishing(in: "tenant-b")
    try await cluster.withOperator(environment: .impatient) { _ in
      try await cluster.apply(TestCluster.object(spec: Self.spec()))
      try await cluster.wait(condition: "Ready")

      let overview = ObjectKey(namespace: "tenant-root", name: "platform-overview")
      _ = try await cluster.admin.patch(
        TestCluster.grafanaDashboards, overview, .merge(["spec": ["folder": "Mine"]]), WriteOptions(fieldManager: "me"))
      try await cluster.wait(for: TestCluster.grafanaDashboards, overview) {
        $0?[path: "spec", "folder"] == "Observability"
      }
      try await cluster.admin.delete(TestCluster.grafanaDashboards, overview, DeleteOptions())
      try await cluster.wait(for: TestCluster.grafanaDashboards, overview) { $0 != nil }

      try await cluster.apply(
        TestCluster.object(spec: Self.spec(["dashboards": ["enabled": true, "namespace": "tenant-b"]])))
      try await eventually("the dashboards have moved") {
        let here = await Self.dashboards(cluster)
        let there = await Self.dashboards(cluster, in: "tenant-b")
        return here.isEmpty && there.count == Self.names.count
      }
      try await cluster.wait(condition: "Ready")

      try await cluster.apply(TestCluster.object(spec: Self.spec(["dashboards": ["enabled": false]])))
      try await eventually("the dashboards are gone") { await Self.dashboards(cluster, in: "tenant-b").isEmpty }
      #expect(await Self.rules(cluster).count == 3)
      try await cluster.apply(TestCluster.object())
      try await eventually("the rules are gone") { await Self.rules(cluster).isEmpty }
      let object = try await cluster.wait(condition: "Ready")
      #expect(object?.condition("DashboardsPublished") == nil)
    }
  }

  @Test("With the object its dashboards go, in their namespace, although the operator is down")
  func deletion() async throws {
    let cluster = try await Self.cluster()
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object(spec: Self.spec()))
      try await cluster.wait(condition: "Ready")
    }
    try await cluster.admin.delete(TestCluster.observabilities, ObjectKey(name: "platform"), DeleteOptions())
    try await eventually("everything is gone") {
      let dashboards = await Self.dashboards(cluster)
      let rules = await Self.rules(cluster)
      return dashboards.isEmpty && rules.isEmpty
    }
  }

  @Test("The oldest object publishes for all; when it goes, the next oldest does")
  func handOver() async throws {
    let cluster = try await Self.cluster()
    try await cluster.withOperator(environment: .impatient) { _ in
      func pool(_ name: String, _ feature: String) -> JSONObject {
        Self.spec(["nodeAgent": ["nodeSelector": ["pool": .string(name)], "features": [feature: true]]])
      }
      try await cluster.apply(TestCluster.object("a", spec: pool("first", "diskDelay")))
      try await cluster.wait(for: "a", condition: "Ready")
      try await cluster.apply(TestCluster.object("b", spec: pool("rest", "dotnet")))
      let younger = try await cluster.wait(for: "b", condition: "Ready")
      let condition = try #require(younger?.condition("DashboardsPublished"))
      #expect(condition.status == "True" && condition.reason == "PublishedByOlder")
      #expect(condition.message.contains("Observability a, which is older"))
      #expect(await Self.dashboards(cluster).allSatisfy { $0.hasPrefix("a-") })
      #expect(
        await Self.rules(cluster) == ["a-alerts", "a-operator-rules", "a-recording", "b-alerts", "b-recording"])

      try await cluster.admin.delete(TestCluster.observabilities, ObjectKey(name: "a"), DeleteOptions())
      try await eventually("b publishes") {
        let dashboards = await Self.dashboards(cluster)
        let rules = await Self.rules(cluster)
        return dashboards.allSatisfy { $0.hasPrefix("b-") } && dashboards.count == Self.names.count
          && rules == ["b-alerts", "b-operator-rules", "b-recording"]
      }
      try await cluster.wait(ObjectKey(name: "b")) { $0?.condition("DashboardsPublished")?.reason == "Published" }
    }
  }

  @Test("A changed dashboard that Grafana has only an earlier content of is not published")
  func changedContent() async throws {
    let cluster = try await Self.cluster()
    try await cluster.withOperator(environment: .impatient) { _ in
      try await cluster.apply(TestCluster.object(spec: Self.spec()))
      try await cluster.wait(condition: "Ready")
      await cluster.server.setNeighbours { $0.importsDashboards = false }
      try await cluster.apply(
        TestCluster.object(spec: Self.spec(["nodeAgent": ["features": ["diskDelay": true]]])))
      try await cluster.wait(condition: "AgentsAvailable")
      try await cluster.wait(condition: "DashboardsPublished", is: "False", reason: "NotImported")
      await cluster.server.setNeighbours { $0.importsDashboards = true }
      try await cluster.wait(condition: "DashboardsPublished", reason: "Published")
    }
  }

  @Test("An object that is stalled before it published anything leaves that to the next")
  func stalledPublisher() async throws {
    let cluster = try await Self.cluster()
    try await cluster.withOperator(environment: .impatient) { _ in
      func pool(_ name: String) -> JSONObject { ["nodeAgent": ["nodeSelector": ["pool": .string(name)]]] }
      try await cluster.apply(TestCluster.object("a", spec: pool("first")))
      try await cluster.wait(for: "a", condition: "Ready")
      try await cluster.apply(TestCluster.object("b", spec: Self.spec(pool("first"))))
      try await cluster.wait(for: "b", condition: "Stalled", reason: "NodesAlreadyObserved")
      try await cluster.apply(TestCluster.object("c", spec: Self.spec(pool("rest"))))
      try await cluster.wait(for: "c", condition: "DashboardsPublished", reason: "Published")
      #expect(await Self.rules(cluster) == ["c-alerts", "c-operator-rules", "c-recording"])

      // Once it works it is the older one.
      try await cluster.apply(TestCluster.object("b", spec: Self.spec(pool("second"))))
      try await cluster.wait(for: "b", condition: "DashboardsPublished", reason: "Published")
      try await cluster.wait(for: "c", condition: "DashboardsPublished", reason: "PublishedByOlder")
      try await eventually("c has handed over") {
        await Self.dashboards(cluster).allSatisfy { $0.hasPrefix("b-") }
      }
    }
  }
}
