// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import NodeEligibility
@testable import ObservabilityController

/// Each failure is told once, in the same words.
@Suite struct AgentEpisodesTests {
  private static let failure = AgentFailureTests.failure

  @Test func aFailureIsToldOnceAndKeepsItsFirstWords() {
    var episodes = AgentEpisodes()
    let first = Self.failure(1, "first", .memory)
    #expect(episodes.update([first]) { _ in false }.news == [first])
    let (failures, news) = episodes.update([Self.failure(1, "second", .memory)]) { _ in false }
    #expect(news.isEmpty)
    #expect(failures == [first])
  }

  @Test func aPodThatReplacesItAndFailsAlikeIsNoNews() {
    var episodes = AgentEpisodes()
    _ = episodes.update([Self.failure(1, "w", .memory)]) { _ in false }
    #expect(episodes.update([]) { _ in false }.failures.isEmpty)
    var successor = Self.failure(1, "w", .memory)
    successor.pod = "another"
    let (failures, news) = episodes.update([successor]) { _ in false }
    #expect(news.isEmpty && failures.map(\.pod) == ["another"])
  }

  @Test func anotherReasonIsNewsAndGoingBackIsNot() {
    var episodes = AgentEpisodes()
    let first = Self.failure(1, "w", .memory)
    var second = first
    second.reason = "CrashLoopBackOff"
    #expect(episodes.update([first]) { _ in false }.news.count == 1)
    #expect(episodes.update([second]) { _ in false }.news.count == 1)
    #expect(episodes.update([first]) { _ in false }.news.isEmpty)
  }

  @Test func afterARecoveryItIsNews() {
    var episodes = AgentEpisodes()
    let failure = Self.failure(1, "w", .memory)
    _ = episodes.update([failure]) { _ in false }
    _ = episodes.update([]) { $0 == "node-1" }
    #expect(episodes.isEmpty)
    #expect(episodes.update([failure]) { _ in false }.news == [failure])
  }

  @Test func ofManyAlikeSomeAreTold() {
    var episodes = AgentEpisodes()
    let many = (0..<4000).map { Self.failure($0, "w", .memory) }
    let (failures, news) = episodes.update(many) { _ in false }
    #expect(failures.count == 4000 && news.count == AgentEpisodes.toldAtOnce)
    #expect(episodes.update(many) { _ in false }.news.isEmpty, "nor are the others told little by little")
    var other = many[0]
    other.reason = "Evicted"
    #expect(episodes.update(many + [other]) { _ in false }.news == [other])
  }
}

/// For how long pods are lacking.
@Suite struct MissingPodsTimerTests {
  @Test func itCountsAfterAWhile() {
    var missingPods = MissingPodsTimer()
    #expect(missingPods.update(isLacking: true, wasLong: false, now: .seconds(100)) == (false, .seconds(30)))
    #expect(missingPods.update(isLacking: true, wasLong: false, now: .seconds(129)) == (false, .seconds(1)))
    #expect(missingPods.update(isLacking: true, wasLong: false, now: .seconds(130)) == (true, nil))
    #expect(missingPods.update(isLacking: false, wasLong: true, now: .seconds(131)) == (false, nil))
    #expect(missingPods.update(isLacking: true, wasLong: false, now: .seconds(132)) == (false, .seconds(30)))
  }

  @Test func aNewLeaderDoesNotWaitAgain() {
    var missingPods = MissingPodsTimer()
    #expect(missingPods.update(isLacking: true, wasLong: true, now: .seconds(5)) == (true, nil))
  }
}

/// What there is to note of agents that run.
@Suite struct AgentWarningTests {
  private func notes(_ spec: JSONObject, _ security: PodSecurity, scheduled: Int64 = 1) throws -> [AgentWarning] {
    let agents = AgentsObservation(
      pool: NodePool(nodeSelector: [:], tolerations: []), nodes: [Made.node("a")],
      daemonSet: AgentsObservationTests.daemonSet([1, 1, 1, 1, 1], scheduled: scheduled),
      now: Timestamp(secondsSinceEpoch: 0))
    return AgentWarning.notes(for: try Made.observability(spec).spec, agents: agents, podSecurity: security)
  }

  @Test func privilegedAgentsAreNoted() throws {
    let notes = try notes(["nodeAgent": ["security": ["mode": "Privileged"]]], .privileged)
    #expect(notes.map(\.reason) == ["PrivilegedMode"])
    #expect(notes.first?.text.contains("Set spec.nodeAgent.security.mode to Minimal") == true)
    #expect(try self.notes([:], .privileged).isEmpty)
    #expect(try self.notes([:], .unknown).isEmpty)
  }

  @Test func aLevelThatRefusesTheNextPodIsNotedUnlessPodsAreLacking() throws {
    let notes = try notes([:], .forbids(level: "baseline"))
    #expect(notes.map(\.reason) == ["PodSecurityForbids"])
    #expect(notes.first?.text.contains("kubectl label namespace cozy-coroot") == true)
    #expect(try self.notes([:], .forbids(level: "baseline"), scheduled: 0).isEmpty)
  }

  @Test func aNoteIsPartOfTheMessageAndNotOfTheState() {
    let finding = Finding(.allReady, "All.")
    #expect(PartState.good(finding).adding(["More."]) == .good(Finding(.allReady, "All. More.")))
    #expect(PartState.bad(finding).adding([]) == .bad(finding))
  }

  @Test("Agents are first seen with their DaemonSet: what is looked at before it has been read is nothing")
  func firstSightNeedsTheDaemonSet() {
    var memory = AgentsPart.Memory()
    let daemonSet = KubernetesObject(type: .daemonSets, namespace: "a", name: "b")
    let looks = [nil, daemonSet, daemonSet].map { memory.isFirstSight(of: $0) }
    #expect(looks == [false, true, false])
  }
}
