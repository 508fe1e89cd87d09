// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import Rendering
import Testing

@testable import ObservabilityController

/// What is not known must not be told as if it were.
@Suite struct StaleReadsTests {
  @Test func aServerThatRestartsDoesNotUnmakeWhatIsReady() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator(environment: .impatient) { running in
      try await RequestCountTests.settled(cluster, running)
      await cluster.server.setIntercept { request in
        let isOperator = request.header("Authorization") == "Bearer operator"
        return isOperator && request.path == "/api/v1/namespaces" ? .closeConnection : nil
      }
      await cluster.server.endWatches()
      try await running.waitForLine("API server unavailable")
      await running.resync()
      let object = try await cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))
      #expect(object.condition("Ready")?.status == "True", "\(object.condition("Ready")?.message ?? "")")
      await cluster.server.setIntercept { _ in nil }
      try await running.waitForLine("API server answers again")
    }
  }
}
