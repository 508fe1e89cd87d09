// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityController
import Testing
import Waiting

/// An operator that does not see everything, or sees it late (Sieve, OSDI '22, "unobserved state" and "stale state").
@Suite struct ViewFaultTests {
  private static let child = ObjectKey(namespace: "cozy-coroot", name: "platform-node-agent")
  private static let scrape: JSONObject = ["metrics": ["delivery": "Scrape"]]

  private static func cluster() async throws -> TestCluster {
    let cluster = try await TestCluster()
    try await cluster.server.apply(TestCluster.podScrapeDefinition)
    return cluster
  }

  /// The writes of children and status since the log was cleared.
  private static func writes(_ cluster: TestCluster, _ resource: String) async -> [LoggedRequest] {
    await cluster.operatorRequests().filter { $0.isWrite && $0.resource == resource && $0.code < 300 }
  }

  @Test func aChangeThatIsTakenBackUnseenCostsNothing() async throws {
    let cluster = try await Self.cluster()
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object())
      try await cluster.wait(condition: "Ready")
      await running.resync()
      await cluster.server.clearRequestLog()
      await cluster.server.holdWatches(coalescing: true)
      try await cluster.apply(TestCluster.object(spec: Self.scrape))
      let last = try await cluster.apply(TestCluster.object())
      await cluster.server.releaseWatches()
      // The generation has moved on, and the status says so; that is all.
      try await cluster.wait(ObjectKey(name: "platform")) {
        $0?[path: "status", "observedGeneration"]?.integer == last.generation
      }
      await running.instance.queue.waitUntilIdle()
      #expect(await Self.writes(cluster, "daemonsets").isEmpty)
      #expect(await Self.writes(cluster, "vmpodscrapes").isEmpty)
    }
  }

  @Test func anObjectMadeAnewUnseenGetsChildrenOfItsOwn() async throws {
    let cluster = try await Self.cluster()
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object())
      let first = try await cluster.wait(condition: "Ready")
      await cluster.server.holdWatches(coalescing: true)
      try await cluster.admin.delete(TestCluster.observabilities, ObjectKey(name: "platform"), DeleteOptions())
      let second = try await cluster.apply(TestCluster.object())
      #expect(second.uid != first?.uid)
      await cluster.server.releaseWatches()
      try await cluster.wait(for: .daemonSets, Self.child) {
        $0?.ownerReferences.first?["uid"]?.string == second.uid
      }
      try await cluster.wait(condition: "Ready")
    }
  }

  /// The deletion is planned, and refused; then the operator dies, and the user wants the child back before the next
  /// one comes. Nothing may be deleted any more.
  @Test func aPendingDeletionIsNotCarriedOutWhenItIsNoLongerDue() async throws {
    let cluster = try await Self.cluster()
    let uid = try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object(spec: Self.scrape))
      try await cluster.wait(condition: "Ready")
      let uid = try await cluster.admin.get(TestCluster.podScrapes, Self.child).uid
      await cluster.server.setFaults(
        FaultPlan(script: [.init(.refuse(503), for: RequestPattern(verbs: ["delete"]), times: nil)]))
      try await cluster.apply(TestCluster.object())
      try await eventually("the deletion is refused") { await cluster.server.faultsInjected > 0 }
      return uid
    }
    try await cluster.apply(TestCluster.object(spec: Self.scrape))
    await cluster.server.setFaults(.none)
    await cluster.server.clearRequestLog()
    try await cluster.withOperator { running in
      try await cluster.wait(condition: "Ready")
      await running.resync()
      #expect(try await cluster.admin.get(TestCluster.podScrapes, Self.child).uid == uid)
      #expect(await cluster.operatorRequests().filter { $0.verb == "delete" }.isEmpty)
    }
  }

  /// A store that still shows the child under its old identity must not lead to the deletion of the new one.
  @Test func aDeletionByAnOldViewSparesTheSuccessor() async throws {
    let cluster = try await Self.cluster()
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object(spec: Self.scrape))
      try await cluster.wait(condition: "Ready")
      await running.resync()
      // The operator sees nothing of what becomes of its children.
      await cluster.server.setFaults(
        FaultPlan(script: [.init(.hold, for: RequestPattern(verbs: ["delete"], token: TestCluster.operatorToken))]))
      try await cluster.apply(TestCluster.object())
      try await eventually("the deletion is on its way") { await cluster.server.heldRequests == 1 }
      let object = try await cluster.admin.get(TestCluster.podScrapes, Self.child)
      try await cluster.admin.delete(TestCluster.podScrapes, Self.child, DeleteOptions())
      var successor = KubernetesObject(type: TestCluster.podScrapes, namespace: "cozy-coroot", name: object.name)
      successor["spec"] = ["of": "somebody else"]
      let uid = try await cluster.admin.create(TestCluster.podScrapes, successor, WriteOptions()).uid
      await cluster.server.releaseHeld()
      try await cluster.wait(ObjectKey(name: "platform")) { $0?[path: "status", "inventory"]?.array?.count == 3 }
      #expect(try await cluster.admin.get(TestCluster.podScrapes, Self.child).uid == uid)
    }
  }
}
