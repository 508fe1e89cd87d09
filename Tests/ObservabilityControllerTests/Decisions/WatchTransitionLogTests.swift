// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import Logging
import Rendering
import Testing

@testable import ObservabilityController

/// What the log tells of the watches.
@Suite struct WatchTransitionLogTests {
  static let nodes = WatchTarget(.nodes)
  static let sets = ObservabilityController.Watches.children(.daemonSets, in: "a")
  static let otherSets = ObservabilityController.Watches.children(.daemonSets, in: "b")
  static let scrapes = ObservabilityController.Watches.children(.podScrapes, in: "a")

  static func failing(_ error: KubernetesError, attempts: Int = 1) -> InformerState {
    .failing(error, attempts: attempts)
  }

  /// The watches as a caller sees them: each change is known to all before it is told.
  struct Watches {
    var transitions = WatchTransitionLog()
    var states: WatchTransitionLog.States

    init(_ targets: WatchTarget...) {
      states = Dictionary(uniqueKeysWithValues: targets.map { ($0, .starting) })
    }

    mutating func change(_ target: WatchTarget, _ state: InformerState) -> [LogLine] {
      states[target] = state
      return transitions.record(target, state, all: states)
    }
  }

  @Test(arguments: [
    Made.unreachable, Made.failure(401), Made.failure(429), Made.failure(500), Made.failure(503),
    .malformed("no JSON"), .credentials("the token file is gone"),
  ])
  func aServerThatFailsIsOneLineForAllWatches(_ error: KubernetesError) {
    let targets = [Self.nodes, Self.sets, Self.otherSets]
    var watches = Watches(Self.nodes, Self.sets, Self.otherSets)
    let told = targets.flatMap { watches.change($0, Self.failing(error)) }
    #expect(told.map(\.message) == ["API server unavailable"])
    #expect(told.first?.metadata["cause"] == "\(error)")
    #expect(watches.change(Self.nodes, Self.failing(error, attempts: 2)).isEmpty)

    #expect(watches.change(Self.nodes, .synced).isEmpty)
    #expect(watches.change(Self.sets, .synced).isEmpty)
    #expect(watches.change(Self.otherSets, .synced).map(\.message) == ["API server answers again"])
    #expect(watches.change(Self.nodes, .synced).isEmpty)
  }

  @Test func aTypeThatFailsIsOneLineForAllNamespaces() {
    var watches = Watches(Self.sets, Self.otherSets, Self.scrapes)
    let told = [Self.sets, Self.otherSets, Self.scrapes].flatMap {
      watches.change($0, Self.failing(Made.failure(403, "Forbidden")))
    }
    #expect(
      told.map { "\($0.message) \($0.metadata["type"] ?? "")" }
        == ["type not readable daemonsets.apps", "type not readable vmpodscrapes.operator.victoriametrics.com"])
    #expect(watches.change(Self.sets, .synced).isEmpty)
    let recovered = watches.change(Self.otherSets, .synced)
    #expect(recovered.map(\.message) == ["type readable again"])
    #expect(recovered.first?.metadata["type"] == "daemonsets.apps")
  }

  @Test func aTypeThatIsNotServedComesWithTheRemedyIfItIsOurs() {
    let objects = ObservabilityController.Watches.objects
    var watches = Watches(objects, Self.scrapes)
    let ours = watches.change(objects, Self.failing(Made.failure(404)))
    #expect(ours.map(\.message) == ["type not served"])
    #expect(ours.first?.metadata["remedy"] == "kubectl apply -k config/crd")
    let theirs = watches.change(Self.scrapes, Self.failing(Made.failure(404)))
    #expect(theirs.map(\.message) == ["type not served"])
    #expect(theirs.first?.metadata["remedy"] == nil)
  }

  @Test func anotherCauseIsAnotherLine() {
    var watches = Watches(Self.nodes)
    let causes = [Made.failure(503), Made.failure(401), Made.failure(401)]
    #expect(causes.flatMap { watches.change(Self.nodes, Self.failing($0)) }.count == 2)
  }

  @Test func theServerIsNotFineWhileSomeWatchHasNotBeenAnswered() {
    var watches = Watches(Self.nodes, Self.sets)
    _ = watches.change(Self.nodes, Self.failing(Made.unreachable))
    #expect(watches.change(Self.nodes, .synced).isEmpty)
    #expect(watches.change(Self.sets, .synced).map(\.message) == ["API server answers again"])
  }

  @Test func theServerIsNotFineWhileAWatchKnowsOfAFailureThatItHasNotToldYet() {
    var watches = Watches(Self.nodes, Self.sets)
    _ = watches.change(Self.nodes, Self.failing(Made.unreachable))
    watches.states[Self.sets] = Self.failing(Made.unreachable)
    #expect(watches.change(Self.nodes, .synced).isEmpty)
    #expect(watches.change(Self.sets, Self.failing(Made.unreachable)).isEmpty)
    #expect(watches.change(Self.sets, .synced).map(\.message) == ["API server answers again"])
  }

  @Test func aWatchThatNobodyWantsAnyLongerIsInNoTrouble() {
    var watches = Watches(Self.sets, Self.otherSets)
    for target in [Self.sets, Self.otherSets] { _ = watches.change(target, Self.failing(Made.unreachable)) }
    watches.states[Self.otherSets] = nil
    #expect(watches.change(Self.sets, .synced).map(\.message) == ["API server answers again"])
  }

  @Test func startingIsNoNews() {
    var watches = Watches(Self.nodes)
    #expect(watches.change(Self.nodes, .starting).isEmpty)
    #expect(watches.change(Self.nodes, .synced).isEmpty)
  }
}
