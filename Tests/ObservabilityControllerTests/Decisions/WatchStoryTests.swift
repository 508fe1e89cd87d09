// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import Logging
import Testing

@testable import ObservabilityController

/// What the log tells of the watches.
@Suite struct WatchStoryTests {
  static let nodes = WatchTarget(.nodes)
  static let sets = Watches.children(.daemonSets, in: "a")
  static let otherSets = Watches.children(.daemonSets, in: "b")
  static let scrapes = Watches.children(.podScrapes, in: "a")

  static func failing(_ error: KubernetesError, attempts: Int = 1) -> InformerState {
    .failing(error, attempts: attempts)
  }

  @Test(arguments: [
    Made.unreachable, Made.failure(401), Made.failure(429), Made.failure(500), Made.failure(503),
    .malformed("no JSON"), .credentials("the token file is gone"),
  ])
  func aServerThatFailsIsOneLineForAllWatches(_ error: KubernetesError) {
    var story = WatchStory()
    let targets = [Self.nodes, Self.sets, Self.otherSets]
    let told = targets.flatMap { story.tell($0, Self.failing(error), isStarting: true) }
    #expect(told.map(\.message) == ["API server unavailable"])
    #expect(told.first?.metadata["cause"] == "\(error)")
    #expect(story.tell(Self.nodes, Self.failing(error, attempts: 2), isStarting: true).isEmpty)

    #expect(story.tell(Self.nodes, .synced, isStarting: false).isEmpty)
    #expect(story.tell(Self.sets, .synced, isStarting: false).isEmpty)
    #expect(story.tell(Self.otherSets, .synced, isStarting: false).map(\.message) == ["API server answers again"])
    #expect(story.tell(Self.nodes, .synced, isStarting: false).isEmpty)
  }

  @Test func aTypeThatFailsIsOneLineForAllNamespaces() {
    var story = WatchStory()
    let told = [Self.sets, Self.otherSets, Self.scrapes].flatMap {
      story.tell($0, Self.failing(Made.failure(403, "Forbidden")), isStarting: false)
    }
    #expect(
      told.map { "\($0.message) \($0.metadata["type"] ?? "")" }
        == ["type not readable daemonsets.apps", "type not readable vmpodscrapes.operator.victoriametrics.com"])
    #expect(story.tell(Self.sets, .synced, isStarting: false).isEmpty)
    let recovered = story.tell(Self.otherSets, .synced, isStarting: false)
    #expect(recovered.map(\.message) == ["type readable again"])
    #expect(recovered.first?.metadata["type"] == "daemonsets.apps")
  }

  @Test func aTypeThatIsNotServedComesWithTheRemedyIfItIsOurs() {
    var story = WatchStory()
    let ours = story.tell(Watches.objects, Self.failing(Made.failure(404)), isStarting: true)
    #expect(ours.map(\.message) == ["type not served"])
    #expect(ours.first?.metadata["remedy"] == "kubectl apply -k config/crd")
    let theirs = story.tell(Self.scrapes, Self.failing(Made.failure(404)), isStarting: true)
    #expect(theirs.map(\.message) == ["type not served"])
    #expect(theirs.first?.metadata["remedy"] == nil)
  }

  @Test func anotherCauseIsAnotherLine() {
    var story = WatchStory()
    let causes = [Made.failure(503), Made.failure(401), Made.failure(401)]
    #expect(causes.flatMap { story.tell(Self.nodes, Self.failing($0), isStarting: false) }.count == 2)
  }

  @Test func theServerIsNotFineWhileSomeWatchHasNotBeenAnswered() {
    var story = WatchStory()
    _ = story.tell(Self.nodes, Self.failing(Made.unreachable), isStarting: true)
    #expect(story.tell(Self.nodes, .synced, isStarting: true).isEmpty)
    #expect(story.tell(Self.sets, .synced, isStarting: false).map(\.message) == ["API server answers again"])
  }

  @Test func aWatchThatNobodyWantsAnyLongerIsInNoTrouble() {
    var story = WatchStory()
    for target in [Self.sets, Self.otherSets] {
      _ = story.tell(target, Self.failing(Made.unreachable), isStarting: false)
    }
    story.keep([Self.sets])
    #expect(story.tell(Self.sets, .synced, isStarting: false).map(\.message) == ["API server answers again"])
  }

  @Test func startingIsNoNews() {
    var story = WatchStory()
    #expect(story.tell(Self.nodes, .starting, isStarting: true).isEmpty)
    #expect(story.tell(Self.nodes, .synced, isStarting: false).isEmpty)
  }
}
