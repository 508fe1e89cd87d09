// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import Logging
import Synchronization
import Testing

@testable import NodeEligibility
@testable import ObservabilityController

/// No node is written to before the admission policy on nodes is seen to bind the operator.
@Suite struct NodePolicyProofTests {
  static func cluster(_ nodePolicy: NodeLabelGuard? = .standard) async throws -> TestCluster {
    let cluster = try await TestCluster(nodes: 1, nodePolicy: nodePolicy)
    await cluster.server.addNode("old", kernel: "4.18.0")
    return cluster
  }

  static func dryRuns(_ cluster: TestCluster) async -> [LoggedRequest] {
    await cluster.operatorRequests(withDryRuns: true).filter(\.isDryRun)
  }

  @Test("Each start costs one dry run, which the policy refuses and which changes nothing")
  func oneDryRunAStart() async throws {
    let cluster = try await Self.cluster()
    for start in 1...2 {
      await cluster.server.clearRequestLog()
      try await cluster.withOperator { running in
        if start == 1 { try await cluster.apply(TestCluster.object()) }
        try await running.waitForLine("node policy holds")
        try await cluster.wait(label: "ineligible", on: "old")
        try await cluster.wait(condition: "Ready")
        await running.resync()
        let dryRuns = await Self.dryRuns(cluster)
        #expect(dryRuns.map { "\($0.verb) \($0.resource) \($0.code)" } == ["patch nodes 403"], "\(dryRuns)")
      }
    }
    for node in ["node-0", "old"] {
      #expect(await cluster.server.object("nodes", node)?[path: "metadata", "labels", NodePolicyProof.probe] == nil)
    }
  }

  @Test("While the policy does not bind the operator no node is labelled, and condition, Event and log say why")
  func withoutThePolicy() async throws {
    let isBound = Mutex(false)
    let cluster = try await Self.cluster(NodeLabelGuard { _ in isBound.withLock { $0 } })
    try await cluster.withOperator(environment: .impatient) { running in
      try await cluster.apply(TestCluster.object())
      let object = try await cluster.wait(condition: "Ready", is: "False", reason: "NodePolicyMissing")
      let message = object?.condition("Ready")?.message ?? ""
      #expect(message.contains("observability-operator-nodes") && message.contains("Apply config/rbac"), "\(message)")
      try await cluster.waitForEvent(reason: "NodePolicyMissing")
      #expect(running.log.lines("node policy missing").map(\.level) == [.warning])
      try await cluster.waitForAgents(on: ["node-0", "old"])
      #expect(await cluster.nodeWrites().isEmpty)
      #expect(await cluster.server.object("nodes", "node-0")?[path: "metadata", "labels", NodePolicyProof.probe] == nil)

      isBound.withLock { $0 = true }
      try await cluster.wait(label: "ineligible", on: "old")
      try await cluster.wait(condition: "Ready")
      try await cluster.waitForAgents(on: ["node-0"])
    }
  }

  @Test("A missing policy is reported once also if no node has to be labelled")
  func withoutThePolicyAndWithoutNeed() async throws {
    let cluster = try await TestCluster(nodes: 1, nodePolicy: nil)
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object())
      try await cluster.wait(condition: "Ready")
      try await cluster.wait(ObjectKey(name: "platform")) {
        $0?.condition("AgentsAvailable")?.message.contains("does not bind the operator's account") == true
      }
      try await cluster.waitForEvent(reason: "NodePolicyMissing")
      await running.resync()
      #expect(try await cluster.events(reason: "NodePolicyMissing").count == 1)
    }
  }

  @Test("A cluster without nodes is asked once its first node is there")
  func theFirstNode() async throws {
    let cluster = try await TestCluster(nodes: 0)
    try await cluster.withOperator(environment: .impatient) { running in
      await running.instance.waitUntilSynced()
      #expect(await Self.dryRuns(cluster).isEmpty)
      await cluster.server.addNode("old", kernel: "4.18.0")
      try await running.waitForLine("node policy holds")
      #expect(await Self.dryRuns(cluster).count == 1)
    }
  }

  @Test("A dry run that keeps failing is reported, and does not keep the agents off every node")
  func whileTheDryRunFails() async throws {
    let cluster = try await Self.cluster()
    await cluster.server.setIntercept { request in
      guard request.method == "PATCH", request.path.hasPrefix("/api/v1/nodes/") else { return nil }
      let message = "failed calling webhook \"nodes.example.org\": no endpoints available"
      return .answer(APIResponse(status: 500, json: TestCluster.status(500, "InternalError", message)))
    }
    try await cluster.withOperator(environment: .impatient) { running in
      try await cluster.apply(TestCluster.object())
      let object = try await cluster.wait(condition: "Ready", is: "False", reason: "ApplyFailed")
      let message = object?.condition("Ready")?.message ?? ""
      #expect(message.contains("Node old") && message.contains("nodes.example.org"), "\(message)")
      try await cluster.waitForAgents(on: ["node-0", "old"])
      #expect(running.log.lines("node policy not proved").map(\.level) == [.warning])
      #expect(running.log.lines("node not labelled").map(\.level) == [.error])
      #expect(await cluster.operatorRequests().allSatisfy { $0.resource != "nodes" || $0.verb != "patch" })

      await cluster.server.setIntercept { _ in nil }
      try await cluster.wait(label: "ineligible", on: "old")
      try await cluster.wait(condition: "Ready")
    }
  }

  @Test("A dry run that fails for a moment is not reported")
  func whileTheServerStarts() async throws {
    let cluster = try await Self.cluster()
    let failures = Mutex(NodePolicyProof.patience - 1)
    await cluster.server.setIntercept { request in
      guard request.method == "PATCH", request.path.hasPrefix("/api/v1/nodes/"),
        failures.withLock({
          $0 -= 1; return $0 >= 0
        })
      else { return nil }
      return .answer(APIResponse(status: 429, json: TestCluster.status(429, "TooManyRequests", "initializing")))
    }
    try await cluster.withOperator(environment: .impatient) { running in
      try await cluster.apply(TestCluster.object())
      try await running.waitForLine("node policy holds")
      try await cluster.wait(condition: "Ready")
      #expect(running.log.lines("node policy not proved").isEmpty)
      #expect(running.log.lines("node not labelled").isEmpty)
    }
  }

  @Test(
    "Only the policy's own words prove that it holds",
    arguments: [
      (nil, .missing),
      (
        Made.failure(
          403, "Forbidden",
          "nodes \"n\" is forbidden: ValidatingAdmissionPolicy 'observability-operator-nodes' with binding "
            + "'observability-operator-nodes' denied request: observability-operator may change no label of a node but "
            + "observability.cozystack.io/node-agent; it tried to change \(NodePolicyProof.probe)"), .holds
      ),
      (Made.failure(403, "Forbidden", "no right"), .refused(Made.failure(403, "Forbidden", "no right"))),
      (Made.failure(422, "Invalid", "denied"), .refused(Made.failure(422, "Invalid", "denied"))),
      (Made.failure(404, "NotFound"), .unknown), (Made.failure(409, "Conflict"), .unknown),
      (Made.failure(400, "BadRequest", "dry run"), .refused(Made.failure(400, "BadRequest", "dry run"))),
      (Made.failure(500), .unknown), (Made.failure(429), .unknown), (Made.unreachable, .unknown),
    ] as [(KubernetesError?, NodePolicyProof.Outcome)])
  func whatAnAnswerProves(error: KubernetesError?, outcome: NodePolicyProof.Outcome) {
    #expect(NodePolicyProof.Outcome(error, refusal: NodePolicy.refusal) == outcome)
    #expect((outcome.obstacle(NodePolicy.proof) == nil) == (outcome == .holds))
  }

  @Test("What proves nothing counts as a failure once it has lasted", arguments: [Made.failure(404), Made.unreachable])
  func whatLasts(error: KubernetesError) {
    let patience = NodePolicyProof.patience
    #expect(NodePolicyProof.Outcome(error, refusal: "no", failures: patience - 1) == .unknown)
    #expect(NodePolicyProof.Outcome(error, refusal: "no", failures: patience) == .failing(error))
    #expect(NodePolicyProof.Outcome.failing(error).obstacle(NodePolicy.proof) == error)
  }

  @Test("The stand-in for the policy answers in the words of the policy itself")
  func theStandIn() throws {
    for entry in try NodePolicyTests.cases() where entry.isBound {
      let refusal = NodeLabelGuard { _ in true }.refusal(
        AdmissionRequest(
          identity: .admin, group: "", resource: "nodes", subresource: nil, object: entry.new, oldObject: entry.old))
      #expect((refusal == nil) == entry.isAccepted, "\(entry.testDescription)")
      #expect(refusal?.hasSuffix(entry.says) != false, "\(entry.testDescription): \(refusal ?? "")")
    }
    let probed: JSONValue = ["metadata": ["labels": [NodePolicyProof.probe: "true"]]]
    let refusal = NodeLabelGuard.standard.refusal(
      AdmissionRequest(
        identity: .serviceAccount(namespace: "anywhere", name: RoleManifests.operatorName), group: "",
        resource: "nodes",
        subresource: nil, object: probed, oldObject: [:]))
    #expect(refusal?.contains(NodePolicy.refusal) == true)
  }
}
