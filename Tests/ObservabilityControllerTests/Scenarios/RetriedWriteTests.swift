// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import ObservabilityController
import Testing

/// A write that the server does not take now is tried again.
@Suite struct RetriedWriteTests {
  @Test(arguments: [(409, "Conflict"), (429, "TooManyRequests"), (500, "InternalError"), (503, "ServiceUnavailable")])
  func anApplyThatIsNotTakenNow(_ code: Int, _ reason: String) async throws {
    let cluster = try await TestCluster()
    let clock = SkippingClock()
    await cluster.server.setIntercept { request in
      guard request.method == "PATCH", request.path.contains("/daemonsets/") else { return nil }
      var answer = APIResponse(status: code, json: TestCluster.status(code, reason, "not now"))
      if code == 429 { answer.headers.append(("Retry-After", "30")) }
      return .answer(answer)
    }
    try await cluster.withOperator(environment: clock.environment) { running in
      try await cluster.apply(TestCluster.object())
      let object = try await cluster.wait(condition: "Ready", is: "False", reason: "ApplyFailed")
      #expect(object?.condition("Ready")?.message.contains("DaemonSet cozy-coroot/platform-node-agent") == true)
      #expect(object?.condition("Ready")?.message.contains("not now") == true)
      #expect(object?.condition("Reconciling")?.reason == "ApplyFailed")
      #expect(object?.condition("Stalled") == nil)

      await cluster.server.setIntercept { _ in nil }
      try await clock.advance(by: .seconds(30), until: "the write is tried again") {
        await cluster.operatorRequests().contains { $0.resource == "daemonsets" && $0.isWrite && $0.code < 300 }
      }
      try await cluster.wait(condition: "Ready")
      #expect(running.log.lines("object stalled").isEmpty)
    }
  }

  @Test(arguments: [409, 503])
  func aStatusThatIsNotTakenNow(_ code: Int) async throws {
    let cluster = try await TestCluster()
    let refused = WriteCounter()
    await cluster.server.setIntercept { request in
      guard request.method == "PATCH", request.path.hasSuffix("/status"), refused.next() <= 2 else { return nil }
      return .answer(.init(status: code, json: TestCluster.status(code, "No", "not now")))
    }
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object())
      try await cluster.wait(condition: "Ready")
      #expect(refused.count >= 3)
    }
  }
}

/// What the API server refuses for good is tried again now and then: it may be a policy that somebody takes back.
@Suite struct RefusedWriteTests {
  @Test func aRefusalIsTriedAgainByItself() async throws {
    let cluster = try await TestCluster()
    let clock = SkippingClock()
    await cluster.server.setIntercept { request in
      guard request.method == "PATCH", request.path.contains("/daemonsets/") else { return nil }
      return .answer(APIResponse(status: 400, json: TestCluster.status(400, "BadRequest", "denied by a policy")))
    }
    try await cluster.withOperator(environment: clock.environment) { _ in
      try await cluster.apply(TestCluster.object())
      try await cluster.wait(condition: "Stalled", reason: "ChildRefused")
      await cluster.server.setIntercept { _ in nil }
      try await clock.advance(by: .seconds(301), until: "the write is tried again") {
        await cluster.operatorRequests().contains { $0.resource == "daemonsets" && $0.isWrite && $0.code < 300 }
      }
      try await cluster.wait(condition: "Ready")
    }
  }
}
