// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import ObservabilityController

/// What a part may have that the parts of this release do not: see ``ExtraPart``.
@Suite struct ExtraPartTests {
  static let types = PartTypes(PartTypes.standard.types + [ExtraPart.self])
  static let wanted: JSONObject = ["dashboards": ["enabled": false, "namespace": "elsewhere"]]
  static let beside = ObjectKey(namespace: "cozy-coroot", name: "platform-extra")
  static let elsewhere = ObjectKey(namespace: "elsewhere", name: "platform-extra")
  static let global = ObjectKey(name: "platform-extra")

  private func with<Result: Sendable>(
    _ cluster: TestCluster, _ body: (RunningOperator) async throws -> Result
  ) async throws -> Result {
    try await cluster.withOperator(
      madeBy: { logger in
        ObservabilityOperator(
          api: cluster.operatorClient, transport: cluster.backend, types: Self.types,
          settings: OperatorSettings(version: DefaultImages.release, image: "operator:test"), environment: .impatient,
          logger: logger)
      }, body)
  }

  /// A cluster with the rights that the part needs, and without its kind.
  private func cluster() async throws -> TestCluster {
    let cluster = try await TestCluster()
    try await cluster.addChildrenNamespace("elsewhere")
    let everything: JSONValue = ["create", "delete", "list", "patch", "watch"]
    let subject: JSONValue = [
      "kind": "ServiceAccount", "name": .string(RoleManifests.operatorName),
      "namespace": .string(RoleManifests.operatorNamespace),
    ]
    try await cluster.server.apply([
      "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": ["name": "extra"],
      "rules": [
        ["apiGroups": [""], "resources": ["secrets"], "verbs": everything],
        ["apiGroups": ["example.com"], "resources": ["widgets"], "verbs": everything],
        ["apiGroups": ["rbac.authorization.k8s.io"], "resources": ["clusterroles"], "verbs": everything],
      ],
    ])
    try await cluster.server.apply([
      "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": ["name": "extra"],
      "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "extra"],
      "subjects": [subject],
    ])
    return cluster
  }

  private func install(_ cluster: TestCluster) async throws {
    try await cluster.server.apply([
      "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
      "metadata": ["name": "widgets.example.com"],
      "spec": [
        "group": "example.com", "scope": "Namespaced",
        "names": ["kind": "Widget", "plural": "widgets", "singular": "widget", "listKind": "WidgetList"],
        "versions": [
          ["name": "v1", "served": true, "storage": true, "schema": ["openAPIV3Schema": ["type": "object"]]]
        ],
      ],
    ])
  }

  private func password(_ cluster: TestCluster) async throws -> String {
    let secret = try await cluster.admin.get(.secrets, Self.beside)
    return String(decoding: try #require(secret.secretData("password")), as: UTF8.self)
  }

  @Test("A kind that is not served blocks only the part that needs it, whose condition says what to do")
  func aKindThatIsNotServed() async throws {
    let cluster = try await cluster()
    try await with(cluster) { running in
      try await cluster.apply(TestCluster.object(spec: Self.wanted))
      let object = try await cluster.wait(condition: "ExtraReady", is: "False", reason: "KindNotServed")
      #expect(
        object?.condition("ExtraReady")?.message
          == "The cluster does not serve widgets.example.com. Install widgets, or move spec.dashboards.namespace.")
      try await cluster.wait(condition: "AgentsAvailable")
      try await cluster.wait(condition: "MetricsBackendReady")
      try await cluster.wait(condition: "Ready", is: "False", reason: "KindNotServed")
      try await running.waitForLine("part waits")
      try await install(cluster)
      try await cluster.wait(condition: "Ready")
    }
  }

  @Test("Its children are made, wherever they live, and a restart writes nothing")
  func childrenAnywhere() async throws {
    let cluster = try await cluster()
    try await install(cluster)
    try await with(cluster) { running in
      try await cluster.apply(TestCluster.object(spec: Self.wanted))
      let object = try await cluster.wait(condition: "Ready")
      _ = try await cluster.admin.get(ExtraPart.clusterRoles, Self.global)
      _ = try await cluster.admin.get(.configMaps, Self.elsewhere)
      _ = try await cluster.admin.get(ExtraPart.widgets, Self.beside)
      let inventory = object?[path: "status", "inventory"]?.array ?? []
      #expect(inventory.filter { $0["part"] == "extra" }.count == 4)
      #expect(inventory.filter { $0["part"] == "agents" }.count == 3)
      try await cluster.waitForEvent(reason: "Ready")
      await running.resync()
    }
    let before = try await password(cluster)
    await cluster.server.clearRequestLog()
    try await with(cluster) { running in
      try await running.waitForLine("ready")
      await running.resync()
    }
    let writes = await cluster.operatorRequests().filter(\.isWrite)
    #expect(writes.isEmpty, "\(writes)")
    #expect(try await password(cluster) == before)
  }

  @Test("A password is made once, kept when labels are lost, made anew only after a deletion, and told nowhere")
  func aGeneratedSecret() async throws {
    let cluster = try await cluster()
    try await install(cluster)
    try await with(cluster) { running in
      try await cluster.apply(TestCluster.object(spec: Self.wanted))
      try await cluster.wait(condition: "Ready")
      let first = try await password(cluster)
      #expect(first.count == 32 && first.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })

      _ = try await cluster.admin.patch(
        .secrets, Self.beside, .merge(["metadata": ["labels": [Watches.objectLabel: .null]]]),
        WriteOptions(fieldManager: "someone"))
      try await cluster.wait(for: .secrets, Self.beside) { $0?.labels[Watches.objectLabel] == "platform" }
      #expect(try await password(cluster) == first)

      _ = try await cluster.admin.patch(
        .secrets, Self.beside, .merge(["data": ["password": "bmV3"]]), WriteOptions(fieldManager: "someone"))
      await running.resync()
      #expect(try await password(cluster) == "new", "what somebody puts there is theirs")

      try await cluster.admin.delete(.secrets, Self.beside, DeleteOptions())
      try await cluster.wait(for: .secrets, Self.beside) { $0 != nil }
      let second = try await password(cluster)
      #expect(second.count == 32 && second != first)
      let told = running.log.all.map(\.description).joined()
      let object = try await cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))
      for secret in [first, second] {
        #expect(!told.contains(secret) && !JSONWriter.text(.object(object.content)).contains(secret))
      }
    }
  }

  @Test("Somebody else's Secret of that name is left alone, and named")
  func aSecretOfAnother() async throws {
    let cluster = try await cluster()
    try await install(cluster)
    try await cluster.server.apply([
      "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "platform-extra", "namespace": "cozy-coroot"],
      "stringData": ["password": "theirs"],
    ])
    try await with(cluster) { _ in
      try await cluster.apply(TestCluster.object(spec: Self.wanted))
      let object = try await cluster.wait(condition: "ExtraReady", is: "False", reason: "ApplyFailed")
      #expect(object?.condition("ExtraReady")?.message.contains("Secret cozy-coroot/platform-extra") == true)
      #expect(try await password(cluster) == "theirs")
      try await cluster.wait(condition: "AgentsAvailable")
      try await cluster.admin.delete(.secrets, Self.beside, DeleteOptions())
      try await cluster.wait(condition: "Ready")
    }
  }

  @Test("What is no longer wanted goes, and nothing else does")
  func removal() async throws {
    let cluster = try await cluster()
    try await install(cluster)
    try await with(cluster) { running in
      try await cluster.apply(TestCluster.object(spec: Self.wanted))
      try await cluster.wait(condition: "Ready")
      let before = try await cluster.admin.get(.daemonSets, FirstReconcileTests.daemonSet)
      try await cluster.apply(TestCluster.object())
      try await cluster.wait(for: ExtraPart.clusterRoles, Self.global) { $0 == nil }
      try await cluster.wait(for: .configMaps, Self.elsewhere) { $0 == nil }
      try await cluster.wait(for: .secrets, Self.beside) { $0 == nil }
      try await cluster.wait(for: ExtraPart.widgets, Self.beside) { $0 == nil }
      try await cluster.wait(ObjectKey(name: "platform")) { object in
        object?[path: "status", "inventory"]?.array?.count == 3 && object?.condition("ExtraReady") == nil
      }
      #expect(running.log.lines("child pruned").count == 4)
      let after = try await cluster.admin.get(.daemonSets, FirstReconcileTests.daemonSet)
      #expect(after.uid == before.uid && after.generation == before.generation)
      try await cluster.wait(condition: "Ready")
    }
  }

  @Test("A part that fails holds up the pruning of no other")
  func pruningBesideAFailingPart() async throws {
    let cluster = try await cluster()
    try await cluster.server.apply(TestCluster.podScrapeDefinition)
    try await with(cluster) { _ in
      var spec = Self.wanted
      spec["metrics"] = ["delivery": "Scrape"]
      try await cluster.apply(TestCluster.object(spec: spec))
      try await cluster.wait(condition: "AgentsAvailable")
      try await cluster.wait(for: TestCluster.podScrapes, FirstReconcileTests.daemonSet) { $0 != nil }
      try await cluster.apply(TestCluster.object(spec: Self.wanted))
      try await cluster.wait(for: TestCluster.podScrapes, FirstReconcileTests.daemonSet) { $0 == nil }
      try await cluster.wait(condition: "ExtraReady", is: "False", reason: "KindNotServed")
    }
  }

  @Test("A Secret that is deleted again and again is recreated ever more rarely, and the condition says so")
  func aSecretThatIsDeletedAgainAndAgain() async throws {
    let cluster = try await cluster()
    try await install(cluster)
    try await with(cluster) { _ in
      try await cluster.apply(TestCluster.object(spec: Self.wanted))
      try await cluster.wait(condition: "Ready")
      for _ in 0..<RepairBackoff.free {
        let uid = try await cluster.admin.get(.secrets, Self.beside).uid
        try await cluster.admin.delete(.secrets, Self.beside, DeleteOptions())
        try await cluster.wait(for: .secrets, Self.beside) { $0 != nil && $0?.uid != uid }
      }
      try await cluster.admin.delete(.secrets, Self.beside, DeleteOptions())
      let object = try await cluster.wait(condition: "ExtraReady", is: "False", reason: "ApplyFailed")
      #expect(object?.condition("ExtraReady")?.message.contains("repaired ever more rarely") == true)
    }
  }
}
