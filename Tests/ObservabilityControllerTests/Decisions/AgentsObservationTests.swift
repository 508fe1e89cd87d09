// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import ObservabilityAPI
import Testing

@testable import ObservabilityController

/// What the counts of nodes and pods come to.
@Suite struct AgentsObservationTests {
  enum Kind: String, Sendable { case available, progressing, unavailable }

  struct Example: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var eligible = 3
    var ineligible = 0
    /// The DaemonSet's generation, then what its controller says: generation seen, desired, updated, ready.
    var daemonSet: [Int64]? = [2, 2, 3, 3, 3]
    var kind: Kind
    var reason: ConditionReason
    var says: String
  }

  static let examples: [Example] = [
    Example(
      testDescription: "all ready", kind: .available, reason: .allReady, says: "3 of 3"),
    Example(
      testDescription: "all ready, others left out", ineligible: 2, kind: .available, reason: .allReady, says: "3 of 3"),
    Example(
      testDescription: "no DaemonSet", daemonSet: nil, kind: .progressing, reason: .notCreated, says: "not there yet"),
    Example(
      testDescription: "no node at all", eligible: 0, daemonSet: [1, 1, 0, 0, 0], kind: .unavailable,
      reason: .noEligibleNodes, says: "No node matches spec.nodeAgent.nodeSelector"),
    Example(
      testDescription: "only nodes that cannot", eligible: 0, ineligible: 2, daemonSet: [1, 1, 0, 0, 0],
      kind: .unavailable, reason: .noEligibleNodes, says: "2 nodes match but cannot carry the agent"),
    Example(
      testDescription: "the controller has not looked", daemonSet: [2, 1, 3, 3, 3], kind: .progressing,
      reason: .rollingOut, says: "has not seen the latest change"),
    Example(
      testDescription: "no status at all", daemonSet: [1], kind: .progressing, reason: .rollingOut,
      says: "has not seen the latest change"),
    Example(
      testDescription: "too few scheduled", daemonSet: [2, 2, 2, 2, 2], kind: .progressing, reason: .rollingOut,
      says: "2 of 3 eligible nodes are scheduled"),
    Example(
      testDescription: "too many scheduled", daemonSet: [2, 2, 4, 4, 4], kind: .progressing, reason: .rollingOut,
      says: "4 of 3 eligible nodes are scheduled"),
    Example(
      testDescription: "old revisions", daemonSet: [2, 2, 3, 1, 3], kind: .progressing, reason: .rollingOut,
      says: "1 of 3 nodes run the current revision"),
    Example(
      testDescription: "not ready", daemonSet: [2, 2, 3, 3, 1], kind: .progressing, reason: .agentsNotReady,
      says: "1 of 3 agents are ready. See kubectl -n cozy-coroot get pods -l app.kubernetes.io/instance=platform."),
  ]

  static func observe(_ example: Example) -> AgentsObservation {
    var nodes = (0..<example.eligible).map { NodeAssignmentTests.node("e\($0)", labels: ["pool": "x"]) }
    for index in (0..<example.ineligible).reversed() {
      var node = NodeAssignmentTests.node("i\(index)", labels: ["pool": "x", "kubernetes.io/arch": "s390x"])
      node.kernel = "4.18.0"
      nodes.append(node)
    }
    nodes.append(NodeAssignmentTests.node("elsewhere", labels: ["pool": "y"]))
    let pool = NodePool(nodeSelector: ["pool": "x"], tolerations: [])
    return AgentsObservation(pool: pool, nodes: nodes, daemonSet: example.daemonSet.map(daemonSet))
  }

  static func daemonSet(_ counts: [Int64]) -> KubernetesObject {
    var set = KubernetesObject(type: .daemonSets, namespace: "cozy-coroot", name: "platform-node-agent")
    set["metadata"]?["generation"] = .integer(counts[0])
    set["metadata"]?["labels"] = ["app.kubernetes.io/instance": "platform"]
    guard counts.count == 5 else { return set }
    set["status"] = [
      "observedGeneration": .integer(counts[1]), "desiredNumberScheduled": .integer(counts[2]),
      "updatedNumberScheduled": .integer(counts[3]), "numberReady": .integer(counts[4]),
    ]
    return set
  }

  @Test(arguments: examples)
  func theVerdict(_ example: Example) {
    let observation = Self.observe(example)
    let (kind, finding): (Kind, Finding) =
      switch observation.verdict {
      case .available(let finding): (.available, finding)
      case .progressing(let finding): (.progressing, finding)
      case .unavailable(let finding): (.unavailable, finding)
      }
    #expect(kind == example.kind)
    #expect(finding.reason == example.reason)
    #expect(finding.message.contains(example.says), "\(finding.message)")
    #expect(Made.isDocumented(finding.reason.name, for: .agentsAvailable), "\(finding.reason.name)")
  }

  @Test(arguments: examples)
  func theCounts(_ example: Example) {
    let observation = Self.observe(example)
    #expect(observation.eligible == example.eligible)
    #expect(observation.ineligible.map(\.name) == (0..<example.ineligible).map { "i\($0)" })
    #expect(observation.ineligible.allSatisfy { $0.reason == "UnsupportedArchitecture" && $0.kernel == "4.18.0" })
    let counts = example.daemonSet.map { $0.count == 5 ? $0 : [0, 0, 0, 0, 0] } ?? [0, 0, 0, 0, 0]
    #expect(observation.updated == Int(counts[3]) && observation.ready == Int(counts[4]))
  }
}
