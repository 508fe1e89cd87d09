// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import Logging
import ObservabilityAPI
import Testing

@testable import NodeEligibility
@testable import ObservabilityController

/// What node eligibility answers to the reconcile of an object.
@Suite struct NodeJudgementTests {
  private static func judgement(
    _ nodes: NodeEligibilityController, _ object: KubernetesObject, runs: [AgentRun] = [], record: StoredVerdicts
  ) throws -> NodeJudgement {
    let agent = try ObservabilityDecoder.decode(.object(object.content)).spec.nodeAgent
    let answer = nodes.judge(object, agent: agent, runs: runs, image: nil, record: record)
    guard case .judged(let judgement) = answer else { throw Unjudged() }
    return judgement
  }

  private struct Unjudged: Error {}

  @Test("A record is read once, and a successor of the same name begins with its own")
  func record() async throws {
    let cluster = try await TestCluster(nodes: 2)
    let informers = Informers(api: cluster.operatorClient, content: { Watches.content(of: $0) })
    let decoded = DecodedObjects()
    let nodes = NodeEligibilityController(
      api: cluster.operatorClient, informers: informers, claimants: { decoded.claimants(informers) },
      policy: NodePolicy.proof, fieldManager: "test", environment: .live, metrics: NoRuntimeMetrics(),
      logger: LogRecorder().logger(), onChange: {})
    var object = try await cluster.apply(TestCluster.object())
    #expect(!nodes.needsRecord(of: object), "nodes have not been read")
    let wanted: Set<WatchTarget> = [Watches.objects, Watches.nodes]
    informers.setTargets(wanted, for: "test")
    let running = Task { await informers.run() }
    defer { running.cancel() }
    await informers.waitUntilSynced(wanted)
    #expect(nodes.needsRecord(of: object))

    #expect(throws: Unjudged.self, "or nodes that became known meanwhile would lose their verdicts") {
      try Self.judgement(nodes, object, record: .pending)
    }
    let unread = try Self.judgement(nodes, object, record: .unreadable)
    #expect(unread.record == nil && unread.nodes.map(\.name) == ["node-0", "node-1"])
    #expect(nodes.needsRecord(of: object))

    let report = PreflightReport(verdict: .ineligible, reason: "KernelLockedDown", message: "locked down")
    let run = AgentRun(node: "node-1", revision: "r1", isReady: false, preflight: report)
    let found = try Self.judgement(nodes, object, runs: [run], record: .known(nil))
    let data = try #require(found.record?.data)
    #expect(Array(data.keys) == ["KernelLockedDown"] && found.nextLook != nil)
    #expect(!nodes.needsRecord(of: object))
    let again = try Self.judgement(nodes, object, record: .pending)
    #expect(again.record?.data == data, "the ledger remembers it without its evidence")

    object["metadata"]?["uid"] = "successor"
    #expect(nodes.needsRecord(of: object))
    let restored = try Self.judgement(nodes, object, record: .known(.object(data)))
    #expect(restored.record?.data == data)
    let old = try #require(restored.nodes.last)
    #expect(restored.pool.standing(of: old) != .eligible)
  }
}
