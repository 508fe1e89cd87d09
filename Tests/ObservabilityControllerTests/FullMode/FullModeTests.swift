// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import CorootStub
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

/// Mode `Full`: from nothing to Ready, and what may change or go wrong.
@Suite struct FullModeTests {
  static let server = ObjectKey(namespace: "cozy-coroot", name: "platform-coroot")
  static let ingest = ObjectKey(namespace: "cozy-coroot", name: "platform-coroot-ingest")
  static let password = "pä$$ \"#1'{"
  static let spec: JSONObject = ["mode": "Full", "clickHouse": ["application": [:]]]

  /// A cluster with a ClickHouse application, and what runs the server.
  static func cluster(password: String = password) async throws -> (TestCluster, CorootPod) {
    let cluster = try await SignalsTests.cluster()
    try await cluster.addClickHouse(password: password)
    cluster.backend.clickHouse.password = password
    let pod = CorootPod(cluster: cluster.server, clickHousePassword: password)
    cluster.backend.coroot = pod
    return (cluster, pod)
  }

  /// The label of the pods that the Service of incoming data selects, if it is that of the pods.
  static func isOpen(_ cluster: TestCluster) async throws -> Bool {
    let service = try await cluster.admin.get(.services, ingest)
    let set = try await cluster.admin.get(.statefulSets, server)
    let label = CorootShape.integrationsLabel
    return service[path: "spec", "selector", label]
      == set[path: "spec", "template", "metadata", "labels", label]
  }

  @Test("From nothing to Ready: the server is wired, restarted once, and takes data only then")
  func fromNothing() async throws {
    let (cluster, pod) = try await Self.cluster()
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object(spec: Self.spec))
      let object = try await cluster.wait(condition: "Ready")
      #expect(object?.condition("CorootAvailable")?.message.contains("data of 3 nodes arrives") == true)
      let server = try #require(pod.server)
      #expect(await pod.restarts() == 1, "once, after its settings were stored")
      #expect(try await Self.isOpen(cluster))
      #expect(server.requests.filter { $0.hasPrefix("PUT") }.count == 2)

      try await running.waitForLine("ready")
      await running.resync()
      await cluster.server.clearRequestLog()
      let asked = server.requests.count
      await running.resync()
      #expect(await cluster.operatorRequests().isEmpty, "a resync costs nothing")
      #expect(server.requests.count == asked, "the server is asked once a minute")
      try await Self.expectNoSecret(cluster, running)
    }
  }

  /// No text holds a password or a key; only the Secrets do.
  static func expectNoSecret(_ cluster: TestCluster, _ running: RunningOperator) async throws {
    var secrets = [password]
    for (name, keys) in [("platform-coroot-admin", ["password"]), ("platform-coroot-keys", ["project", "guard"])] {
      let secret = try await cluster.admin.get(.secrets, ObjectKey(namespace: "cozy-coroot", name: name))
      for key in keys { secrets.append(String(decoding: try #require(secret.secretData(key)), as: UTF8.self)) }
    }
    var texts = running.log.all.map(\.description)
    for event in try await cluster.admin.list(.events, ListQuery()).items {
      texts.append(JSONWriter.text(.object(event.content)))
    }
    let object = try await cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))
    texts.append(JSONWriter.text(.object(object.content)))
    for type in [ResourceType.statefulSets, .daemonSets, .deployments, .services, .networkPolicies] {
      for child in try await cluster.admin.list(type, ListQuery()).items {
        texts.append(JSONWriter.text(.object(child.content)))
      }
    }
    for secret in secrets {
      let encoded = Base64.encode(Array(secret.utf8))
      for text in texts { #expect(!text.contains(secret) && !text.contains(encoded), "\(text)") }
    }
  }

  @Test("A first create costs its children, and at most six requests more")
  func aFirstCreateIsCheap() async throws {
    let (cluster, _) = try await Self.cluster()
    try await cluster.withOperator(environment: .unhurried) { running in
      try await cluster.apply(TestCluster.object(spec: Self.spec))
      try await cluster.wait(condition: "Ready")
      await running.resync()
      let requests = await cluster.operatorRequests().filter { !["list", "watch"].contains($0.verb) }
      let writes = requests.filter { $0.isWrite && !["observabilities", "events"].contains($0.resource) }
      let object = try await cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))
      let children = object[path: "status", "inventory"]?.array?.count ?? 0
      #expect(children >= 20)
      // The Service that lets data in and the StatefulSet that is restarted with its settings are written twice.
      #expect(requests.count <= children + 6, "\(requests.map { "\($0.verb) \($0.resource)" })")
      #expect(writes.count <= children + 2)
    }
  }

  @Test("A rotated password is stored, the servers restart, and data waits until then")
  func aRotatedPassword() async throws {
    let (cluster, pod) = try await Self.cluster()
    try await cluster.withOperator(environment: .impatient) { _ in
      try await cluster.apply(TestCluster.object(spec: Self.spec))
      try await cluster.wait(condition: "Ready")
      let agents = try await cluster.admin.get(.daemonSets, FirstReconcileTests.daemonSet)
      let before = await pod.restarts()
      // The server refuses the new password at first.
      cluster.backend.clickHouse.password = "another"
      try await cluster.setClickHousePassword("another")
      try await cluster.wait(condition: "CorootAvailable", is: "False", reason: "IntegrationRefused")
      #expect(try await !Self.isOpen(cluster))
      pod.setClickHousePassword("another")
      try await cluster.wait(condition: "Ready", within: .seconds(30))
      #expect(await pod.restarts() == before + 1)
      #expect(try await Self.isOpen(cluster))
      #expect(try await cluster.admin.get(.daemonSets, FirstReconcileTests.daemonSet).generation == agents.generation)
    }
  }

  @Test("A lost database is followed: a new project is wired, and the servers restart")
  func aLostDatabase() async throws {
    let (cluster, pod) = try await Self.cluster()
    let clock = SkippingClock()
    try await cluster.withOperator(environment: clock.environment) { running in
      try await cluster.apply(TestCluster.object(spec: Self.spec))
      try await cluster.wait(condition: "Ready")
      let before = await pod.restarts()
      let project = try #require(pod.server?.projectID("platform"))
      await pod.loseVolume()
      try await clock.advance(by: .seconds(61), until: "the server is wired again") {
        await pod.restarts() > before && running.log.lines("integrations set").count == 2
      }
      try await cluster.wait(condition: "Ready")
      #expect(pod.server?.projectID("platform") != project)
      #expect(try await Self.isOpen(cluster))
    }
  }

  @Test("Settings that were changed in the user interface are set back, with one Event")
  func changedByHand() async throws {
    let (cluster, pod) = try await Self.cluster()
    let clock = SkippingClock()
    try await cluster.withOperator(environment: clock.environment) { running in
      try await cluster.apply(TestCluster.object(spec: Self.spec))
      try await cluster.wait(condition: "Ready")
      try await running.waitForLine("ready")
      let server = try #require(pod.server)
      try await Self.put(
        "prometheus", ["url": "http://vmselect-shortterm.tenant-root.svc:8481/select/1/prometheus"], in: server)
      try await clock.advance(by: .seconds(61), until: "it is set back") {
        !running.log.lines("integrations repaired").isEmpty
      }
      let event = try await cluster.waitForEvent(reason: "IntegrationsRepaired")
      #expect(event["note"]?.string?.contains("Prometheus") == true, "\(event)")
      try await cluster.wait(condition: "Ready")
    }
  }

  /// Changes an integration as an administrator does in the user interface.
  private static func put(_ integration: String, _ form: JSONObject, in server: CorootServer) async throws {
    let id = try #require(server.projectID("platform"))
    let session = try #require(server.session(of: "admin"))
    let answer = server.handle(
      StubRequest(
        "PUT", "/api/project/\(id)/integrations/\(integration)", headers: [("Cookie", "coroot_session=\(session)")],
        body: JSONWriter.bytes(.object(form))))
    #expect(answer?.status == 200)
  }

  @Test("While ClickHouse is away no data reaches the server, which would drop it")
  func clickHouseAway() async throws {
    let (cluster, _) = try await Self.cluster()
    let clock = SkippingClock()
    try await cluster.withOperator(environment: clock.environment) { _ in
      try await cluster.apply(TestCluster.object(spec: Self.spec))
      try await cluster.wait(condition: "Ready")
      let agents = try await cluster.admin.get(.daemonSets, FirstReconcileTests.daemonSet)
      cluster.backend.clickHouse.password = "elsewhere"
      try await clock.advance(by: .seconds(61), until: "no pod is selected") {
        ((try? await Self.isOpen(cluster)) ?? true) == false
      }
      try await cluster.wait(condition: "ClickHouseReady", is: "False", reason: "AuthenticationFailed")
      cluster.backend.clickHouse.password = Self.password
      try await clock.advance(by: .seconds(31), until: "data is taken again") {
        (try? await Self.isOpen(cluster)) ?? false
      }
      try await cluster.wait(condition: "Ready")
      #expect(try await cluster.admin.get(.daemonSets, FirstReconcileTests.daemonSet).generation == agents.generation)
    }
  }

  @Test("An unsafe shape of ClickHouse is refused before the server is told of it")
  func anUnsafeShape() async throws {
    let (cluster, pod) = try await Self.cluster()
    cluster.backend.clickHouse.password = "not this one"
    try await cluster.withOperator(environment: .impatient) { _ in
      try await cluster.apply(TestCluster.object(spec: Self.spec))
      try await cluster.wait(condition: "ClickHouseReady", is: "False", reason: "AuthenticationFailed")
      try await cluster.wait(condition: "CorootAvailable", is: "False", reason: "Integrating")
      #expect(pod.server?.requests.contains { $0.hasPrefix("PUT") } != true)
      try await cluster.wait(condition: "AgentsAvailable")
      cluster.backend.clickHouse.password = Self.password
      try await cluster.wait(condition: "Ready")
    }
  }

  @Test("An admin password that was changed by hand is named with both remedies, and tried seldom")
  func aChangedAdminPassword() async throws {
    let (cluster, pod) = try await Self.cluster()
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object(spec: Self.spec))
      try await cluster.wait(condition: "Ready")
      let secret = ObjectKey(namespace: "cozy-coroot", name: "platform-coroot-admin")
      let right = try #require(try await cluster.admin.get(.secrets, secret).secretData("password"))
      try await Self.write(Array("wrong".utf8), to: secret, cluster)
      let object = try await cluster.wait(condition: "CorootAvailable", is: "False", reason: "LoginRefused")
      #expect(object?.condition("CorootAvailable")?.message.contains("patch secret platform-coroot-admin") == true)
      let logins = try #require(pod.server).requests.count { $0 == "POST /api/login" }
      try await Self.write(right, to: secret, cluster)
      try await cluster.wait(condition: "Ready")
      #expect(try #require(pod.server).requests.count { $0 == "POST /api/login" } == logins + 1, "no loop of logins")
    }
  }

  private static func write(_ password: [UInt8], to secret: ObjectKey, _ cluster: TestCluster) async throws {
    try await cluster.server.apply([
      "apiVersion": "v1", "kind": "Secret",
      "metadata": ["name": .string(secret.name), "namespace": "cozy-coroot"],
      "data": ["password": .string(Base64.encode(password))],
    ])
  }

  @Test(
    "Back to agents-only: senders stop, then the server goes with its rights; the claim stays, and an Event says so")
  func backToAgentsOnly() async throws {
    let (cluster, _) = try await Self.cluster()
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object(spec: Self.spec))
      try await cluster.wait(condition: "Ready")
      await cluster.server.clearRequestLog()
      try await cluster.apply(TestCluster.object())
      try await cluster.wait(for: .statefulSets, Self.server) { $0 == nil }
      for type in [ResourceType.services, .secrets, .networkPolicies, .serviceAccounts] {
        try await cluster.wait(for: type, Self.server) { $0 == nil }
      }
      let agent = ObjectKey(namespace: "cozy-coroot", name: "platform-cluster-agent")
      try await cluster.wait(for: .deployments, agent) { $0 == nil }
      try await cluster.wait(for: .clusterRoleBindings, ObjectKey(name: "platform-cluster-agent")) { $0 == nil }
      let writes = await cluster.operatorRequests().filter(\.isWrite)
      let rolled = try #require(writes.firstIndex { $0.resource == "daemonsets" })
      let deleted = try #require(writes.firstIndex { $0.resource == "statefulsets" && $0.verb == "delete" })
      #expect(rolled < deleted)
      #expect(writes.count { $0.resource == "daemonsets" } == 1, "agents roll once")
      let object = try await cluster.wait(condition: "Ready")
      for condition in ["CorootAvailable", "ClickHouseReady", "GatewayAvailable", "UIExposed"] {
        #expect(object?.condition(condition) == nil)
      }
      try await cluster.waitForEvent(reason: "DataKept")
      _ = try await cluster.admin.get(
        .persistentVolumeClaims, ObjectKey(namespace: "cozy-coroot", name: "data-platform-coroot-0"))
      // The database on the claim knows the first password.
      try await cluster.apply(TestCluster.object(spec: Self.spec))
      try await cluster.wait(condition: "CorootAvailable")
      try await cluster.wait(condition: "Ready")
    }
  }

  @Test(
    "A deleted object leaves its claims and nothing else, cluster-scoped children included, also if the operator was down"
  )
  func deletedWhileTheOperatorWasDown() async throws {
    let (cluster, _) = try await Self.cluster()
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object(spec: Self.spec))
      try await cluster.wait(condition: "Ready")
    }
    try await cluster.admin.delete(
      TestCluster.observabilities, ObjectKey(name: "platform"), DeleteOptions(propagation: .background))
    try await cluster.withOperator { _ in
      try await cluster.wait(for: .statefulSets, Self.server) { $0 == nil }
      try await cluster.wait(for: .clusterRoleBindings, ObjectKey(name: "platform-cluster-agent")) { $0 == nil }
      for type in [ResourceType.deployments, .services, .secrets, .daemonSets, .networkPolicies, .configMaps] {
        let left = try await cluster.admin.list(type, ListQuery(namespace: "cozy-coroot")).items.map(\.name)
        #expect(left == [], "\(type.plural)")
      }
    }
  }
}
