// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import Logging
import NIOConcurrencyHelpers
import Testing

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
    let isBound = NIOLockedValueBox(false)
    let cluster = try await Self.cluster(NodeLabelGuard { _ in isBound.withLockedValue { $0 } })
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

      isBound.withLockedValue { $0 = true }
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
      (Made.failure(500), .unknown), (Made.failure(429), .unknown), (Made.unreachable, .unknown),
    ] as [(KubernetesError?, NodePolicyProof.Outcome)])
  func whatAnAnswerProves(error: KubernetesError?, outcome: NodePolicyProof.Outcome) {
    #expect(NodePolicyProof.Outcome(error) == outcome)
    #expect((outcome.obstacle == nil) == (outcome == .holds))
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
