// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityController
import Testing

/// A selector cannot be changed: ours is made anew, another's is left alone.
@Suite struct ImmutableFieldTests {
  /// Leaves a settled cluster without an operator, and with a DaemonSet whose selector is another.
  func clusterWithAnotherSelector(isOurs: Bool) async throws -> TestCluster {
    let cluster = try await TestCluster()
    try await cluster.withOperator { try await RequestCountTests.settled(cluster, $0) }
    let key = FirstReconcileTests.daemonSet
    var other = try await cluster.admin.get(.daemonSets, key)
    try await cluster.admin.delete(.daemonSets, key, DeleteOptions())
    try await cluster.wait(for: .daemonSets, key) { $0 == nil }
    var metadata: JSONValue = ["name": .string(key.name), "namespace": "cozy-coroot"]
    for member in ["labels", "ownerReferences"] where isOurs || member == "labels" {
      metadata[member] = other[path: "metadata", member]
    }
    other["metadata"] = metadata
    other["status"] = nil
    other["spec"]?["selector"] = ["matchLabels": ["earlier": "release"]]
    other["spec"]?["template"]?["metadata"]?["labels"] = ["earlier": "release"]
    _ = try await cluster.admin.create(.daemonSets, other, WriteOptions(fieldManager: "earlier"))
    return cluster
  }

  @Test func aDaemonSetOfOursIsMadeAnew() async throws {
    let cluster = try await clusterWithAnotherSelector(isOurs: true)
    try await cluster.withOperator { running in
      try await cluster.wait(for: .daemonSets, FirstReconcileTests.daemonSet) {
        $0.map { $0[path: "spec", "selector", "matchLabels", "earlier"] == nil } == true
      }
      try await cluster.wait(condition: "Ready")
      try await cluster.waitForEvent(reason: "ChildReplaced")
      await running.resync()
      let repaired = try await cluster.events(reason: "ChildRepaired").compactMap { $0["note"]?.string }
      #expect(repaired == [], "one story is told, not two")
    }
  }

  @Test func aDaemonSetOfAnotherIsLeftAloneAndNamed() async throws {
    let cluster = try await clusterWithAnotherSelector(isOurs: false)
    let before = try await cluster.admin.get(.daemonSets, FirstReconcileTests.daemonSet)
    try await cluster.withOperator { _ in
      let object = try await cluster.wait(condition: "Stalled", reason: "ImmutableFieldChanged")
      let message = object?.condition("Stalled")?.message ?? ""
      #expect(message.contains("spec.selector") && message.contains("cozy-coroot/platform-node-agent"))
      let after = try await cluster.admin.get(.daemonSets, FirstReconcileTests.daemonSet)
      #expect(after.uid == before.uid && !after.isBeingDeleted)
    }
  }
}
