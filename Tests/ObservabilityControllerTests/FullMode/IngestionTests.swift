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

/// When data may reach the server: a server that cannot keep it answers that all is well, and it is gone.
@Suite struct IngestionTests {
  typealias Full = FullModeTests

  private static func puts(_ pod: CorootPod) -> Int { pod.server?.requests.count { $0.hasPrefix("PUT") } ?? 0 }

  private static func waitUntilHeld(_ cluster: TestCluster) async throws {
    try await eventually("a request is held") { cluster.backend.held > 0 }
  }

  private static func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < end {
      if try await condition() { return }
      try await ContinuousClock().sleep(for: .milliseconds(2))
    }
    throw DeadlineMissed("not within 20 s: \(what)")
  }

  @Test("An operator that starts while ClickHouse is away does not let the gateway's queue go before it has asked")
  func restartWhileClickHouseIsAway() async throws {
    let (cluster, _) = try await Full.cluster()
    let clock = SkippingClock()
    try await cluster.withOperator(environment: clock.environment) { _ in
      try await cluster.apply(TestCluster.object(spec: Full.spec))
      try await cluster.wait(condition: "Ready")
      cluster.backend.clickHouse.password = "elsewhere"
      try await clock.advance(by: .seconds(61), until: "no pod is selected") {
        ((try? await Full.isOpen(cluster)) ?? true) == false
      }
      try await cluster.wait(condition: "ClickHouseReady", is: "False")
    }
    cluster.backend.hold { ClickHouseStub.takes($0) }
    try await cluster.withOperator { running in
      try await Self.waitUntilHeld(cluster)
      await running.resync()
      #expect(try await !Full.isOpen(cluster))
      cluster.backend.clickHouse.password = Full.password
      cluster.backend.release()
      try await Self.eventually("data is taken again") { try await Full.isOpen(cluster) }
      try await cluster.wait(condition: "Ready")
    }
  }

  @Test("A restart of the operator changes no condition and writes nothing, however long the server takes to answer")
  func restartIsQuiet() async throws {
    let (cluster, _) = try await Full.cluster()
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object(spec: Full.spec))
      try await cluster.wait(condition: "Ready")
      try await running.waitForLine("ready")
      await running.resync()
      try await cluster.waitForEvent(reason: "Ready")
    }
    cluster.backend.hold { $0.url.contains(":8080/") }
    await cluster.server.clearRequestLog()
    try await cluster.withOperator { running in
      try await Self.waitUntilHeld(cluster)
      await running.resync()
      cluster.backend.release()
      await running.resync()
      #expect(await cluster.operatorRequests().filter(\.isWrite).map { "\($0.verb) \($0.resource)" } == [])
    }
  }

  @Test("A ClickHouse that the object names anew is not told to the server before it was surveyed")
  func surveyedFirst() async throws {
    let (cluster, pod) = try await Full.cluster()
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object(spec: Full.spec))
      try await cluster.wait(condition: "Ready")
      let puts = Self.puts(pod)
      cluster.backend.hold { ClickHouseStub.takes($0) }
      var spec = Full.spec
      spec["coroot"] = ["database": "moved"]
      try await cluster.apply(TestCluster.object(spec: spec))
      try await Self.waitUntilHeld(cluster)
      let object = try await cluster.wait(
        condition: "CorootAvailable", is: "False", reason: "Integrating", within: .seconds(20))
      #expect(object?.condition("CorootAvailable")?.message.contains("surveyed") == true)
      await running.resync()
      #expect(Self.puts(pod) == puts)
      #expect(try await !Full.isOpen(cluster))
      cluster.backend.release()
      try await cluster.wait(condition: "Ready")
      #expect(Self.puts(pod) == puts + 1)
      #expect(try await Full.isOpen(cluster))
    }
  }

  @Test("While the ClickHouse application is gone no data reaches the server")
  func clickHouseGone() async throws {
    let (cluster, _) = try await Full.cluster()
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object(spec: Full.spec))
      try await cluster.wait(condition: "Ready")
      let name = "chendpoint-clickhouse-coroot"
      _ = await cluster.server.delete("services", namespace: "tenant-root", name)
      try await cluster.wait(condition: "ClickHouseReady", is: "False", reason: "ServiceNotFound")
      try await Self.eventually("no pod is selected") { try await !Full.isOpen(cluster) }
      _ = try await cluster.admin.get(.statefulSets, Full.server)
      try await cluster.wait(condition: "CorootAvailable", is: "False", reason: "ServersNotReady")
      try await cluster.server.addService(name, namespace: "tenant-root", ports: [8123, 9000])
      try await cluster.wait(condition: "Ready")
      #expect(try await Full.isOpen(cluster))
    }
  }

  @Test("A server that lost its database and cannot be wired again takes no data")
  func lostAndNotWired() async throws {
    let (cluster, pod) = try await Full.cluster()
    let clock = SkippingClock()
    try await cluster.withOperator(environment: clock.environment) { _ in
      try await cluster.apply(TestCluster.object(spec: Full.spec))
      try await cluster.wait(condition: "Ready")
      pod.setClickHousePassword("not yet")
      await pod.loseVolume()
      try await clock.advance(by: .seconds(61), until: "no pod is selected") { try await !Full.isOpen(cluster) }
      try await cluster.wait(condition: "CorootAvailable", is: "False", reason: "IntegrationRefused")
      pod.setClickHousePassword(Full.password)
      try await clock.advance(by: .seconds(61), until: "data is taken again") { try await Full.isOpen(cluster) }
      try await cluster.wait(condition: "Ready")
    }
  }

  @Test(
    "API keys that were deleted are made again, and nothing is sent to servers with other keys, which refuse for good")
  func newKeys() async throws {
    let (cluster, pod) = try await Full.cluster()
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object(spec: Full.spec))
      try await cluster.wait(condition: "Ready")
      let before = await pod.restarts()
      let gateway = try await cluster.admin.get(.statefulSets, SignalsTests.gateway)
      let selector = try await cluster.admin.get(.services, Full.ingest)[path: "spec", "selector"]
      let secret = ObjectKey(namespace: "cozy-coroot", name: "platform-coroot-keys")
      let key = try await cluster.admin.get(.secrets, secret).secretData("project")
      // Held, the server stays as it was found when the new keys came.
      cluster.backend.hold { $0.url.contains(":8080/") }
      try await cluster.admin.delete(.secrets, secret, DeleteOptions())
      try await cluster.wait(for: .secrets, secret) { $0.map { $0.secretData("project") != key } ?? false }
      try await cluster.wait(for: .statefulSets, SignalsTests.gateway) { $0?.generation != gateway.generation }
      let selected = try await cluster.admin.get(.services, Full.ingest)[path: "spec", "selector"]
      #expect(selected != selector, "the servers that run are not selected any longer")
      cluster.backend.release()
      try await cluster.wait(condition: "Ready")
      #expect(try await Full.isOpen(cluster))
      #expect(await pod.restarts() > before)
      let made = try #require(try await cluster.admin.get(.secrets, secret).secretData("project"))
      #expect(pod.server?.keys(of: "platform") == [String(decoding: made, as: UTF8.self)])
    }
  }

  @Test("Traces and logs do not wait for a VictoriaMetrics that the server cannot query")
  func prometheusRefused() async throws {
    let (cluster, pod) = try await Full.cluster()
    pod.change { $0.prometheus = [:] }
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object(spec: Full.spec))
      let object = try await cluster.wait(condition: "CorootAvailable", is: "False", reason: "IntegrationRefused")
      #expect(object?.condition("CorootAvailable")?.message.contains("Prometheus") == true)
      try await Self.eventually("data is taken") { try await Full.isOpen(cluster) }
    }
  }
}
