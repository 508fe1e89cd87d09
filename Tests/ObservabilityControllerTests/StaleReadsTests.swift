// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
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

  @Test func aWatchNobodyWantsHoldsNoGoodNewsBack() {
    let error = KubernetesError.status(APIStatus(code: 503, reason: "ServiceUnavailable", message: "no"))
    let service = WatchTarget.named(.services, ObjectKey(namespace: "a", name: "x"))
    var story = WatchStory()
    for target in [Watches.nodes, service] {
      _ = story.tell(target, .failing(error, attempts: 1), isStarting: false)
    }
    story.keep([Watches.nodes, Watches.objects])
    let lines = story.tell(Watches.nodes, .synced, isStarting: false)
    #expect(lines.map(\.message) == ["API server answers again"])
  }
}
