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
  private func standby(_ cluster: TestCluster) -> ObservabilityOperator {
    ObservabilityOperator(
      api: cluster.operatorClient, transport: cluster.backend,
      settings: OperatorSettings(version: "1", image: "operator:test"), logger: LogRecorder().logger())
  }

  @Test func aReplicaThatTakesOverReadsNothing() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { try await RequestCountTests.settled(cluster, $0) }
    let standby = standby(cluster)
    let watching = Task { await standby.watch() }
    await standby.waitUntilSynced()
    let spec = try Made.observability().spec
    let targets = Watches.needed(for: spec, inventory: []).union([Watches.nodes, Watches.objects])
    try await eventually("all that a reconcile needs is watched") {
      targets.allSatisfy { standby.informers.state($0).isSynced }
    }
    await cluster.server.clearRequestLog()
    try await cluster.admin.delete(.daemonSets, FirstReconcileTests.daemonSet, DeleteOptions())
    let working = Task { await standby.work() }
    try await cluster.wait(for: .daemonSets, FirstReconcileTests.daemonSet) { $0 != nil }
    let reads = await cluster.operatorRequests().filter { ["list", "watch"].contains($0.verb) }
    #expect(reads.isEmpty, "\(reads)")
    await standby.stop()
    await working.value
    watching.cancel()
    await watching.value
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
