// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityController
import Synchronization
import Testing
import Waiting

/// What is deleted stays deleted, in whatever order the watches tell of it.
@Suite struct DeletedObjectTests {
  @Test func childrenAreNotMadeAnewWhenTheirEndIsToldBeforeThatOfTheirObject() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await RequestCountTests.settled(cluster, running)
      try await Self.endWatch(cluster, running)
      await cluster.server.clearRequestLog()
      try await cluster.admin.delete(TestCluster.observabilities, ObjectKey(name: "platform"), DeleteOptions())
      try await eventually("the object is looked for") {
        await cluster.operatorRequests().contains { $0.verb == "get" && $0.code == 404 }
      }
      await running.resync()
      let writes = await cluster.operatorRequests().filter(\.isWrite)
      #expect(writes.isEmpty, "\(writes)")
      #expect(running.log.lines("child drifted").isEmpty)
    }
  }

  @Test("A status that comes too late for an object that is deleted is no error")
  func lateStatus() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await RequestCountTests.settled(cluster, running)
      let lateWrites = Mutex(0)
      try await Self.endWatch(cluster, running) { request in
        if request.path.hasSuffix("/observabilities/platform/status") { lateWrites.withLock { $0 += 1 } }
        let message = "observabilities.observability.cozystack.io \"platform\" not found"
        return .answer(APIResponse(status: 404, json: TestCluster.status(404, "NotFound", message)))
      }
      await cluster.server.addNode("node-late")
      try await eventually("a status is written that comes too late") { lateWrites.withLock { $0 > 0 } }
      await running.resync()
      #expect(running.log.lines("reconcile failed").isEmpty)
    }
  }

  /// Keeps the operator from learning of the object's end by its watch.
  ///
  /// - Parameter answer: the fate of its requests for the object itself.
  private static func endWatch(
    _ cluster: TestCluster, _ running: RunningOperator,
    answer: @escaping @Sendable (APIRequest) -> Fault? = { _ in nil }
  ) async throws {
    await cluster.server.setIntercept { request in
      guard request.header("Authorization") == "Bearer operator" else { return nil }
      if request.path.contains("/observabilities/") { return answer(request) }
      guard request.path.hasSuffix("/observabilities") else { return nil }
      return .answer(APIResponse(status: 503, json: TestCluster.status(503, "ServiceUnavailable", "not now")))
    }
    await cluster.server.endWatches()
    try await running.waitForLine("API server unavailable")
  }
}
