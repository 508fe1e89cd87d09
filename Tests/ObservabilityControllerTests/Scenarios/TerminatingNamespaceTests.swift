// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import Logging
import ObservabilityController
import Testing

/// A namespace that goes takes the operator's rights in it along; the cause that is reported is the namespace.
@Suite struct TerminatingNamespaceTests {
  static let namespace = ObjectKey(name: "cozy-coroot")

  /// An object that keeps its namespace from going.
  static func keep(_ cluster: TestCluster) async throws {
    try await cluster.server.apply([
      "apiVersion": "v1", "kind": "ConfigMap",
      "metadata": ["name": "kept", "namespace": "cozy-coroot", "finalizers": ["example.org/keep"]],
    ])
  }

  static func expectOneCause(_ cluster: TestCluster, _ running: RunningOperator) async throws {
    let object = try await cluster.wait(condition: "Ready", is: "False", reason: "NamespaceNotFound")
    let message = object?.condition("Ready")?.message ?? ""
    #expect(message.contains("Namespace cozy-coroot is being deleted"), "\(message)")
    await running.resync()
    #expect(try await cluster.events(reason: "NotPermitted").isEmpty)
    // The Secret that an object names goes with its namespace.
    let errors = running.log.all.filter { $0.level >= .error && $0.metadata["reason"] != "SecretNotFound" }
    #expect(errors.isEmpty, "\(errors)")
    #expect(!running.log.all.map(\.description).joined().contains("Bind ClusterRole"))
  }

  @Test("The deletion of the namespace is reported as that, also if its contents are seen to go first")
  func goesWhileTheOperatorRuns() async throws {
    let cluster = try await TestCluster()
    try await Self.keep(cluster)
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object())
      try await cluster.wait(condition: "Ready")
      await cluster.server.holdWatches(of: "namespaces")
      try await cluster.admin.delete(.namespaces, Self.namespace, DeleteOptions())
      try await Self.expectOneCause(cluster, running)
      let refused = await cluster.operatorRequests().filter { $0.code == 403 }
      #expect(!refused.isEmpty, "or nothing was proved")
      await cluster.server.releaseWatches()
      try await Self.expectOneCause(cluster, running)
    }
  }

  @Test("An operator that starts beside a namespace that is being deleted reports that and no missing right")
  func wasGoingBefore() async throws {
    let cluster = try await TestCluster()
    try await Self.keep(cluster)
    try await cluster.apply(TestCluster.object(spec: MissingPartsTests.external))
    try await cluster.admin.delete(.namespaces, Self.namespace, DeleteOptions())
    try await cluster.withOperator { running in
      try await Self.expectOneCause(cluster, running)
      let object = try await cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))
      #expect(object.condition("MetricsBackendReady")?.reason == "SecretNotFound")
    }
  }

  @Test("A missing RoleBinding in a namespace that exists is still reported as that")
  func aMissingRoleBinding() async throws {
    let cluster = try await TestCluster(withNamespace: false)
    await cluster.server.addNamespace("cozy-coroot")
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object())
      let object = try await cluster.wait(condition: "Ready", is: "False", reason: "NotPermitted")
      #expect(object?.condition("Ready")?.message.contains("Bind ClusterRole") == true)
      try await running.waitForLine("type not readable")
    }
  }
}
