// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityController
import Testing

/// It costs nothing when nothing changes.
@Suite struct RequestCountTests {
  static func settled(
    _ cluster: TestCluster, _ running: RunningOperator, spec: JSONObject = [:]
  ) async throws {
    try await cluster.apply(TestCluster.object(spec: spec))
    try await cluster.wait(condition: "Ready")
    await running.instance.queue.waitUntilIdle()
    // Events are sent beside the work, and so may come after it.
    try await cluster.waitForEvent(reason: "Ready", within: .seconds(120))
  }

  @Test func aRestartWithEverythingInPlaceWritesNothing() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { try await Self.settled(cluster, $0) }
    await cluster.server.clearRequestLog()
    try await cluster.withOperator { running in
      await running.instance.waitUntilSynced()
      try await running.waitForLine("ready")
      await running.resync()
    }
    let writes = await cluster.operatorRequests().filter(\.isWrite)
    #expect(writes.isEmpty, "\(writes)")
  }

  @Test func aResyncSendsNothing() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await Self.settled(cluster, running)
      await cluster.server.clearRequestLog()
      await running.resync()
      await running.resync()
      let requests = await cluster.operatorRequests()
      #expect(requests.isEmpty, "\(requests)")
    }
  }

  @Test func aTouchOfMetadataWritesNothing() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await Self.settled(cluster, running)
      await cluster.server.clearRequestLog()
      _ = try await cluster.admin.patch(
        TestCluster.observabilities, ObjectKey(name: "platform"),
        .merge(["metadata": ["annotations": ["touched": "yes"]]]), WriteOptions(fieldManager: "user"))
      _ = try await cluster.admin.patch(
        .daemonSets, FirstReconcileTests.daemonSet, .merge(["metadata": ["annotations": ["touched": "yes"]]]),
        WriteOptions(fieldManager: "user"))
      await running.resync()
      let writes = await cluster.operatorRequests().filter(\.isWrite)
      #expect(writes.isEmpty, "\(writes)")
    }
  }

  @Test func oneChangedFieldCostsOneWriteAndOneStatus() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator(environment: .unhurried) { running in
      try await Self.settled(cluster, running)
      await cluster.server.clearRequestLog()
      try await cluster.apply(TestCluster.object(spec: ["metrics": ["interval": "30s"]]))
      try await cluster.wait(condition: "Ready")
      await running.instance.queue.waitUntilIdle()
      let writes = await cluster.operatorRequests().filter(\.isWrite)
      #expect(writes.filter { $0.resource == "daemonsets" }.count == 1, "\(writes)")
      #expect(writes.filter { $0.subresource == "status" }.count <= 1, "\(writes)")
      #expect(writes.count <= 2, "\(writes)")
    }
  }

  @Test func itUsesJustTheRightsThatItIsShippedWith() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await Self.settled(cluster, running)
      let refused = await cluster.operatorRequests().filter { $0.code == 403 }
      #expect(refused.isEmpty, "\(refused)")
    }
  }
}
