// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityController
import Testing

/// What someone else changes is put right, and told once.
@Suite struct DriftTests {
  struct Change: Sendable, CustomTestStringConvertible {
    var name: String
    var type: ResourceType
    var patch: JSONValue
    /// Holds once the child is as rendered again.
    var isRight: @Sendable (KubernetesObject) -> Bool

    var testDescription: String { name }
  }

  static let changes: [Change] = [
    Change(
      name: "image", type: .daemonSets,
      patch: ["spec": ["updateStrategy": ["rollingUpdate": ["maxUnavailable": 7]]]],
      isRight: { $0[path: "spec", "updateStrategy", "rollingUpdate", "maxUnavailable"] == "10%" }),
    Change(
      name: "ownerReferences", type: .daemonSets, patch: ["metadata": ["ownerReferences": nil]],
      isRight: { !$0.ownerReferences.isEmpty }),
    Change(
      name: "labels", type: .serviceAccounts, patch: ["metadata": ["labels": nil]],
      isRight: { $0.labels["observability.cozystack.io/object"] == "platform" }),
    Change(
      name: "policy", type: .networkPolicies, patch: ["spec": ["policyTypes": ["Egress"]]],
      isRight: { $0[path: "spec", "policyTypes"]?.array?.contains("Ingress") == true }),
  ]

  @Test(arguments: changes)
  func aChangeIsPutRightAndToldOnce(_ change: Change) async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await RequestCountTests.settled(cluster, running)
      let key = FirstReconcileTests.daemonSet
      _ = try await cluster.admin.patch(change.type, key, .merge(change.patch), WriteOptions(fieldManager: "someone"))
      let isRight = change.isRight
      try await cluster.wait(for: change.type, key) { $0.map(isRight) == true }
      let event = try await cluster.waitForEvent(reason: "ChildRepaired")
      await running.resync()
      #expect(event["note"]?.string?.contains("\(change.type.kind)/cozy-coroot/platform-node-agent") == true)
      #expect(try await cluster.events(reason: "ChildRepaired").count == 1)
      #expect(running.log.lines("child drifted").count == 1)
    }
  }

  @Test func theOneWhoChangedAFieldIsNamed() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await RequestCountTests.settled(cluster, running)
      _ = try await cluster.admin.patch(
        .daemonSets, FirstReconcileTests.daemonSet,
        .merge(["spec": ["updateStrategy": ["rollingUpdate": ["maxUnavailable": 7]]]]),
        WriteOptions(fieldManager: "kubectl-edit"))
      let event = try await cluster.waitForEvent(reason: "ChildRepaired")
      #expect(event["note"]?.string?.contains("kubectl-edit") == true, "\(event)")
      #expect(event["note"]?.string?.contains("maxUnavailable") == true, "\(event)")
    }
  }

  @Test(arguments: [ResourceType.daemonSets, .serviceAccounts, .networkPolicies])
  func aDeletedChildComesBack(_ type: ResourceType) async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await RequestCountTests.settled(cluster, running)
      let key = FirstReconcileTests.daemonSet
      let before = try await cluster.admin.get(type, key)
      try await cluster.admin.delete(type, key, DeleteOptions())
      try await cluster.wait(for: type, key) { $0 != nil && $0?.uid != before.uid }
      try await cluster.waitForEvent(reason: "ChildRepaired")
      #expect(try await cluster.events(reason: "ChildRepaired").count == 1)
    }
  }
}
