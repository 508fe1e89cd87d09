// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityController
import Testing

/// A backend that goes away and comes back.
@Suite struct BackendOutageTests {
  @Test func isToldOnceEachWayAndTheAgentsAreLeftAlone() async throws {
    let cluster = try await TestCluster()
    let clock = SkippingClock()
    try await cluster.withOperator(environment: clock.environment) { running in
      try await RequestCountTests.settled(cluster, running)
      let before = try await cluster.admin.get(.daemonSets, FirstReconcileTests.daemonSet)
      await cluster.server.clearRequestLog()

      cluster.backend.behaviour = .refusesConnections
      let healthy = cluster.backend.requests.count
      try await clock.advance(by: .seconds(61), until: "the backend is asked") {
        cluster.backend.requests.count > healthy
      }
      let away = try await cluster.wait(condition: "Ready", is: "False", reason: "BackendNotReady")
      #expect(away?.condition("MetricsBackendReady")?.reason == "Unreachable")
      #expect(away?.condition("AgentsAvailable")?.status == "True")
      #expect(away?.condition("Reconciling")?.status == "True")
      for seconds in [6, 11, 21] {
        // The next look is planned when the work on the object has ended.
        await running.instance.queue.waitUntilIdle()
        let asked = cluster.backend.requests.count
        try await clock.advance(by: .seconds(seconds), until: "the backend is asked again") {
          cluster.backend.requests.count > asked
        }
      }
      await running.instance.queue.waitUntilIdle()

      cluster.backend.behaviour = .healthy
      let failing = cluster.backend.requests.count
      try await clock.advance(by: .seconds(31), until: "the backend is asked once more") {
        cluster.backend.requests.count > failing
      }
      try await cluster.wait(condition: "Ready")
      #expect(try await cluster.admin.get(.daemonSets, FirstReconcileTests.daemonSet) == before)
      try await cluster.wait(for: .events, try await Self.key(of: "Ready", cluster)) {
        $0?[path: "series", "count"] == 2
      }
      #expect(try await cluster.events(reason: "Unreachable").count == 1)
      #expect(try await cluster.events(reason: "Ready").count == 1)
      #expect(running.log.lines("backend unavailable").count == 1)
      #expect(running.log.lines("backend recovered").count == 1)
      let writes = await cluster.operatorRequests().filter(\.isWrite)
      #expect(writes.count == 4, "a status and an Event each way: \(writes)")
    }
  }

  private static func key(of reason: String, _ cluster: TestCluster) async throws -> ObjectKey {
    try #require(try await cluster.events(reason: reason).first).key
  }
}
