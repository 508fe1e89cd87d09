// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import JSON
import KubernetesCore
import ObservabilityAPI
import Rendering
import Testing

@testable import ObservabilityController

/// What a server's answers, its pods and its claims come to, as a condition.
@Suite struct CorootStateTests {
  static let now = Timestamp(secondsSinceEpoch: 1_800_000_000)

  static func subject(_ coroot: JSONObject = [:]) throws -> Subject {
    let spec: JSONObject = ["mode": "Full", "clickHouse": ["application": [:]], "coroot": .object(coroot)]
    return Subject(object: Made.object(spec), observability: try Made.observability(spec), hasNamespace: true)
  }

  static func inputs(_ subject: Subject, isOpen: Bool = true, set: KubernetesObject? = nil) -> CorootPart.Inputs {
    CorootPart.Inputs(
      server: nil,
      facts: PlatformFacts(metrics: .init(writeURL: nil), operatorImage: "operator:test", operatorVersion: "0.1.0"),
      integrations: CorootIntegrations(
        live: isOpen ? "aaaa-p1" : "none", wanted: "aaaa", stored: isOpen ? .init(project: "p1", since: nil) : nil),
      volume: VolumeClaim(set, subject.spec.coroot))
  }

  static func answer(_ outcome: CorootOutcome, _ status: CorootStatus? = nil) -> CorootAnswer {
    var verdict = CorootVerdict(outcome)
    verdict.projectID = "p1"
    verdict.status = status
    return CorootAnswer(verdict: verdict, storedAt: nil)
  }

  static func status(
    _ level: CorootStatus.Level = .ok, message: String = "ok", error: String = "", action: String = "",
    agents: CorootStatus.Level = .ok, nodes: Int = 3
  ) -> CorootStatus {
    CorootStatus(
      prometheus: .init(level: level, message: message, error: error, action: action), nodeAgent: agents, nodes: nodes)
  }

  private static func state(
    _ answer: CorootAnswer?, isOpen: Bool = true, upstream: Finding? = nil, waited: Duration = .zero
  ) throws -> PartState {
    var memory = CorootMemory()
    let subject = try subject()
    let inputs = inputs(subject, isOpen: isOpen)
    _ = memory.state(answer, inputs, upstream: upstream, subject: subject, now: .zero)
    return memory.state(answer, inputs, upstream: upstream, subject: subject, now: waited)
  }

  static let failures: [(CorootOutcome, ConditionReason, String)] = [
    (.unreachable(cause: "connect: refused"), .serverUnreachable, "network policies"),
    (.notCoroot(answered: "status 200 with an HTML page"), .unexpectedAnswer, "spec.images.coroot"),
    (.serverError(doing: "report the user", answered: "status 500"), .unexpectedAnswer, "logs statefulset/"),
    (.loginRefused(cause: "c"), .loginRefused, "patch secret platform-coroot-admin"),
    (.sessionRefused, .loginRefused, "patch secret platform-coroot-admin"),
    (.adminPasswordUnset, .administrationLocked, "platform-coroot-admin"),
    (.anonymousRole("Viewer"), .administrationLocked, "AUTH_ANONYMOUS_ROLE"),
    (.notAdmin(role: "Editor"), .administrationLocked, "Admin"),
    (.projectMissing("platform"), .projectMissing, "rollout restart"),
    (.guardMissing("platform-keyless-guard"), .projectMissing, "platform-keyless-guard"),
    (.defaultProject, .keylessAccepted, "default"),
    (.keylessAccepted, .keylessAccepted, "zeros"),
    (.integrationRefused(.clickhouse, answered: "code: 516"), .integrationRefused, "code: 516"),
    (.integrationNotKept(.prometheus, fields: ["url"]), .unexpectedAnswer, "url"),
    (.savedButFailed(.clickhouse, answered: "code: 62"), .migrationFailed, "tried again"),
    (.viewerRefused(email: "g@x", answered: "status 500"), .unexpectedAnswer, "gatekeeper"),
  ]

  @Test("Each way in which the server fails has its reason, and its message the remedy", arguments: failures)
  func failing(_ outcome: CorootOutcome, _ reason: ConditionReason, _ words: String) throws {
    let finding = try #require(CorootFinding(CorootVerdict(outcome), try Self.subject()).finding)
    #expect(finding.reason == reason)
    #expect(finding.message.contains(words), "\(finding.message)")
    #expect(try Self.state(Self.answer(outcome)) == .bad(finding))
  }

  @Test("A server that is wired and has data of agents is available")
  func operating() throws {
    let state = try Self.state(Self.answer(.ready, Self.status()))
    #expect(state.isGood)
    #expect(state.finding.message.contains("data of 3 nodes arrives"), "\(state.finding.message)")
  }

  @Test("A server without data is on its way for five minutes, and then not as it should be")
  func withoutData() throws {
    let answer = Self.answer(.ready, Self.status(agents: .warning, nodes: 0))
    guard case .progressing = try Self.state(answer, waited: .seconds(299)) else { return #expect(Bool(false)) }
    guard case .bad(let finding) = try Self.state(answer, waited: .seconds(300)) else { return #expect(Bool(false)) }
    #expect(finding.reason == .noData)
  }

  /// One state of each kind.
  static func states() throws -> [PartState] {
    var states = try failures.map { try state(answer($0.0)) }
    states += [
      try state(answer(.ready, status())),
      try state(answer(.ready, status(agents: .warning, nodes: 0)), waited: .seconds(300)),
      try state(answer(.ready, status(.warning, message: "lag", action: "wait")), waited: .seconds(300)),
      try state(answer(.ready, status(.warning, error: "timeout"))),
      try state(nil), try state(answer(.ready, status()), isOpen: false),
      try state(nil, upstream: Finding(.ambiguousCluster, "told so")),
    ]
    states += try workloads().compactMap(\.state)
    return states
  }

  // MARK: Workloads

  private static func set(ready: Int64, storage: String = "10Gi") -> KubernetesObject {
    var set = KubernetesObject(type: .statefulSets, namespace: "cozy-coroot", name: "platform-coroot")
    set["metadata"]?["uid"] = "set-uid"
    set["metadata"]?["generation"] = 1
    set["metadata"]?["annotations"] = .object([CorootShape.storageSizeAnnotation: .string(storage)])
    set["status"] = ["observedGeneration": 1, "readyReplicas": .integer(ready), "updatedReplicas": .integer(ready)]
    return set
  }

  private static func clusterAgent(ready: Int64) -> KubernetesObject {
    var deployment = KubernetesObject(
      type: .deployments, namespace: "cozy-coroot", name: "platform-cluster-agent")
    deployment["metadata"]?["generation"] = 1
    deployment["status"] = [
      "observedGeneration": 1, "readyReplicas": .integer(ready), "updatedReplicas": .integer(ready),
    ]
    return deployment
  }

  private static func observe(
    _ set: KubernetesObject?, agent: Int64 = 1, coroot: JSONObject = [:], claims: [GatewayClaim] = []
  ) throws -> CorootObservation {
    let subject = try subject(coroot)
    var inputs = inputs(subject, set: set)
    inputs.claims = claims
    return CorootObservation(
      subject: subject, inputs: inputs, statefulSet: set, clusterAgent: clusterAgent(ready: agent), now: now)
  }

  private static func workloads() throws -> [CorootObservation] {
    let pending = GatewayObservationTests.claim("Pending", storageClass: nil)
    return [
      try observe(set(ready: 0)), try observe(set(ready: 0), claims: [pending]),
      try observe(set(ready: 1), coroot: ["storage": ["size": "5Gi"]]),
    ]
  }

  @Test("Servers and cluster-agent are counted, and a claim that differs names the command")
  func counts() throws {
    #expect(try Self.observe(Self.set(ready: 1)).state == nil)
    #expect(try Self.observe(Self.set(ready: 1), agent: 0).state?.finding.message.contains("cluster-agent") == true)
    let none = try #require(try Self.observe(Self.set(ready: 0)).state)
    #expect(none.finding.message.hasPrefix("0 of 1 servers"), "\(none.finding.message)")
    let grown = try #require(try Self.observe(Self.set(ready: 1), coroot: ["storage": ["size": "20Gi"]]).state)
    #expect(grown.finding.message.contains("patch pvc data-platform-coroot-0"), "\(grown.finding.message)")
    let shrunk = try #require(try Self.observe(Self.set(ready: 1), coroot: ["storage": ["size": "5Gi"]]).state)
    #expect(shrunk.finding.message.contains("cannot shrink"), "\(shrunk.finding.message)")
    #expect(try Self.observe(Self.set(ready: 1, storage: "10240Mi")).state == nil, "the same size, spelled otherwise")
  }
}
