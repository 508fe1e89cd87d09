// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import Rendering
import Testing
import Waiting

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

  @Test("Nothing is created for an object that has long been there before the API server was asked whether it still is")
  func anObjectThatMayBeGone() async throws {
    let cluster = try await TestCluster()
    let clock = SkippingClock()
    clock.advance(by: .seconds(3600))
    let answers = Refusals()
    await cluster.server.setIntercept { request in
      let isOperator = request.header("Authorization") == "Bearer operator"
      guard isOperator, request.method == "GET", request.path.hasSuffix("/observabilities/platform") else { return nil }
      answers.add()
      return .answer(APIResponse(status: 404, json: TestCluster.status(404, "NotFound", "gone")))
    }
    try await cluster.withOperator(environment: clock.environment) { running in
      try await cluster.apply(TestCluster.object())
      try await eventually("the API server is asked") { answers.count > 0 }
      await running.instance.queue.waitUntilIdle()
      #expect(await cluster.operatorRequests().filter(\.isWrite).isEmpty)
    }
  }
}
