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

/// No label outlives what it is there for.
@Suite struct NodeLabelTests {
  /// Two nodes, and two that cannot carry the agent: one by its kernel, one by what preflight says.
  static func cluster() async throws -> TestCluster {
    let cluster = try await TestCluster(nodes: 2) { _, node in
      node["metadata"]?["name"] == "locked" ? TestCluster.lockedDown : .ready
    }
    await cluster.server.addNode("locked", labels: ["pool": "rest"])
    await cluster.server.addNode("old", labels: ["pool": "rest"], kernel: "4.18.0")
    return cluster
  }

  static func labelled(_ cluster: TestCluster) async throws {
    try await cluster.wait(label: "ineligible", on: "locked")
    try await cluster.wait(label: "ineligible", on: "old")
  }

  static func bare(_ cluster: TestCluster) async throws {
    try await cluster.wait(label: nil, on: "locked")
    try await cluster.wait(label: nil, on: "old")
  }

  @Test func theLastObjectTakesItsLabelsWithIt() async throws {
    let cluster = try await Self.cluster()
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object())
      try await Self.labelled(cluster)
      try await cluster.admin.delete(TestCluster.observabilities, ObjectKey(name: "platform"), DeleteOptions())
      try await Self.bare(cluster)
      try await cluster.wait(for: .configMaps, SkippedNodesTests.record) { $0 == nil }
      await running.instance.labelQueue.waitUntilIdle()
      #expect(await cluster.nodeWrites().sorted() == ["locked", "locked", "old", "old"])
    }
  }

  @Test func soItIsIfItWasDeletedWhileNobodyLooked() async throws {
    let cluster = try await Self.cluster()
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object())
      try await Self.labelled(cluster)
    }
    try await cluster.admin.delete(TestCluster.observabilities, ObjectKey(name: "platform"), DeleteOptions())
    try await Self.labelled(cluster)
    await cluster.server.clearRequestLog()
    try await cluster.withOperator { running in
      try await Self.bare(cluster)
      await running.instance.labelQueue.waitUntilIdle()
      #expect(await cluster.nodeWrites().sorted() == ["locked", "old"])
    }
  }

  @Test func aNodeThatIsNoLongerAskedForLosesItsLabel() async throws {
    let cluster = try await Self.cluster()
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object())
      try await Self.labelled(cluster)
      try await cluster.apply(TestCluster.object(spec: ["nodeAgent": ["nodeSelector": ["pool": "first"]]]))
      try await Self.bare(cluster)
      try await cluster.wait(condition: "Ready")
      try await cluster.apply(TestCluster.object())
      try await Self.labelled(cluster)
    }
  }

  @Test func aNodeBelongsToTheObjectThatServesIt() async throws {
    let cluster = try await Self.cluster()
    func pool(_ name: String) -> JSONObject { ["nodeAgent": ["nodeSelector": ["pool": .string(name)]]] }
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object("first", spec: pool("first")))
      try await cluster.apply(TestCluster.object("second", spec: pool("rest")))
      try await cluster.wait(ineligible: ["locked": "KernelLockedDown", "old": "KernelTooOld"], of: "second")
      try await cluster.wait(for: "first", condition: "Ready")
      try await Self.labelled(cluster)
      try await cluster.admin.delete(TestCluster.observabilities, ObjectKey(name: "first"), DeleteOptions())
      await running.resync(["second"])
      try await Self.labelled(cluster)
      try await cluster.admin.delete(TestCluster.observabilities, ObjectKey(name: "second"), DeleteOptions())
      try await Self.bare(cluster)
    }
  }

  /// An object that cannot be read leaves its agents as they are, and so must the labels stay that keep them off nodes.
  @Test func anObjectThatIsStalledKeepsItsLabels() async throws {
    let cluster = try await Self.cluster()
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object())
      try await Self.labelled(cluster)
      await running.instance.labelQueue.waitUntilIdle()
      await cluster.server.clearRequestLog()
      try await cluster.apply(TestCluster.object(spec: ["metrics": ["interval": "1s"]]))
      try await cluster.wait(condition: "Stalled")
      await running.instance.labelQueue.waitUntilIdle()
      #expect(await cluster.nodeWrites().isEmpty)
    }
  }

  @Test func aRecordThatSomebodyDeletesIsWrittenAgain() async throws {
    let cluster = try await Self.cluster()
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object())
      try await Self.labelled(cluster)
      let before = try await cluster.admin.get(.configMaps, SkippedNodesTests.record)
      await cluster.server.clearRequestLog()
      try await cluster.admin.delete(.configMaps, SkippedNodesTests.record, DeleteOptions())
      let after = try await cluster.wait(for: .configMaps, SkippedNodesTests.record) {
        $0 != nil && $0?.uid != before.uid
      }
      #expect(after?["data"] == before["data"])
      #expect(await cluster.nodeWrites().isEmpty)
    }
  }

  @Test("A label that admission takes off at each write is reported, and not written again and again")
  func aLabelThatAdmissionTakesOffIsReported() async throws {
    let cluster = try await Self.cluster()
    var nodes: [String: JSONValue] = [:]
    for name in ["locked", "old"] { nodes[name] = await cluster.server.object("nodes", name) }
    await cluster.server.setIntercept { [nodes] request in
      guard request.method == "PATCH", request.path.hasPrefix("/api/v1/nodes/"), request.parameter("dryRun") == nil,
        let node = nodes.first(where: { request.path.contains("/nodes/\($0.key)") })
      else { return nil }
      return .answer(APIResponse(status: 200, json: node.value))
    }
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object())
      let object = try await cluster.wait(condition: "Ready", is: "False", reason: "NotPermitted")
      let message = object?.condition("Ready")?.message ?? ""
      #expect(message.contains("Node") && message.contains("admission changes it at each write"), "\(message)")
      #expect(running.log.lines("node not labelled").map(\.level) == [.error])
      try await cluster.waitForAgents(on: ["locked", "node-0", "node-1", "old"])
    }
  }

  /// What is written on nodes may be refused by others: then it is said, and the agents of the other nodes run.
  @Test func aLabelThatCannotBeWrittenIsToldAndTriedAgain() async throws {
    let cluster = try await Self.cluster()
    await cluster.server.setIntercept { request in
      guard request.method == "PATCH", request.path.hasPrefix("/api/v1/nodes/") else { return nil }
      let message = "nodes \"x\" is forbidden: somebody guards it"
      return .answer(APIResponse(status: 403, json: TestCluster.status(403, "Forbidden", message)))
    }
    try await cluster.withOperator(environment: .impatient) { running in
      try await cluster.apply(TestCluster.object())
      let object = try await cluster.wait(condition: "Ready", is: "False", reason: "NotPermitted")
      let message = object?.condition("Ready")?.message ?? ""
      #expect(message.contains("Node") && message.contains("somebody guards it"), "\(message)")
      try await cluster.waitForAgents(on: ["locked", "node-0", "node-1", "old"])
      #expect(running.log.lines("node not labelled").count == 1)
      await cluster.server.setIntercept { _ in nil }
      try await Self.labelled(cluster)
      try await cluster.wait(condition: "Ready")
      try await running.waitForLine("nodes can be labelled again")
    }
  }
}
