// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import Testing
import Waiting

@testable import ObservabilityController

/// What cannot be done is said, and nothing is half-done.
@Suite struct RefusedObjectTests {
  /// The server in memory does not evaluate CEL: what its rules refuse reaches the operator here, as it would with an
  /// older CRD.
  @Test(
    arguments: [
      ("reserved", ["nodeAgent": ["env": [["name": "METRICS_ENDPOINT", "value": "x"]]]], "spec.nodeAgent.env"),
      ("full", ["mode": "Full"], "spec.clickHouse"),
      ("interval", ["metrics": ["interval": "1s"]], "spec.metrics.interval"),
    ] as [(String, JSONObject, String)])
  func whatTheRulesOfTheCRDForbid(_ name: String, spec: JSONObject, field: String) async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object(spec: spec))
      let object = try await cluster.wait(condition: "Stalled", reason: "InvalidSpec")
      #expect(object?.condition("Stalled")?.message.contains(field) == true)
      #expect(await cluster.server.objects("daemonsets", group: "apps").isEmpty)
    }
  }

  @Test func aNamespaceThatChanges() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await RequestCountTests.settled(cluster, running)
      await cluster.server.addNamespace("elsewhere")
      try await cluster.apply(TestCluster.object(spec: ["namespace": "elsewhere"]))
      let object = try await cluster.wait(condition: "Stalled", reason: "InvalidSpec")
      #expect(object?.condition("Stalled")?.message.contains("spec.namespace") == true)
      #expect(await cluster.server.objects("daemonsets", group: "apps", namespace: "elsewhere").isEmpty)
      #expect(await cluster.server.objects("daemonsets", group: "apps", namespace: "cozy-coroot").count == 1)

      try await cluster.apply(TestCluster.object())
      try await cluster.wait(condition: "Ready")
    }
  }

  @Test func aYoungerObjectThatOverlapsIsStalledUntilTheOlderIsGone() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await RequestCountTests.settled(cluster, running)
      try await cluster.apply(
        TestCluster.object("younger", spec: ["nodeAgent": ["nodeSelector": ["pool": "first"]]]))
      let object = try await cluster.wait(for: "younger", condition: "Stalled", reason: "NodesAlreadyObserved")
      #expect(object?.condition("Stalled")?.message.contains("node-0") == true)
      #expect(object?.condition("Stalled")?.message.contains("platform") == true)

      try await cluster.admin.delete(TestCluster.observabilities, ObjectKey(name: "platform"), DeleteOptions())
      let ready = try await cluster.wait(for: "younger", condition: "Ready")
      #expect(ready?[path: "status", "agents", "summary"] == "1/1")
    }
  }

  @Test func aChildThatTheAPIServerRefuses() async throws {
    let cluster = try await TestCluster()
    await cluster.server.setIntercept { request in
      guard request.method == "PATCH", request.path.contains("/daemonsets/") else { return nil }
      return .answer(.init(status: 422, json: TestCluster.status(422, "Invalid", "spec: bad value")))
    }
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object())
      let object = try await cluster.wait(condition: "Stalled", reason: "ChildRefused")
      #expect(object?.condition("Stalled")?.message.contains("spec: bad value") == true)
    }
  }

  @Test("A child that is refused is sent again after five minutes, and not each time that the backend is asked")
  func aRefusedChildIsSentSeldom() async throws {
    let cluster = try await TestCluster()
    await cluster.server.setIntercept { request in
      guard request.method == "PATCH", request.path.contains("/daemonsets/") else { return nil }
      return .answer(.init(status: 422, json: TestCluster.status(422, "Invalid", "spec: bad value")))
    }
    let informers = Informers(api: cluster.operatorClient)
    let (log, decoded) = (LogRecorder(), DecodedObjects())
    let parts = PartRegistry.over(cluster, informers, decoded: decoded, log: log)
    let reconciler = ObservabilityReconciler(
      api: cluster.operatorClient, informers: informers, parts: parts,
      events: EventRecorder(api: cluster.operatorClient, controller: "test", instance: "test", logger: log.logger()),
      decoded: decoded, settings: OperatorSettings(version: "v0", image: "operator:test"), environment: .unhurried,
      logger: log.logger())
    informers.setTargets([Watches.objects, Watches.nodes], for: "test")
    let running = Task {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await informers.run() }
        group.addTask { await parts.run() }
      }
    }
    defer { running.cancel() }
    try await cluster.apply(TestCluster.object())
    // The answer of the backend holds for a minute.
    try await eventually("the next look is the one after the refusal") {
      guard case .requeue(let wait) = try await reconciler.reconcile("platform") else { return false }
      return wait > .seconds(240) && wait <= .seconds(300)
    }
  }
}
