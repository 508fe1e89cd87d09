// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityController
import Testing

/// An agent that ends again and again on one node, while others run.
@Suite struct EndingAgentTests {
  /// From now on the agent on that node ends again and again, and has done so for ten minutes.
  static func end(_ node: String, _ cluster: TestCluster) async throws {
    let pod = try #require(
      await cluster.server.objects("pods", namespace: "cozy-coroot").first { $0["spec"]?["nodeName"]?.string == node })
    let created = try #require(pod[path: "metadata", "creationTimestamp"]?.string.flatMap { Timestamp(rfc3339: $0) })
    let finished = Timestamp(secondsSinceEpoch: created.secondsSinceEpoch + 600)
    let status: JSONValue = [
      "name": "node-agent", "image": "agent", "imageID": "", "ready": false, "restartCount": 6,
      "state": ["waiting": ["reason": "CrashLoopBackOff"]],
      "lastState": [
        "terminated": [
          "exitCode": 1, "reason": "Error", "message": "netlink receive: no such file or directory",
          "startedAt": .string(finished.rfc3339), "finishedAt": .string(finished.rfc3339),
        ]
      ],
    ]
    _ = try await cluster.admin.patch(
      .pods, ObjectKey(namespace: "cozy-coroot", name: pod["metadata"]?["name"]?.string ?? ""),
      .merge([
        "status": [
          "containerStatuses": [status],
          "conditions": [["type": "Ready", "status": "False", "lastTransitionTime": .string(created.rfc3339)]],
        ]
      ]), WriteOptions(fieldManager: "kubelet", subresource: "status"))
  }

  @Test func theNodeIsSkippedAndTriedAgainLater() async throws {
    let cluster = try await TestCluster()
    let clock = SkippingClock()
    try await cluster.withOperator(environment: clock.environment) { running in
      try await cluster.apply(TestCluster.object())
      try await cluster.wait(condition: "Ready")
      try await Self.end("node-1", cluster)
      let object = try await cluster.wait(ineligible: ["node-1": "AgentExits"])
      let message = object?[path: "status", "ineligibleNodes"]?.array?.first?["message"]?.string
      #expect(message?.hasPrefix("netlink receive: no such file or directory. ") == true, "\(message ?? "")")
      try await cluster.waitForAgents(on: ["node-0", "node-2"])
      try await cluster.wait(condition: "Ready")

      // In small steps from there, so that the time of the trial does not pass too.
      clock.advance(by: .seconds(3000))
      try await clock.advance(by: .seconds(601), until: "the node is tried again") {
        await cluster.agents() == ["node-0", "node-1", "node-2"]
      }
      try await cluster.wait(ineligible: [:])
      // It fails again, and waits for twice as long.
      try await Self.end("node-1", cluster)
      try await cluster.wait(ineligible: ["node-1": "AgentExits"])
      try await cluster.wait(for: .configMaps, SkippedNodesTests.record) {
        $0?["data"]?["AgentExits"]?.string?.contains(#""tries":2"#) == true
      }
    }
  }

  @Test func whatEndsEverywhereLabelsNobody() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object())
      try await cluster.wait(condition: "Ready")
      // The operator sees all three together: one after the other, each would be judged while others still run.
      await cluster.server.holdWatches(of: "pods")
      for index in 0..<3 { try await Self.end("node-\(index)", cluster) }
      await cluster.server.releaseWatches()
      try await cluster.wait(condition: "Ready", is: "False")
      await running.resync()
      await running.instance.labelQueue.waitUntilIdle()
      // The first may still be judged before the others arrive.
      #expect(await cluster.nodeWrites().count <= 1)
    }
  }
}
