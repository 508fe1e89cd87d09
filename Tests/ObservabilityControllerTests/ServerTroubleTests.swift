// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import Logging
import ObservabilityController
import Testing
import Waiting

/// A server that cannot be used is told once per change of that, and work goes on by itself.
@Suite struct ServerTroubleTests {
  @Test func theKindIsNotInstalled() async throws {
    let cluster = try await TestCluster(withDefinition: false)
    try await cluster.withOperator(environment: .impatient) { running in
      try await running.waitForLine("type not served")
      #expect(!running.instance.isSynced)
      let line = try #require(running.log.lines("type not served").first)
      #expect(line.metadata["remedy"]?.contains("kubectl apply") == true)
      try await cluster.addDefinition()
      try await running.waitForLine("type readable again")
      try await cluster.apply(TestCluster.object())
      try await cluster.wait(condition: "Ready")
      #expect(running.log.lines("type not served").count == 1)
    }
  }

  @Test(arguments: [
    (401, "Unauthorized", "API server unavailable"), (503, "ServiceUnavailable", "API server unavailable"),
    (403, "Forbidden", "type not readable"),
  ])
  func anAnswerThatIsARefusal(_ code: Int, _ reason: String, _ message: String) async throws {
    let cluster = try await TestCluster()
    try await cluster.apply(TestCluster.object())
    await cluster.server.setIntercept { request in
      guard request.header("Authorization") == "Bearer operator" else { return nil }
      return .answer(.init(status: code, json: TestCluster.status(code, reason, "no")))
    }
    try await cluster.withOperator(environment: .impatient) { running in
      try await running.waitForLine(message)
      #expect(!running.instance.isSynced)
      await cluster.server.setIntercept { _ in nil }
      try await cluster.wait(condition: "Ready")
      await running.instance.waitUntilSynced()
      #expect(
        Set(running.log.lines(message).map { $0.metadata["type"] ?? "" }).count == running.log.lines(message).count)
    }
  }

  @Test("A type whose cache the server still fills is waited for without a word, and is an error once that lasts")
  func aCacheThatIsBeingFilledIsWaitedForQuietly() async throws {
    let cluster = try await TestCluster()
    let clock = SkippingClock()
    let asked = WriteCounter()
    try await cluster.apply(TestCluster.object())
    await cluster.server.setIntercept { request in
      guard request.header("Authorization") == "Bearer operator", request.path.hasSuffix("/observabilities") else {
        return nil
      }
      _ = asked.next()
      var status = TestCluster.status(429, "TooManyRequests", "storage is (re)initializing")
      status["details"] = ["retryAfterSeconds": 1]
      var answer = APIResponse(status: 429, json: status)
      answer.headers.append(("Retry-After", "1"))
      return .answer(answer)
    }
    try await cluster.withOperator(environment: clock.environment) { running in
      for count in 1...3 {
        try await clock.advance(by: .seconds(4), until: "it is asked again") { asked.count > count }
        #expect(!running.log.all.contains { $0.level >= .warning }, "\(running.log.all)")
        #expect(!running.instance.isSynced)
      }
      try await clock.advance(by: .seconds(60), until: "it is reported") {
        running.log.lines("API server unavailable").count == 1
      }
      await cluster.server.setIntercept { _ in nil }
      try await clock.advance(by: .seconds(60), until: "it is synced") { running.instance.isSynced }
      try await cluster.wait(condition: "Ready")
      #expect(running.log.lines("API server unavailable").count == 1)
    }
  }

  @Test func aConnectionThatBreaks() async throws {
    let cluster = try await TestCluster()
    try await cluster.apply(TestCluster.object())
    await cluster.server.setIntercept { request in
      request.header("Authorization") == "Bearer operator" ? .closeConnection : nil
    }
    try await cluster.withOperator(environment: .impatient) { running in
      try await running.waitForLine("API server unavailable")
      await cluster.server.setIntercept { _ in nil }
      try await cluster.wait(condition: "Ready")
      try await running.waitForLine("API server answers again")
      #expect(running.log.lines("API server unavailable").count == 1)
    }
  }

  /// What was read stays true while the server is away; nothing is said of the object for that.
  @Test func aServerThatIsAwayIsNoFaultOfTheObject() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator(environment: .impatient) { running in
      try await RequestCountTests.settled(cluster, running)
      await cluster.server.clearRequestLog()
      await cluster.server.setIntercept { request in
        guard request.header("Authorization") == "Bearer operator", request.method == "GET" else { return nil }
        return .answer(.init(status: 503, json: TestCluster.status(503, "ServiceUnavailable", "no")))
      }
      await cluster.server.endWatches()
      let target = WatchTarget.named(.namespaces, ObjectKey(name: "cozy-coroot"))
      try await eventually("the watch has broken") {
        if case .failing = running.instance.informers.state(target) { true } else { false }
      }
      await running.resync()
      #expect(await cluster.operatorRequests().filter(\.isWrite) == [])
    }
  }
}
