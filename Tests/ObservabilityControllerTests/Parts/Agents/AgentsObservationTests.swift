// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import NodeEligibility
@testable import ObservabilityController

/// What the counts of nodes and pods come to.
@Suite struct AgentsObservationTests {
  enum Kind: String, Sendable { case good, updating, progressing, bad }

  struct Example: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var eligible = 3
    var ineligible = 0
    /// The DaemonSet's generation, then what its controller says: generation seen, desired, updated, ready.
    var daemonSet: [Int64]? = [2, 2, 3, 3, 3]
    var maxUnavailable: JSONValue = "10%"
    var kind: Kind
    var reason: ConditionReason
    var says: String
  }

  static let examples: [Example] = [
    Example(
      testDescription: "all ready", kind: .good, reason: .allReady, says: "3 of 3"),
    Example(
      testDescription: "all ready, others left out", ineligible: 2, kind: .good, reason: .allReady, says: "3 of 3"),
    Example(
      testDescription: "no DaemonSet", daemonSet: nil, kind: .progressing, reason: .notCreated, says: "not exist yet"),
    Example(
      testDescription: "no node at all", eligible: 0, daemonSet: [1, 1, 0, 0, 0], kind: .bad,
      reason: .noEligibleNodes, says: "No node matches spec.nodeAgent.nodeSelector"),
    Example(
      testDescription: "only nodes that cannot", eligible: 0, ineligible: 2, daemonSet: [1, 1, 0, 0, 0],
      kind: .bad, reason: .noEligibleNodes, says: "2 nodes match but cannot carry the agent"),
    Example(
      testDescription: "the controller has not looked", daemonSet: [2, 1, 3, 3, 3], kind: .updating,
      reason: .rollingOut, says: "has not seen the latest change"),
    Example(
      testDescription: "no status at all", daemonSet: [1], kind: .progressing, reason: .rollingOut,
      says: "has not seen the latest change"),
    Example(
      testDescription: "too few scheduled", daemonSet: [2, 2, 2, 2, 2], kind: .updating, reason: .rollingOut,
      says: "2 of 3 eligible nodes are scheduled"),
    Example(
      testDescription: "too many scheduled", daemonSet: [2, 2, 4, 4, 4], kind: .updating, reason: .rollingOut,
      says: "4 of 3 eligible nodes are scheduled"),
    Example(
      testDescription: "old revisions", daemonSet: [2, 2, 3, 1, 3], kind: .updating, reason: .rollingOut,
      says: "1 of 3 nodes run the current revision; 3 agents are ready"),
    Example(
      testDescription: "old revisions, and more missing than may be", daemonSet: [2, 2, 3, 1, 1], kind: .progressing,
      reason: .rollingOut, says: "1 of 3 nodes run the current revision; 1 agents are ready"),
    Example(
      testDescription: "old revisions, half may be missing", daemonSet: [2, 2, 3, 1, 1], maxUnavailable: "50%",
      kind: .updating, reason: .rollingOut, says: "1 of 3 nodes run the current revision"),
    Example(
      testDescription: "none is ready, although all may be missing", daemonSet: [2, 2, 3, 1, 0], maxUnavailable: "100%",
      kind: .progressing, reason: .rollingOut, says: "0 agents are ready"),
    Example(
      testDescription: "one not ready", daemonSet: [2, 2, 3, 3, 2], kind: .updating, reason: .minimumAvailable,
      says: "2 of 3 agents are ready"),
    Example(
      testDescription: "not ready", daemonSet: [2, 2, 3, 3, 1], kind: .progressing, reason: .agentsNotReady,
      says: "1 of 3 agents are ready. See kubectl -n cozy-coroot get pods -l app.kubernetes.io/instance=platform."),
  ]

  static let numbers: [Int64] = [.min, -1, 0, 1 << 31, 1 << 53 + 1, .max]
  static let limits: [JSONValue] = [
    "10%", "100%", "-9223372036854775808%", "9223372036854775807%", .integer(.max), .integer(.min),
  ]

  @Test("Any number in the status of a DaemonSet is survived", arguments: numbers, limits)
  func anyNumber(number: Int64, maxUnavailable: JSONValue) {
    let nodes = (0..<3).map { Made.node("e\($0)") }
    for (counts, scheduled) in [
      ([2, 2, number, 3, 3], Int64.min), ([2, 2, 3, number, number], 3), ([2, 2, Int64.max, 3, number], number),
    ] {
      let agents = AgentsObservation(
        pool: NodePool(nodeSelector: [:], tolerations: []), nodes: nodes,
        daemonSet: Self.daemonSet(counts, maxUnavailable, scheduled: scheduled), now: Timestamp(secondsSinceEpoch: 0))
      #expect(agents.lacking >= 0 && agents.ready >= 0 && agents.updated >= 0)
      #expect(!agents.state(podSecurity: .unknown, lacksForLong: true).finding.message.isEmpty)
    }
  }

  static func observe(_ example: Example) -> AgentsObservation {
    var nodes = (0..<example.eligible).map { Made.node("e\($0)", labels: ["pool": "x"]) }
    for index in (0..<example.ineligible).reversed() {
      var node = Made.node("i\(index)", labels: ["pool": "x", "kubernetes.io/arch": "s390x"])
      node.kernel = "4.18.0"
      nodes.append(node)
    }
    nodes.append(Made.node("elsewhere", labels: ["pool": "y"]))
    let pool = NodePool(nodeSelector: ["pool": "x"], tolerations: [])
    return AgentsObservation(
      pool: pool, nodes: nodes, daemonSet: example.daemonSet.map { daemonSet($0, example.maxUnavailable) },
      now: Timestamp(secondsSinceEpoch: 0))
  }

  /// - Parameter scheduled: how many pods there are; all that are desired unless given.
  static func daemonSet(
    _ counts: [Int64], _ maxUnavailable: JSONValue = "10%", scheduled: Int64? = nil
  ) -> KubernetesObject {
    var set = KubernetesObject(type: .daemonSets, namespace: "cozy-coroot", name: "platform-node-agent")
    set["metadata"]?["generation"] = .integer(counts[0])
    set["metadata"]?["uid"] = "set-uid"
    set["metadata"]?["labels"] = ["app.kubernetes.io/instance": "platform"]
    set["spec"] = ["updateStrategy": ["rollingUpdate": ["maxUnavailable": maxUnavailable]]]
    guard counts.count == 5 else { return set }
    set["status"] = [
      "observedGeneration": .integer(counts[1]), "desiredNumberScheduled": .integer(counts[2]),
      "currentNumberScheduled": .integer(scheduled ?? counts[2]), "updatedNumberScheduled": .integer(counts[3]),
      "numberReady": .integer(counts[4]),
    ]
    return set
  }

  @Test(arguments: examples)
  func theState(_ example: Example) {
    let state = Self.observe(example).state(podSecurity: .unknown, lacksForLong: true)
    let kind: Kind =
      switch state {
      case .good, .off: .good
      case .updating: .updating
      case .progressing: .progressing
      case .bad: .bad
      }
    #expect(kind == example.kind)
    #expect(state.finding.reason == example.reason)
    #expect(state.finding.message.contains(example.says), "\(state.finding.message)")
    #expect(Made.isDocumented(state.finding.reason.name, for: .agentsAvailable), "\(state.finding.reason.name)")
  }

  @Test(arguments: examples)
  func theCounts(_ example: Example) {
    let observation = Self.observe(example)
    #expect(observation.eligible == example.eligible)
    #expect(observation.ineligible.map(\.name) == (0..<example.ineligible).map { "i\($0)" })
    #expect(observation.ineligible.allSatisfy { $0.why.reason == .unsupportedArchitecture && $0.kernel == "4.18.0" })
    let counts = example.daemonSet.map { $0.count == 5 ? $0 : [0, 0, 0, 0, 0] } ?? [0, 0, 0, 0, 0]
    #expect(observation.updated == Int(counts[3]) && observation.ready == Int(counts[4]))
  }

  /// Three nodes of which some pods cannot be made.
  static func lacking(_ scheduled: Int64, _ security: PodSecurity, forLong: Bool) -> PartState {
    let nodes = (0..<3).map { Made.node("e\($0)") }
    let set = daemonSet([1, 1, 3, scheduled, scheduled], scheduled: scheduled)
    return AgentsObservation(
      pool: NodePool(nodeSelector: [:], tolerations: []), nodes: nodes, daemonSet: set,
      now: Timestamp(secondsSinceEpoch: 0)
    ).state(podSecurity: security, lacksForLong: forLong)
  }

  @Test(arguments: ["baseline", "restricted", "nonsense"])
  func aNamespaceThatRefusesAgentsIsToldAtOnceWithTheCommand(level: String) {
    var namespace = KubernetesObject(type: .namespaces, name: "cozy-coroot")
    namespace["metadata"]?["labels"] = ["pod-security.kubernetes.io/enforce": .string(level)]
    let state = Self.lacking(0, PodSecurity(namespace), forLong: false)
    #expect(state.badFinding?.reason == .podSecurityForbids)
    let message = state.finding.message
    #expect(message.contains("3 of 3 pods cannot be made. Namespace cozy-coroot enforces Pod Security level \(level)"))
    #expect(
      message.contains(
        "kubectl label namespace cozy-coroot pod-security.kubernetes.io/enforce=privileged --overwrite"), "\(message)")
  }

  @Test func podsThatAreNotMadeAreToldAfterAWhile() {
    #expect(Self.lacking(1, .privileged, forLong: false).finding.reason == .rollingOut)
    let told = Self.lacking(1, .privileged, forLong: true)
    #expect(told.badFinding?.reason == .podsNotCreated)
    #expect(
      told.finding.message
        == "DaemonSet cozy-coroot/platform-node-agent: 2 of 3 pods cannot be made. The API server's answer is in "
        + "kubectl -n cozy-coroot describe daemonset platform-node-agent.")
    let unknown = Self.lacking(1, .unknown, forLong: true).finding.message
    #expect(unknown.contains("has no label pod-security.kubernetes.io/enforce; if the cluster's default refuses"))
  }

  @Test func onlyPodsOfTheDaemonSetOnEligibleNodesFail() throws {
    let node = Made.node("worker-1")
    let left = Made.node("worker-2", labels: ["kubernetes.io/arch": "riscv64"])
    var failing = AgentPod(
      AgentPodTests.agent(["waiting": ["reason": "CreateContainerError", "message": "no such directory"]]))
    var stranger = failing
    stranger.owner = "another"
    var elsewhere = failing
    elsewhere.node = "worker-2"
    failing.name = "a"
    let observation = AgentsObservation(
      pool: NodePool(nodeSelector: [:], tolerations: []), nodes: [node, left],
      daemonSet: Self.daemonSet([1, 1, 1, 1, 0]), pods: [stranger, elsewhere, failing],
      now: Timestamp(secondsSinceEpoch: 0))
    #expect(observation.failures.map(\.pod) == ["a"])
    let state = observation.state(podSecurity: .privileged, lacksForLong: false)
    #expect(state.badFinding?.reason == .podsFailing)
    #expect(
      state.finding.message
        == "1 of 1 agents fail: worker-1 a: CreateContainerError: no such directory. "
        + "See kubectl -n cozy-coroot describe pod a.")
  }
}
