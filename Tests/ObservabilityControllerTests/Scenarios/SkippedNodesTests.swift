// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import NodeEligibility
@testable import ObservabilityController

/// Nodes that cannot carry the agent are skipped, and join by themselves once they can.
@Suite struct SkippedNodesTests {
  static let lockedBoot = "a-boot-with-lockdown"

  /// A node of each kind.
  static func cluster() async throws -> TestCluster {
    let cluster = try await TestCluster(nodes: 0) { _, node in
      if node[path: "status", "nodeInfo", "bootID"]?.string == lockedBoot { return TestCluster.lockedDown }
      return node[path: "metadata", "name"] == "hungry"
        ? .crashLoop(exitCode: 137, reason: "OOMKilled", message: "", restarts: 12) : .ready
    }
    await cluster.server.addNode("arm", kernel: "6.6.30-talos", architecture: "arm64")
    await cluster.server.addNode("fine")
    await cluster.server.addNode("hungry")
    await cluster.server.addNode("locked", bootID: lockedBoot)
    await cluster.server.addNode("old", kernel: "4.18.0")
    await cluster.server.addNode("riscv", architecture: "riscv64")
    return cluster
  }

  @Test("An ineligible node is reported once, also if nodes cannot be read for a while")
  func withoutTheRightToReadNodes() async throws {
    let cluster = try await TestCluster(nodes: 1)
    await cluster.server.addNode("old", kernel: "4.18.0")
    try await cluster.withOperator(environment: .impatient) { running in
      try await cluster.apply(TestCluster.object())
      try await cluster.wait(condition: "Ready")
      await cluster.server.setIntercept { request in
        guard request.method == "GET", request.path == "/api/v1/nodes" else { return nil }
        return .answer(APIResponse(status: 403, json: TestCluster.status(403, "Forbidden", "no right")))
      }
      await cluster.server.endWatches()
      let object = try await cluster.wait(condition: "Ready", is: "False", reason: "NotPermitted")
      #expect(object?.condition("Ready")?.message.contains("Nodes cannot be read") == true)
      await cluster.server.setIntercept { _ in nil }
      try await cluster.wait(condition: "Ready")
      #expect(running.log.lines("node no longer ineligible").isEmpty)
      #expect(running.log.lines("node ineligible").count == 1)
    }
  }

  @Test("Why a node is skipped is written down, and the node labelled, also while another kind of child is not served")
  func whileAKindIsNotServed() async throws {
    let cluster = try await TestCluster(nodes: 1) { _, node in
      node[path: "status", "nodeInfo", "bootID"]?.string == Self.lockedBoot ? TestCluster.lockedDown : .ready
    }
    try await cluster.server.apply(TestCluster.podScrapeDefinition)
    try await cluster.withOperator(environment: .impatient) { running in
      try await cluster.apply(TestCluster.object(spec: ["metrics": ["delivery": "Scrape"]]))
      try await cluster.wait(condition: "Ready")
      await cluster.server.setIntercept { request in
        guard request.path.contains("/vmpodscrapes") else { return nil }
        return .answer(APIResponse(status: 404, json: TestCluster.status(404, "NotFound", "no such resource")))
      }
      await cluster.server.endWatches()
      try await cluster.wait(condition: "Ready", is: "False", reason: "KindNotServed")
      await cluster.server.addNode("locked", bootID: Self.lockedBoot)
      try await cluster.wait(label: "ineligible", on: "locked")
      _ = try await cluster.admin.get(.configMaps, Self.record)
    }
  }

  @Test func sixNodes() async throws {
    let cluster = try await Self.cluster()
    let names = ["arm", "fine", "hungry", "locked", "old", "riscv"]
    var before: [JSONValue?] = []
    for name in names { before.append(await cluster.untouched(name)) }

    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object())
      let object = try await cluster.wait(
        ineligible: ["locked": "KernelLockedDown", "old": "KernelTooOld", "riscv": "UnsupportedArchitecture"])
      try await cluster.waitForAgents(on: ["arm", "fine", "hungry"])
      try Self.look(at: object)
      try await cluster.wait(ObjectKey(name: "platform")) {
        $0?[path: "status", "agents"]?.object.map { [$0["eligible"], $0["ready"]] == [3, 2] } == true
      }
      try await cluster.wait(condition: "AgentsAvailable", is: "False", reason: "PodsFailing")
      for (node, label) in zip(names, [nil, nil, nil, "ineligible", "ineligible", "ineligible"]) {
        let current = await cluster.server.object("nodes", node).flatMap {
          $0[path: "metadata", "labels", NodeLabel.label]
        }
        #expect(current?.string == label, "\(node)")
      }
      await running.instance.labelQueue.waitUntilIdle()
      // What a status still waits to say, the next process would write.
      await running.instance.queue.waitUntilIdle(dueWithin: StatusDebounce.time)
      try await Self.lookAtRequests(of: cluster)
      #expect(
        running.log.lines("node ineligible").map(\.metadata["node"]).compactMap(\.self).sorted() == [
          "locked", "old", "riscv",
        ])
      #expect(
        running.log.lines("node ineligible").contains {
          $0.metadata["needs"] == "5.11" && $0.metadata["kernel"] == "4.18.0"
        })
    }
    let notes = try await cluster.events(reason: "NodeIneligible").compactMap { $0["note"]?.string }.sorted()
    #expect(notes.count == 3, "\(notes)")
    #expect(notes.contains { $0.contains("Node old with kernel 4.18.0") && $0.contains("older than 5.11") }, "\(notes)")

    await cluster.server.clearRequestLog()
    try await cluster.withOperator { running in
      await running.instance.waitUntilSynced()
      try await running.waitForLine("node ineligible")
      await running.resync()
      await running.instance.labelQueue.waitUntilIdle()
      let writes = await cluster.operatorRequests().filter(\.isWrite)
      #expect(writes.isEmpty, "a restart writes nothing: \(writes)")
      #expect(try await cluster.events(reason: "NodeIneligible").count == 3)

      try await cluster.boot("old", kernel: "5.15.0-1053-aws", bootID: "new")
      try await cluster.wait(ineligible: ["locked": "KernelLockedDown", "riscv": "UnsupportedArchitecture"])
      try await cluster.waitForAgents(on: ["arm", "fine", "hungry", "old"])

      try await cluster.boot("locked", bootID: "a-boot-without-it")
      try await cluster.wait(ineligible: ["riscv": "UnsupportedArchitecture"])
      try await cluster.waitForAgents(on: ["arm", "fine", "hungry", "locked", "old"])
      try await cluster.wait(for: .configMaps, Self.record) { $0 == nil }
      await running.instance.labelQueue.waitUntilIdle()
      #expect(await cluster.nodeWrites() == ["old", "locked"])
    }
    for (name, old) in zip(names, before) where !["locked", "old"].contains(name) {
      let new = await cluster.untouched(name)
      #expect(new == old, "\(name) is as it was, but for the label")
    }
  }

  @Test("A node without the labels of an operating system or architecture is not counted as eligible")
  func aVirtualNode() async throws {
    let cluster = try await TestCluster(nodes: 1)
    for (name, labels) in [
      ("fargate", ["kubernetes.io/os": "linux"]), ("virtual", ["type": "virtual-kubelet"]),
    ] as [(String, JSONObject)] {
      let metadata: JSONValue = ["name": .string(name), "labels": .object(labels)]
      try await cluster.server.apply(["apiVersion": "v1", "kind": "Node", "metadata": metadata])
    }
    try await cluster.withOperator { _ in
      try await cluster.apply(TestCluster.object())
      let object = try await cluster.wait(
        ineligible: ["fargate": "UnsupportedArchitecture", "virtual": "UnsupportedOperatingSystem"])
      try await cluster.wait(condition: "Ready")
      #expect(object?[path: "status", "agents", "eligible"] == 1)
      try await cluster.waitForAgents(on: ["node-0"])
    }
  }

  static let record = ObjectKey(namespace: "cozy-coroot", name: "platform-node-verdicts")

  private static func look(at object: KubernetesObject?) throws {
    let nodes = try #require(object?[path: "status", "ineligibleNodes"]?.array)
    #expect(nodes.map { $0["name"]?.string } == ["locked", "old", "riscv"])
    #expect(nodes.map { $0["kernel"]?.string } == ["6.8.0-60-generic", "4.18.0", "6.8.0-60-generic"])
    let messages = nodes.map { $0["message"]?.string ?? "" }
    #expect(messages[0] == "lockdown is confidentiality. \(IneligibilityReason.kernelLockedDown.remedy)")
    #expect(messages[1].hasPrefix("Kernel 4.18.0 is older than 5.11. Upgrade"))
    #expect(messages[2].contains(#""riscv64""#))
  }

  /// One write for each node that is skipped, none for the others, and no agent before the old node had its label.
  private static func lookAtRequests(of cluster: TestCluster) async throws {
    let requests = await cluster.operatorRequests()
    #expect(await cluster.nodeWrites().sorted() == ["locked", "old", "riscv"])
    #expect(requests.filter { $0.code >= 400 && $0.resource != "namespaces" } == [])
    #expect(requests.filter { $0.resource == "configmaps" && $0.isWrite }.count == 1)
    let label = try #require(requests.firstIndex { $0.resource == "nodes" && $0.name == "old" && $0.isWrite })
    let made = try #require(requests.firstIndex { $0.resource == "daemonsets" && $0.isWrite })
    #expect(label < made)
    let noted = try #require(requests.firstIndex { $0.resource == "configmaps" && $0.isWrite })
    let locked = try #require(requests.firstIndex { $0.resource == "nodes" && $0.name == "locked" && $0.isWrite })
    #expect(noted < locked, "the reason is written down before the label")
  }

  @Test func aStrangersChangeOfTheLabelIsPutRight() async throws {
    let cluster = try await TestCluster(nodes: 2)
    await cluster.server.addNode("old", kernel: "4.18.0")
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object())
      try await cluster.wait(condition: "Ready")
      for value in [JSONValue.null, "maybe"] {
        await cluster.server.clearRequestLog()
        try await cluster.touch("old", labels: [NodeLabel.label: value])
        try await cluster.wait(label: "ineligible", on: "old")
        #expect(await cluster.nodeWrites() == ["old"])
      }
      for value in ["ineligible", "maybe"] {
        await cluster.server.clearRequestLog()
        try await cluster.touch("node-0", labels: [NodeLabel.label: .string(value)])
        try await cluster.wait(label: nil, on: "node-0")
        #expect(await cluster.nodeWrites() == ["node-0"])
      }
      try await cluster.waitForAgents(on: ["node-0", "node-1"])
      try await cluster.wait(condition: "Ready")
    }
  }

  @Test func whoChangesTheLabelEachTimeIsNotFoughtWithoutEnd() async throws {
    let cluster = try await TestCluster(nodes: 1)
    await cluster.server.addNode("old", kernel: "4.18.0")
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object())
      try await cluster.wait(condition: "Ready")
      for _ in 0..<RepairBackoff.free {
        try await cluster.touch("old", labels: [NodeLabel.label: .null])
        try await cluster.wait(label: "ineligible", on: "old")
      }
      try await cluster.touch("old", labels: [NodeLabel.label: .null])
      await running.instance.labelQueue.waitUntilIdle()
      #expect(await cluster.nodeWrites().count == RepairBackoff.free + 1)
      try await cluster.wait(label: "ineligible", on: "old")
    }
  }

  @Test func anAnnotationOverridesWhatIsFound() async throws {
    let cluster = try await Self.cluster()
    func annotate(_ node: String, _ value: JSONValue) async throws {
      try await cluster.touch(node, annotations: [NodeOverride.annotation: value])
    }
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object())
      let found = ["locked": "KernelLockedDown", "old": "KernelTooOld", "riscv": "UnsupportedArchitecture"]
      try await cluster.wait(ineligible: found)
      try await annotate("old", "eligible")
      try await annotate("fine", "ineligible")
      try await annotate("riscv", "eligible")
      try await annotate("arm", "nonsense")
      try await cluster.wait(
        ineligible: ["fine": "Excluded", "locked": "KernelLockedDown", "riscv": "UnsupportedArchitecture"])
      try await cluster.waitForAgents(on: ["arm", "hungry", "old"])
      let object = try await cluster.wait(ObjectKey(name: "platform")) {
        $0?.condition("AgentsAvailable")?.message.contains(#"Node arm: "#) == true
      }
      #expect(object?.condition("AgentsAvailable")?.message.contains(#""nonsense" is ignored"#) == true)

      // What the administrator insists on is tried, and what preflight says then is a failing pod.
      try await annotate("locked", "eligible")
      try await cluster.waitForAgents(on: ["arm", "hungry", "locked", "old"])
      try await annotate("locked", .null)
      try await cluster.wait(label: "ineligible", on: "locked")
      for node in ["old", "fine", "riscv"] { try await annotate(node, .null) }
      try await cluster.wait(ineligible: found)
      try await cluster.waitForAgents(on: ["arm", "fine", "hungry"])
    }
  }
}
