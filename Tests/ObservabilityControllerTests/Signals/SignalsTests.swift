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

/// Traces and logs: from no destination to ClickHouse and back, and what may go wrong on the way.
@Suite struct SignalsTests {
  static let gateway = ObjectKey(namespace: "cozy-coroot", name: "platform-gateway")
  static let replicas = ObjectKey(namespace: "cozy-coroot", name: "platform-gateway-replicas")
  static let claim = ObjectKey(namespace: "cozy-coroot", name: "queue-platform-gateway-0")
  static let password = "pä$$ \"#1'{"
  static let clickHouse: JSONObject = [
    "traces": ["destination": "ClickHouse", "sampling": "0.5"], "logs": ["destination": "ClickHouse"],
    "clickHouse": ["application": [:]],
  ]

  static func cluster(defaultStorageClass: String? = "standard") async throws -> TestCluster {
    let cluster = try await TestCluster(defaultStorageClass: defaultStorageClass)
    try await cluster.server.apply(TestCluster.podScrapeDefinition)
    return cluster
  }

  private static func credentials(_ cluster: TestCluster) async throws -> String {
    let secret = try await cluster.admin.get(.secrets, gateway)
    return String(decoding: secret.secretData("credentials.yaml") ?? [], as: UTF8.self)
  }

  private static func environment(_ cluster: TestCluster) async throws -> [String: String] {
    let set = try await cluster.admin.get(.daemonSets, FirstReconcileTests.daemonSet)
    let container = set[path: "spec", "template", "spec", "containers"]?.array?.first
    let pairs = (container?["env"]?.array ?? []).compactMap { entry in
      entry["name"]?.string.flatMap { name in entry["value"]?.string.map { (name, $0) } }
    }
    return Dictionary(pairs) { $1 }
  }

  @Test("From no destination to ClickHouse: the gateway stands, agents send to it, and no secret is told")
  func clickHouseKeepsBoth() async throws {
    let cluster = try await Self.cluster()
    try await cluster.addClickHouse(password: Self.password)
    cluster.backend.clickHouse.password = Self.password
    try await cluster.withOperator { running in
      try await RequestCountTests.settled(cluster, running)
      #expect(try await Self.environment(cluster)["TRACES_ENDPOINT"] == nil)
      await cluster.server.clearRequestLog()
      try await cluster.apply(TestCluster.object(spec: Self.clickHouse))
      try await cluster.wait(condition: "GatewayAvailable")
      try await cluster.wait(condition: "ClickHouseReady")
      try await cluster.wait(condition: "Ready")
      let writes = await cluster.operatorRequests().filter { $0.isWrite && $0.resource == "daemonsets" }
      #expect(writes.count == 1, "agents roll once")
      let environment = try await Self.environment(cluster)
      #expect(environment["TRACES_ENDPOINT"] == "http://platform-gateway.cozy-coroot.svc:4318/v1/traces")
      #expect(environment["LOGS_ENDPOINT"] == "http://platform-gateway.cozy-coroot.svc:4318/v1/logs")
      #expect(environment["TRACES_SAMPLING"] == "0.5")
      #expect(cluster.backend.clickHouse.statements.contains { $0.contains("otel_traces") && $0.hasPrefix("CREATE") })
      let object = try await cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))
      let inventory = object[path: "status", "inventory"]?.array ?? []
      #expect(inventory.count { $0["part"] == "gateway" } == 7)
      #expect(
        object[path: "status", "endpoints", "clickHouse"]?.string?.hasPrefix("chendpoint-clickhouse-coroot") == true)

      try await running.waitForLine("ready")
      await running.resync()
      await cluster.server.clearRequestLog()
      await running.resync()
      #expect(await cluster.operatorRequests().isEmpty, "a resync costs nothing")
      try await Self.expectNoSecret(Self.password, cluster, running)
    }
  }

  /// Only the gateway's own Secret holds the password.
  private static func expectNoSecret(_ secret: String, _ cluster: TestCluster, _ running: RunningOperator) async throws
  {
    let encoded = Base64.encode(Array(secret.utf8))
    var texts = running.log.all.map(\.description)
    for event in try await cluster.admin.list(.events, ListQuery()).items {
      texts.append(JSONWriter.text(.object(event.content)))
    }
    let object = try await cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))
    texts.append(JSONWriter.text(.object(object.content)))
    for type in [ResourceType.statefulSets, .daemonSets, .services, .networkPolicies] {
      for child in try await cluster.admin.list(type, ListQuery()).items {
        texts.append(JSONWriter.text(.object(child.content)))
      }
    }
    for text in texts { #expect(!text.contains(secret) && !text.contains(encoded), "\(text)") }
  }

  @Test("A first create costs its children, and at most four requests more")
  func aFirstCreateIsCheap() async throws {
    let cluster = try await Self.cluster()
    try await cluster.addClickHouse(password: "s3cret")
    try await cluster.withOperator(environment: .unhurried) { running in
      try await cluster.apply(TestCluster.object(spec: Self.clickHouse))
      try await cluster.wait(condition: "Ready")
      await running.resync()
      let requests = await cluster.operatorRequests().filter { !["list", "watch"].contains($0.verb) }
      let children = requests.filter { $0.isWrite && !["observabilities", "events"].contains($0.resource) }
      #expect(children.count == 10)
      #expect(requests.count <= children.count + 4, "\(requests.map { "\($0.verb) \($0.resource)" })")
    }
  }

  @Test("A wrong password is named; the right one is taken as soon as it is there, and rolls the gateway alone")
  func aWrongPasswordIsMended() async throws {
    let cluster = try await Self.cluster()
    try await cluster.addClickHouse(password: "wrong")
    cluster.backend.clickHouse.password = "right"
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object(spec: Self.clickHouse))
      let object = try await cluster.wait(condition: "ClickHouseReady", is: "False", reason: "AuthenticationFailed")
      #expect(
        object?.condition("ClickHouseReady")?.message.contains("Secret tenant-root/clickhouse-coroot-credentials")
          == true)
      try await cluster.wait(condition: "AgentsAvailable")
      try await cluster.wait(condition: "GatewayAvailable")
      let agents = try await cluster.admin.get(.daemonSets, FirstReconcileTests.daemonSet)
      let before = try await cluster.admin.get(.statefulSets, Self.gateway)
      try await cluster.setClickHousePassword("right")
      try await cluster.wait(condition: "Ready")
      let after = try await cluster.admin.get(.statefulSets, Self.gateway)
      #expect(after.generation != before.generation, "its pods take the new password")
      #expect(try await Self.credentials(cluster).contains("right"))
      #expect(try await cluster.admin.get(.daemonSets, FirstReconcileTests.daemonSet).generation == agents.generation)
      #expect(running.log.lines("backend recovered").count == 1)
    }
  }

  @Test("An application that is not there is named, agents run meanwhile, and all goes on once it is")
  func anApplicationThatComesLater() async throws {
    let cluster = try await Self.cluster()
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object(spec: Self.clickHouse))
      let object = try await cluster.wait(condition: "ClickHouseReady", is: "False", reason: "ServiceNotFound")
      #expect(
        object?.condition("ClickHouseReady")?.message.contains("ClickHouse application tenant-root/coroot") == true)
      try await cluster.wait(condition: "AgentsAvailable")
      try await cluster.wait(condition: "GatewayAvailable", is: "False", reason: "NotCreated")
      try await cluster.addClickHouse(password: "s3cret")
      try await cluster.wait(condition: "Ready")
      // Recreated, with another password.
      try await cluster.admin.delete(
        .secrets, ObjectKey(namespace: "tenant-root", name: "clickhouse-coroot-credentials"), DeleteOptions())
      try await cluster.wait(condition: "ClickHouseReady", is: "False", reason: "SecretNotFound")
      _ = try await cluster.admin.get(.statefulSets, Self.gateway)
      let unresolved = try await cluster.wait(condition: "GatewayAvailable")
      #expect(
        unresolved?.condition("GatewayAvailable")?.message.contains("with the configuration that they have") == true)
      try await cluster.setClickHousePassword("another")
      try await cluster.wait(condition: "Ready")
      #expect(try await Self.credentials(cluster).contains("another"))
    }
  }

  @Test func aMissingRightNamesTheCommands() async throws {
    let cluster = try await Self.cluster()
    try await cluster.addClickHouse(password: "s3cret", mayRead: false)
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object(spec: Self.clickHouse))
      let object = try await cluster.wait(condition: "ClickHouseReady", is: "False", reason: "NotPermitted")
      let message = object?.condition("ClickHouseReady")?.message ?? ""
      #expect(message.contains("--resource-name=clickhouse-coroot-credentials"), "\(message)")
      try await cluster.addClickHouse(password: "s3cret")
      try await cluster.wait(condition: "Ready")
    }
  }

  @Test("Without a default StorageClass the claim stays without a volume, which is said")
  func aClaimWithoutAClass() async throws {
    let cluster = try await Self.cluster(defaultStorageClass: nil)
    try await cluster.addClickHouse(password: "s3cret")
    let clock = SkippingClock()
    try await cluster.withOperator(environment: clock.environment) { _ in
      try await cluster.apply(TestCluster.object(spec: Self.clickHouse))
      try await cluster.wait(for: .persistentVolumeClaims, Self.claim) { $0 != nil }
      try await clock.advance(by: .seconds(61), until: "the claim has had its time") {
        await cluster.server.object("observabilities", group: "observability.cozystack.io", "platform")
          .map { KubernetesObject($0.object ?? [:]).condition("GatewayAvailable")?.reason == "ClaimPending" } ?? false
      }
      let object = try await cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))
      let message = object.condition("GatewayAvailable")?.message ?? ""
      #expect(message.contains("no default StorageClass"), "\(message)")
    }
  }

  @Test("Switched off, the gateway goes after the agents have stopped sending; its claim stays, and an Event says so")
  func switchedOff() async throws {
    let cluster = try await Self.cluster()
    try await cluster.addClickHouse(password: "s3cret")
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object(spec: Self.clickHouse))
      try await cluster.wait(condition: "Ready")
      await cluster.server.clearRequestLog()
      try await cluster.apply(TestCluster.object())
      try await cluster.wait(for: .statefulSets, Self.gateway) { $0 == nil }
      for type in [ResourceType.services, .secrets, .networkPolicies, .serviceAccounts] {
        try await cluster.wait(for: type, Self.gateway) { $0 == nil }
      }
      try await cluster.wait(for: .services, Self.replicas) { $0 == nil }
      let writes = await cluster.operatorRequests().filter(\.isWrite)
      let rolled = writes.firstIndex { $0.resource == "daemonsets" }
      let deleted = writes.firstIndex { $0.resource == "statefulsets" && $0.verb == "delete" }
      #expect(try #require(rolled) < #require(deleted))
      let event = try await cluster.waitForEvent(reason: "DataKept")
      #expect(event["note"]?.string?.contains("queue-platform-gateway-0") == true, "\(event)")
      _ = try await cluster.admin.get(.persistentVolumeClaims, Self.claim)
      let object = try await cluster.wait(condition: "Ready")
      #expect(object?.condition("GatewayAvailable") == nil && object?.condition("ClickHouseReady") == nil)
      #expect(try await Self.environment(cluster)["TRACES_ENDPOINT"] == nil)
    }
  }

  @Test("When the object is deleted the claim stays, and an Event says so")
  func deleted() async throws {
    let cluster = try await Self.cluster()
    try await cluster.addClickHouse(password: "s3cret")
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object(spec: Self.clickHouse))
      try await cluster.wait(condition: "Ready")
      try await cluster.admin.delete(TestCluster.observabilities, ObjectKey(name: "platform"), DeleteOptions())
      try await cluster.wait(for: .statefulSets, Self.gateway) { $0 == nil }
      let event = try await cluster.waitForEvent(reason: "DataKept")
      #expect(event["note"]?.string?.contains("queue-platform-gateway-0") == true, "\(event)")
      _ = try await cluster.admin.get(.persistentVolumeClaims, Self.claim)
    }
  }

  @Test("A shrunk queue is refused by name, and nothing is changed for it")
  func aShrunkQueue() async throws {
    let cluster = try await Self.cluster()
    try await cluster.addClickHouse(password: "s3cret")
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object(spec: Self.clickHouse))
      try await cluster.wait(condition: "Ready")
      let before = try await cluster.admin.get(.statefulSets, Self.gateway)
      var spec = Self.clickHouse
      spec["gateway"] = ["queue": ["size": "1Gi"]]
      try await cluster.apply(TestCluster.object(spec: spec))
      let object = try await cluster.wait(condition: "GatewayAvailable", is: "False", reason: "ClaimDiffers")
      #expect(object?.condition("GatewayAvailable")?.message.contains("cannot shrink") == true)
      #expect(try await cluster.admin.get(.statefulSets, Self.gateway).generation == before.generation)
    }
  }

  @Test("Logs that the platform sends to the same VictoriaLogs are told of, once")
  func logsSentTwice() async throws {
    let cluster = try await Self.cluster()
    try await cluster.server.addService("vlinsert-generic", namespace: "tenant-root", ports: [9481])
    await cluster.server.addNamespace("cozy-monitoring")
    try await cluster.server.apply([
      "apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": ["name": "fluent-bit", "namespace": "cozy-monitoring"],
      "spec": [
        "selector": ["matchLabels": ["app": "fluent-bit"]],
        "template": [
          "metadata": ["labels": ["app": "fluent-bit"]], "spec": ["containers": [["name": "a", "image": "a"]]],
        ],
      ],
    ])
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object(spec: ["logs": ["destination": "VictoriaLogs"]]))
      let object = try await cluster.wait(condition: "GatewayAvailable", reason: "LogsSentTwice")
      #expect(object?.condition("GatewayAvailable")?.message.contains("set spec.logs.destination to None") == true)
      try await cluster.wait(condition: "Ready")
      try await cluster.waitForEvent(reason: "LogsSentTwice")
      await running.resync()
      #expect(running.log.lines("logs are sent twice").count == 1)
    }
  }

  @Test("A storage that is not there, and headers that cannot be sent, are named")
  func destinationsThatCannotBeUsed() async throws {
    let cluster = try await Self.cluster()
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object(spec: ["logs": ["destination": "VictoriaLogs"]]))
      let object = try await cluster.wait(condition: "GatewayAvailable", is: "False", reason: "ServiceNotFound")
      let message = object?.condition("GatewayAvailable")?.message ?? ""
      #expect(message.contains("tenant-root/vlinsert-generic") && message.contains("vlsingle-generic"), "\(message)")
      try await cluster.server.addService("vlsingle-generic", namespace: "tenant-root", ports: [9428])
      try await cluster.wait(condition: "GatewayAvailable")

      try await cluster.server.apply([
        "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "headers", "namespace": "cozy-coroot"],
        "data": ["X-Token": .string(Base64.encode(Array("two\nlines".utf8)))],
      ])
      try await cluster.apply(
        TestCluster.object(spec: [
          "traces": [
            "destination": "OTLP", "endpoint": "https://tempo.example.org/v1/traces",
            "headersSecretRef": ["name": "headers"],
          ]
        ]))
      let refused = try await cluster.wait(condition: "GatewayAvailable", is: "False", reason: "SecretKeyMissing")
      #expect(refused?.condition("GatewayAvailable")?.message.contains("key X-Token") == true)
    }
  }
}
