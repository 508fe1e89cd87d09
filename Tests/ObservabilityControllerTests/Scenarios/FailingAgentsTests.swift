// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import ObservabilityController
import Testing
import Waiting

/// What is said of agents that do not run, and what that costs.
@Suite struct FailingAgentsTests {
  struct Example: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var fate: PodFate
    /// What it looks like later, and is no news.
    var later: PodFate
    var says: String
  }

  static let report = PreflightReport(
    verdict: .failed, reason: "SysctlRefused", message: "Set net.netfilter.nf_conntrack_events to 1 on the node.")

  static let examples: [Example] = [
    Example(
      testDescription: "an image that is not there",
      fate: .waiting(reason: "ErrImagePull", message: #"failed to pull "a:1": not found"#),
      later: .waiting(
        reason: "ImagePullBackOff",
        message: #"Back-off pulling image "a:1": ErrImagePull: failed to pull "a:1": not found"#),
      says: #"ImagePullBackOff: failed to pull "a:1": not found. Correct spec.images"#),
    Example(
      testDescription: "a path that is missing",
      fate: .waiting(reason: "CreateContainerError", message: "mkdir /sys/kernel/tracing: operation not permitted"),
      later: .waiting(reason: "CreateContainerError", message: "name is reserved for 4711"),
      says: "CreateContainerError: mkdir /sys/kernel/tracing: operation not permitted. See kubectl -n cozy-coroot "),
    Example(
      testDescription: "a Secret that is missing",
      fate: .waiting(reason: "CreateContainerConfigError", message: #"secret "s" not found"#),
      later: .waiting(reason: "CreateContainerConfigError", message: #"secret "s" still not found"#),
      says: #"CreateContainerConfigError: secret "s" not found. Create what is missing"#),
    Example(
      testDescription: "killed at its limit",
      fate: .crashLoop(exitCode: 137, reason: "OOMKilled", message: "", restarts: 3),
      later: .restarted(exitCode: 137, reason: "OOMKilled", message: "", restarts: 4, isReady: false),
      says: "OOMKilled: killed at its memory limit of 2Gi. Raise spec.nodeAgent.resources.limits.memory."),
    Example(
      testDescription: "a crash loop",
      fate: .crashLoop(exitCode: 1, reason: "Error", message: "pid 17: no conntrack", restarts: 2),
      later: .crashLoop(exitCode: 1, reason: "Error", message: "pid 23: no conntrack", restarts: 3),
      says: "CrashLoopBackOff: exit code 1: pid 17: no conntrack. See kubectl -n cozy-coroot logs "),
    Example(
      testDescription: "a verdict of preflight",
      fate: .initFailed(exitCode: 11, terminationMessage: JSONWriter.text(report.json)),
      later: .initFailed(exitCode: 12, terminationMessage: JSONWriter.text(report.json)),
      says: "SysctlRefused: preflight: Set net.netfilter.nf_conntrack_events to 1 on the node."),
  ]

  static let pods = WatchTarget(.pods, namespace: "cozy-coroot", labelSelector: "observability.cozystack.io/object")
  static let spec: JSONObject = ["nodeAgent": ["resources": ["limits": ["memory": "2Gi"]]]]

  /// That fate for the pod on the first node, and a good one for the others.
  private static func only(_ fate: PodFate) -> @Sendable (JSONValue, JSONValue) -> PodFate {
    { _, node in node[path: "metadata", "name"] == "node-0" ? fate : .ready }
  }

  @Test(arguments: examples)
  func aPodThatFailsCostsOneStatusAndOneEventAndItsRecoveryOneStatus(_ example: Example) async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator(environment: .unhurried) { running in
      try await RequestCountTests.settled(cluster, running, spec: Self.spec)
      await cluster.server.clearRequestLog()

      await cluster.server.setPodFate(Self.only(example.fate))
      let failing = try await cluster.wait(condition: "AgentsAvailable", is: "False", reason: "PodsFailing")
      let message = failing?.condition("AgentsAvailable")?.message ?? ""
      #expect(message.hasPrefix("1 of 3 agents fail: node-0 platform-node-agent-"), "\(message)")
      #expect(message.contains(": \(example.says)"), "\(message)")
      #expect(failing?[path: "status", "agents", "summary"] == "2/3")
      #expect(failing?.condition("Ready")?.status == "False")
      #expect(failing?.condition("Reconciling")?.status == "True")
      let event = try await cluster.waitForEvent(reason: "AgentPodFailing")
      #expect(event["type"] == "Warning" && event[path: "regarding", "name"] == "platform")
      #expect(event["note"]?.string?.contains(example.says) == true, "\(event)")
      #expect(running.log.lines("agent fails").count == 1)
      try await expectWrites(["observabilities": 1, "events": 1], cluster, running)

      // The kubelet tries and waits, and tries again.
      let store = try #require(running.instance.informers.store(Self.pods))
      let version = store.version
      await cluster.server.setPodFate(Self.only(example.later))
      try await eventually("the operator has been told") { store.version > version }
      try await expectWrites(["observabilities": 1, "events": 1], cluster, running)

      await cluster.server.clearRequestLog()
      await cluster.server.setPodFate(Self.only(.ready))
      let ready = try await cluster.wait(condition: "Ready")
      #expect(ready?[path: "status", "agents", "summary"] == "3/3")
      try await expectWrites(["observabilities": 1, "events": 1], cluster, running)
      #expect(try await cluster.events(reason: "AgentPodFailing").count == 1)
      #expect(try await cluster.events(reason: "PodsFailing").isEmpty)
    }
  }

  @Test func aRestartTellsNothingAnew() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      try await RequestCountTests.settled(cluster, running, spec: Self.spec)
      await cluster.server.setPodFate(Self.only(.crashLoop(exitCode: 2, reason: "Error", message: "no", restarts: 7)))
      try await cluster.wait(condition: "AgentsAvailable", is: "False", reason: "PodsFailing")
      try await cluster.waitForEvent(reason: "AgentPodFailing")
      await running.instance.queue.waitUntilIdle()
    }
    await cluster.server.clearRequestLog()
    try await cluster.withOperator { running in
      try await running.waitForLine("agent fails")
      try await expectWrites([:], cluster, running)
    }
  }

  private func expectWrites(
    _ expected: [String: Int], _ cluster: TestCluster, _ running: RunningOperator
  ) async throws {
    await running.resync()
    try await eventually("the Events are sent") {
      await cluster.operatorRequests().filter { $0.isWrite && $0.resource == "events" }.count
        >= (expected["events"] ?? 0)
    }
    let writes = await cluster.operatorRequests().filter(\.isWrite)
    #expect(Dictionary(grouping: writes, by: \.resource).mapValues(\.count) == expected, "\(writes)")
  }

  /// Nobody says what is wrong with it, and so it is a matter of time.
  @Test func aPodThatDoesNotStartIsToldAfterTenMinutes() async throws {
    let cluster = try await TestCluster()
    let clock = SkippingClock()
    try await cluster.withOperator(environment: clock.environment) { running in
      try await RequestCountTests.settled(cluster, running)
      await cluster.server.setPodFate(Self.only(.pending))
      let waiting = try await cluster.wait(condition: "Ready", is: "False", reason: "AgentsNotReady")
      #expect(waiting?.condition("AgentsAvailable")?.status == "True", "one of three may be missing for a while")
      #expect(waiting?.condition("AgentsAvailable")?.reason == "MinimumAvailable")
      try await clock.advance(by: .seconds(602), until: "it is told") {
        let object = try await cluster.admin.get(TestCluster.observabilities, ObjectKey(name: "platform"))
        return object.condition("AgentsAvailable")?.reason == "PodsFailing"
      }
      let event = try await cluster.waitForEvent(reason: "AgentPodFailing")
      #expect(event["note"]?.string?.contains("NotStarted: not started for more than 10 minutes") == true, "\(event)")
    }
  }

  @Test func withoutTheRightToReadPodsTheCountsAreStillToldAndTheRightIsNamed() async throws {
    let cluster = try await TestCluster()
    for var role in RoleManifests.all where role[path: "metadata", "name"] == "observability-operator-children" {
      guard let rules = role["rules"]?.array else { continue }
      role["rules"] = .array(rules.filter { $0["resources"] != ["pods"] })
      try await cluster.server.apply(role)
    }
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object())
      let object = try await cluster.wait(condition: "Ready", is: "False", reason: "NotPermitted")
      let message = object?.condition("Ready")?.message ?? ""
      #expect(message.contains("pods in namespace cozy-coroot cannot be read"), "\(message)")
      #expect(message.contains("Bind ClusterRole observability-operator-children"), "\(message)")
      for role in RoleManifests.all { try await cluster.server.apply(role) }
      let ready = try await cluster.wait(condition: "Ready")
      #expect(ready?[path: "status", "agents", "summary"] == "3/3")
    }
  }

  @Test func withoutAnObjectNoPodIsRead() async throws {
    let cluster = try await TestCluster()
    try await cluster.withOperator { running in
      await running.instance.waitUntilSynced()
      await running.resync([])
      #expect(await cluster.operatorRequests().filter { $0.resource == "pods" } == [])
      try await RequestCountTests.settled(cluster, running)
      let reads = await cluster.operatorRequests().filter { $0.resource == "pods" }
      #expect(reads.count == 1 && reads.allSatisfy { $0.verb == "watch" && $0.namespace == "cozy-coroot" }, "\(reads)")
    }
  }
}
