// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Testing
import Waiting

@testable import NodeEligibility
@testable import ObservabilityController

/// Five thousand nodes, of which four thousand cannot carry the agent.
@Suite struct ManyIneligibleNodesTests {
  static let count = 5000
  static let old = 4000

  @Test(.timeLimit(.minutes(10))) func eachIsWrittenOnceAndTheStatusStaysSmall() async throws {
    let cluster = try await TestCluster(nodes: 0)
    for index in 0..<Self.count {
      await cluster.server.addNode("worker-\(index)", kernel: index < Self.old ? "4.18.0" : "6.8.0")
    }
    try await cluster.withOperator { running in
      try await cluster.apply(TestCluster.object())
      let object = try await cluster.wait(condition: "Ready", within: .seconds(400))
      let status = object?["status"]
      #expect(status?["ineligibleNodes"]?.array?.count == ObservabilityStatus.nodeLimit)
      #expect(status?["ineligibleNodesOmitted"]?.integer == Int64(Self.old - ObservabilityStatus.nodeLimit))
      #expect(status?[path: "agents", "eligible"]?.integer == Int64(Self.count - Self.old))
      await running.instance.labelQueue.waitUntilIdle()
      let writes = await cluster.nodeWrites()
      #expect(writes.count == Self.old && Set(writes).count == Self.old)
      #expect(running.log.lines("node ineligible").count == NodeEvents.limit)
      #expect(
        running.log.lines("more nodes ineligible").map { $0.metadata["count"] } == ["\(Self.old - NodeEvents.limit)"])
    }
    let events = try await cluster.events(reason: "NodeIneligible")
    #expect(events.count == NodeEvents.limit + 1)
    let statuses = await cluster.operatorRequests().filter { $0.subresource == "status" }
    #expect(statuses.count <= 10, "\(statuses.count)")
  }

  /// A change of one label is looked at for that node alone.
  @Test func aLabelledNodeDoesNotMakeTheSurveyAnew() async throws {
    let cluster = try await TestCluster(nodes: 3)
    let informers = Informers(api: cluster.operatorClient, content: { Watches.content(of: $0) })
    let wanted: Set<WatchTarget> = [Watches.objects, Watches.nodes]
    informers.setTargets(wanted, for: "test")
    let running = Task { await informers.run() }
    defer { running.cancel() }
    await informers.waitUntilSynced(wanted)
    let survey = NodeSurvey(informers: informers, claimants: { DecodedObjects().claimants(informers) })
    let first = try #require(survey.result()).version
    try await cluster.touch("node-0", labels: [NodeLabel.label: "ineligible"])
    try await eventually("the store has it") {
      informers.store(Watches.nodes)?.get(ObjectKey(name: "node-0")).flatMap(NodeLabel.current) != nil
    }
    #expect(survey.result()?.version == first)
    survey.touch()
    #expect(survey.result()?.version != first)
  }
}
