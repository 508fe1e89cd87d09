// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Testing
import Waiting

@testable import ObservabilityController

/// What a start and a change of leader cost.
@Suite struct StandbyTests {
  private static let lease = ObjectKey(namespace: RoleManifests.operatorNamespace, name: "operator")

  /// Names the leader; empty for a Lease that was released.
  private func setHolder(_ holder: String, _ cluster: TestCluster) async throws {
    var lease = KubernetesObject(type: .leases, namespace: Self.lease.namespace, name: Self.lease.name)
    lease["spec"] = ["holderIdentity": .string(holder), "leaseDurationSeconds": 600]
    _ = try await cluster.admin.apply(.leases, lease, ApplyOptions(fieldManager: "other", force: true))
  }

  @Test func aReplicaThatTakesOverReadsNothing() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { try await RequestCountTests.settled(cluster, $0) }
    try await setHolder("other", cluster)
    let standby = ObservabilityOperator(
      api: cluster.operatorClient, transport: cluster.backend,
      settings: OperatorSettings(version: "1", image: "operator:test"), lease: Self.lease,
      leaseTiming: LeaseTiming(retryPeriod: .milliseconds(100)), logger: LogRecorder().logger())
    let running = Task { try await standby.program.run() }
    await standby.waitUntilSynced()
    let spec = try Made.observability(TestCluster.object()["spec"]?.object ?? [:]).spec
    let parts = PartRegistry.over(cluster, standby.informers, log: LogRecorder())
    let targets = Watches.needed(for: spec, parts: parts, inventory: Inventory()).union([
      Watches.nodes, Watches.objects,
    ])
    try await eventually("all that a reconcile needs is watched") {
      targets.allSatisfy { standby.informers.state($0).isSynced }
    }
    await cluster.server.clearRequestLog()
    try await cluster.admin.delete(.daemonSets, FirstReconcileTests.daemonSet, DeleteOptions())
    try await cluster.wait(for: .daemonSets, FirstReconcileTests.daemonSet) { $0 == nil }
    try await setHolder("", cluster)
    try await cluster.wait(for: .daemonSets, FirstReconcileTests.daemonSet) { $0 != nil }
    let reads = await cluster.operatorRequests().filter { ["list", "watch"].contains($0.verb) }
    #expect(reads.isEmpty, "\(reads)")
    await standby.program.stop()
    try await running.value
    let released = try await cluster.admin.get(.leases, Self.lease)
    #expect(released[path: "spec", "holderIdentity"] == "")
  }

  @Test func eachTargetIsReadByOneRequest() async throws {
    let cluster = try await TestCluster()
    try await cluster.apply(TestCluster.object())
    try await cluster.withOperator { running in
      try await cluster.wait(condition: "Ready")
      await running.instance.queue.waitUntilIdle()
      let requests = await cluster.operatorRequests()
      #expect(requests.filter { $0.verb == "list" } == [])
      #expect(requests.count { $0.verb == "watch" } == running.instance.informers.states.count)
    }
  }

  @Test func aServerThatDoesNotStreamListsIsReadInPages() async throws {
    let cluster = try await TestCluster()
    let refusals = await cluster.refuseStreamedLists()
    try await cluster.apply(TestCluster.object())
    try await cluster.withOperator { running in
      try await cluster.wait(condition: "Ready")
      await running.instance.queue.waitUntilIdle()
      let requests = await cluster.operatorRequests()
      let targets = running.instance.informers.states.keys
      #expect(requests.count { $0.verb == "list" } == targets.count)
      #expect(refusals.count == Set(targets.map(\.type)).count, "each type is probed once")
    }
  }
}
