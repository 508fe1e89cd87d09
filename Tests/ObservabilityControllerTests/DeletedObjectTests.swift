// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import ObservabilityController
import Testing
import Waiting

/// What is deleted stays deleted, in whatever order the watches tell of it.
@Suite struct DeletedObjectTests {
  @Test func childrenAreNotMadeAnewWhenTheirEndIsToldBeforeThatOfTheirObject() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await RequestCountTests.settled(cluster, running)
      // The operator does not learn of the object's end by its watch.
      await cluster.server.setIntercept { request in
        guard request.header("Authorization") == "Bearer operator", request.path.hasSuffix("/observabilities") else {
          return nil
        }
        return .answer(APIResponse(status: 503, json: TestCluster.status(503, "ServiceUnavailable", "not now")))
      }
      await cluster.server.endWatches()
      try await running.waitForLine("API server unavailable")
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
}
