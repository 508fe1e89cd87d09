// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityController
import Testing

/// What a namespace or an object lets agents do.
@Suite struct PodSecurityScenarioTests {
  private static func label(_ level: String?, _ cluster: TestCluster) async throws {
    let value = level.map { JSONValue.string($0) } ?? .null
    _ = try await cluster.admin.patch(
      .namespaces, ObjectKey(name: "cozy-coroot"),
      .merge(["metadata": ["labels": ["pod-security.kubernetes.io/enforce": value]]]),
      WriteOptions(fieldManager: "user"))
  }

  static let command = "kubectl label namespace cozy-coroot pod-security.kubernetes.io/enforce=privileged --overwrite"

  @Test(arguments: ["baseline", "restricted"])
  func aNamespaceThatRefusesAgentsIsToldWithTheLabelToSet(level: String) async throws {
    let cluster = try await TestCluster()
    try await Self.label(level, cluster)
    try await cluster.withOperator(environment: .unhurried) { running in
      try await cluster.apply(TestCluster.object())
      let refused = try await cluster.wait(condition: "AgentsAvailable", is: "False", reason: "PodSecurityForbids")
      let message = refused?.condition("AgentsAvailable")?.message ?? ""
      #expect(message.contains("3 of 3 pods cannot be made") && message.contains(Self.command), "\(message)")
      #expect(refused?.condition("Stalled") == nil && refused?.condition("Reconciling")?.status == "True")
      #expect(await cluster.server.objects("daemonsets", group: "apps").count == 1, "it starts by itself later")
      #expect(await cluster.server.objects("pods").isEmpty)
      try await cluster.waitForEvent(reason: "PodSecurityForbids")
      await running.instance.queue.waitUntilIdle()
      let writes = await cluster.operatorRequests().filter(\.isWrite)
      #expect(writes.filter { $0.resource == "events" }.count == 1, "\(writes)")
      #expect(writes.filter { $0.subresource == "status" }.count <= 2, "\(writes)")

      try await Self.label("privileged", cluster)
      try await cluster.wait(condition: "Ready")
    }
  }

  @Test func agentsThatRunInANamespaceThatWouldRefuseNewOnesAreToldOnce() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await RequestCountTests.settled(cluster, running)
      await cluster.server.clearRequestLog()
      try await Self.label("baseline", cluster)
      let event = try await cluster.waitForEvent(reason: "PodSecurityForbids")
      #expect(event["note"]?.string?.contains(Self.command) == true)
      let noted = try await cluster.wait(ObjectKey(name: "platform")) {
        $0?.condition("AgentsAvailable")?.message.contains(Self.command) == true
      }
      #expect(noted?.condition("Ready")?.status == "True", "they do run")
      await running.resync()
      let writes = await cluster.operatorRequests().filter(\.isWrite)
      #expect(writes.map(\.resource).sorted() == ["events", "observabilities"], "\(writes)")
    }
  }

  /// As on Talos: no label, and the cluster's default is `baseline`.
  @Test func aDefaultThatRefusesAgentsIsToldAfterAWhile() async throws {
    let cluster = try await TestCluster(podSecurityDefault: "baseline")
    let clock = SkippingClock()
    try await cluster.withOperator(environment: clock.environment) { _ in
      try await cluster.apply(TestCluster.object())
      try await cluster.wait(condition: "AgentsAvailable", is: "False", reason: "RollingOut")
      try await clock.advance(by: .seconds(31), until: "it is told") {
        let object = try await cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))
        return object.condition("AgentsAvailable")?.reason == "PodsNotCreated"
      }
      let object = try await cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))
      let message = object.condition("AgentsAvailable")?.message ?? ""
      #expect(message.contains("kubectl -n cozy-coroot describe daemonset platform-node-agent"), "\(message)")
      #expect(message.contains(Self.command), "\(message)")
    }
    // The next leader does not take it back.
    await cluster.server.clearRequestLog()
    try await cluster.withOperator { running in
      await running.instance.waitUntilSynced()
      try await running.waitForLine("object seen")
      await running.resync()
      let writes = await cluster.operatorRequests().filter(\.isWrite)
      #expect(writes.isEmpty, "\(writes)")
      try await Self.label("privileged", cluster)
      try await cluster.wait(condition: "Ready")
    }
  }

  @Test func privilegedAgentsAreToldInStatusAndInOneEvent() async throws {
    let cluster = try await TestCluster()
    let privileged: JSONObject = ["nodeAgent": ["security": ["mode": "Privileged"]]]
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object(spec: privileged))
      let object = try await cluster.wait(condition: "Ready")
      let message = object?.condition("AgentsAvailable")?.message ?? ""
      #expect(message.contains("Agents are privileged: every capability"), "\(message)")
      #expect(message.contains("Set spec.nodeAgent.security.mode to Minimal"), "\(message)")
      #expect(object?[path: "status", "capabilities"]?.array?.map { $0["name"]?.string } == ["ALL"])
      let event = try await cluster.waitForEvent(reason: "PrivilegedMode")
      #expect(event["type"] == "Warning")
      await running.instance.queue.waitUntilIdle()
    }
    try await cluster.withOperator { running in
      try await running.waitForLine("ready")
      await running.resync()
      #expect(try await cluster.events(reason: "PrivilegedMode").count == 1, "a restart is no news")
      try await cluster.apply(TestCluster.object())
      let back = try await cluster.wait(ObjectKey(name: "platform")) {
        $0?.condition("AgentsAvailable")?.message.contains("privileged") == false
      }
      #expect(back?[path: "status", "capabilities"]?.array?.contains { $0["name"] == "ALL" } == false)
    }
  }
}
