// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import CorootStub
import DevCluster
import HTTPTransport
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering
import Testing
import Waiting

@testable import ObservabilityController

/// Mode `Full`: a server that fails, and fields that change.
@Suite struct FullModeChangeTests {
  private static func environment(_ cluster: TestCluster) async throws -> [String: JSONValue] {
    let set = try await cluster.admin.get(.daemonSets, FirstReconcileTests.daemonSet)
    let container = set[path: "spec", "template", "spec", "containers"]?.array?.first
    let pairs = (container?["env"]?.array ?? []).compactMap { entry in entry["name"]?.string.map { ($0, entry) } }
    return Dictionary(pairs) { $1 }
  }

  static let faults: [(String, CorootServer.Fault, String)] = [
    ("refuses connections", .refuses, "ServerUnreachable"),
    ("hangs", .hangs, "ServerUnreachable"),
    ("answers 500", .answers(500, "text/plain", "\n"), "UnexpectedAnswer"),
    ("answers with a page", .answers(200, "text/html; charset=utf-8", "<!doctype html>"), "UnexpectedAnswer"),
  ]

  @Test("A server that fails is named, agents are not touched, and it is taken up again", arguments: faults)
  func aFailingServer(_ name: String, _ fault: CorootServer.Fault, _ reason: String) async throws {
    let (cluster, pod) = try await FullModeTests.cluster()
    let clock = SkippingClock()
    try await cluster.withOperator(environment: clock.environment) { _ in
      try await cluster.apply(TestCluster.object(spec: FullModeTests.spec))
      try await cluster.wait(condition: "Ready")
      let agents = try await cluster.admin.get(.daemonSets, FirstReconcileTests.daemonSet)
      let server = try #require(pod.server)
      server.fail { _ in fault }
      try await clock.advance(by: .seconds(61), until: "it is named") {
        try await cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))
          .condition("CorootAvailable")?.reason == reason
      }
      #expect(try await FullModeTests.isOpen(cluster), "data goes on to a server that was in order")
      server.fail(nil)
      try await clock.advance(by: .seconds(61), until: "it is in order again") {
        try await cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))
          .condition("Ready")?.status == "True"
      }
      #expect(try await cluster.admin.get(.daemonSets, FirstReconcileTests.daemonSet).generation == agents.generation)
    }
  }

  @Test("From the application to an endpoint: stored once, restarted once, agents not rolled")
  func toAnEndpoint() async throws {
    let (cluster, pod) = try await FullModeTests.cluster()
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object(spec: FullModeTests.spec))
      try await cluster.wait(condition: "Ready")
      let before = await pod.restarts()
      let puts = try #require(pod.server).requests.count { $0.hasPrefix("PUT") }
      let agents = try await cluster.admin.get(.daemonSets, FirstReconcileTests.daemonSet)
      try await cluster.server.apply(MissingPartsTests.secret(["password": .string(FullModeTests.password)]))
      var spec = FullModeTests.spec
      spec["clickHouse"] = [
        "endpoint": [
          "host": "chendpoint-clickhouse-coroot.tenant-root.svc", "user": "coroot",
          "passwordSecretRef": ["name": "vm"],
        ]
      ]
      spec["coroot"] = ["database": "observed"]
      try await cluster.apply(TestCluster.object(spec: spec))
      try await cluster.wait(condition: "Ready")
      try await eventually("the server has its new settings") { await pod.restarts() > before }
      try await cluster.wait(condition: "Ready")
      #expect(await pod.restarts() == before + 1)
      #expect(pod.server?.requests.count { $0.hasPrefix("PUT") } == puts + 1, "ClickHouse alone")
      #expect(try await FullModeTests.isOpen(cluster))
      #expect(try await cluster.admin.get(.daemonSets, FirstReconcileTests.daemonSet).generation == agents.generation)
    }
  }

  @Test("Profiles roll the agents once, with the key of the project by reference")
  func profiles() async throws {
    let (cluster, _) = try await FullModeTests.cluster()
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object(spec: FullModeTests.spec))
      try await cluster.wait(condition: "Ready")
      await cluster.server.clearRequestLog()
      var spec = FullModeTests.spec
      spec["profiles"] = ["enabled": true]
      try await cluster.apply(TestCluster.object(spec: spec))
      try await eventually("agents send profiles") {
        try await Self.environment(cluster)["PROFILES_ENDPOINT"] != nil
      }
      try await cluster.wait(condition: "Ready")
      await running.resync()
      let rolled = await cluster.operatorRequests().count { $0.isWrite && $0.resource == "daemonsets" }
      #expect(rolled == 1)
      let key = try await Self.environment(cluster)["API_KEY"]
      #expect(key?[path: "valueFrom", "secretKeyRef", "name"] == "platform-coroot-keys")
    }
  }

  @Test("Agents and gateway go on without ClickHouse's credentials, with profiles too")
  func credentialsThatAreGone() async throws {
    let (cluster, _) = try await FullModeTests.cluster()
    let credentials = ObjectKey(namespace: "tenant-root", name: "clickhouse-coroot-credentials")
    let secret = try await cluster.admin.get(.secrets, credentials)
    try await cluster.admin.delete(.secrets, credentials, DeleteOptions())
    var spec = FullModeTests.spec
    spec["profiles"] = ["enabled": true]
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object(spec: spec))
      try await cluster.wait(condition: "ClickHouseReady", is: "False", reason: "SecretNotFound")
      try await cluster.wait(condition: "AgentsAvailable")
      try await cluster.wait(for: .statefulSets, SignalsTests.gateway) { $0 != nil }
      #expect(try await Self.environment(cluster)["API_KEY"] != nil)
      let agents = try await cluster.admin.get(.daemonSets, FirstReconcileTests.daemonSet).generation
      let gateway = try await cluster.admin.get(.statefulSets, SignalsTests.gateway)[path: "spec", "template"]

      try await cluster.server.apply(
        .object([
          "apiVersion": "v1", "kind": "Secret",
          "metadata": ["namespace": "tenant-root", "name": .string(credentials.name)],
          "data": secret["data"] ?? [:],
        ]))
      try await cluster.wait(condition: "Ready")
      #expect(try await cluster.admin.get(.daemonSets, FirstReconcileTests.daemonSet).generation == agents)
      #expect(try await cluster.admin.get(.statefulSets, SignalsTests.gateway)[path: "spec", "template"] == gateway)

      // Gone again: what is deleted by hand meanwhile is made again.
      try await cluster.admin.delete(.secrets, credentials, DeleteOptions())
      try await cluster.wait(condition: "ClickHouseReady", is: "False", reason: "SecretNotFound")
      try await cluster.admin.delete(.statefulSets, SignalsTests.gateway, DeleteOptions())
      try await cluster.wait(for: .statefulSets, SignalsTests.gateway) { $0?.isBeingDeleted == false }
    }
  }

  @Test(
    "Without the Secret of PostgreSQL no server is made, and the agents run; with it, the first server starts alone")
  func severalServers() async throws {
    let (cluster, _) = try await FullModeTests.cluster()
    var spec = FullModeTests.spec
    spec["coroot"] = ["replicas": 2, "postgres": ["host": "pg.databases.svc", "passwordSecretRef": ["name": "vm"]]]
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object(spec: spec))
      let object = try await cluster.wait(condition: "CorootAvailable", is: "False", reason: "SecretNotFound")
      #expect(object?.condition("CorootAvailable")?.message.contains("spec.coroot.postgres.passwordSecretRef") == true)
      try await cluster.wait(condition: "AgentsAvailable")
      #expect(
        await cluster.server.object("statefulsets", group: "apps", namespace: "cozy-coroot", "platform-coroot") == nil)
      try await cluster.server.apply(MissingPartsTests.secret(["password": ""]))
      try await cluster.wait(condition: "CorootAvailable", is: "False", reason: "SecretKeyMissing")
      await cluster.server.clearRequestLog()
      try await cluster.server.apply(MissingPartsTests.secret(["password": "s3cret"]))
      try await cluster.wait(for: .statefulSets, FullModeTests.server) {
        $0?[path: "spec", "replicas"] == 2 && $0?[path: "status", "readyReplicas"] == 2
      }
      try await cluster.wait(condition: "Ready")
      let first = await cluster.operatorRequests().first {
        $0.resource == "statefulsets" && $0.isWrite && $0.code == 201
      }
      #expect(first != nil)
    }
  }

  @Test("A keys Secret that is deleted is made again, and the server, the gateway and the cluster-agent follow")
  func deletedKeys() async throws {
    let (cluster, pod) = try await FullModeTests.cluster()
    try await cluster.withOperator(environment: .impatient) { _ in
      try await cluster.apply(TestCluster.object(spec: FullModeTests.spec))
      try await cluster.wait(condition: "Ready")
      let keys = ObjectKey(namespace: "cozy-coroot", name: "platform-coroot-keys")
      let old = try await cluster.admin.get(.secrets, keys)
      let gateway = try await cluster.admin.get(.statefulSets, SignalsTests.gateway)
      let before = await pod.restarts()
      try await cluster.admin.delete(.secrets, keys, DeleteOptions())
      try await cluster.wait(for: .secrets, keys) { $0 != nil && $0?.uid != old.uid }
      try await cluster.wait(for: .statefulSets, SignalsTests.gateway) { $0?.generation != gateway.generation }
      try await eventually("the server restarts with the new key") { await pod.restarts() > before }
      try await cluster.wait(condition: "Ready")
      let key = try #require(try await cluster.admin.get(.secrets, keys).secretData("project"))
      #expect(pod.server?.keys(of: "platform") == [String(decoding: key, as: UTF8.self)])
    }
  }
}
