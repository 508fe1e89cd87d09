// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import HTTPTransport
import Harness
import JSON
import KubernetesCore
import ObservabilityAPI
import Rendering
import Testing

@testable import ObservabilityController

/// Replicas of a gateway that leave, by what they say of their queues.
@Suite struct GatewayDrainTests {
  private static let batch: Int64 = 2 << 20

  static func drain(has replicas: JSONValue?, wants wanted: JSONValue) throws -> GatewayDrain {
    var set = GatewayObservationTests.statefulSet(ready: 1)
    set["spec"]?["replicas"] = replicas
    return GatewayDrain(set, try Made.observability(["gateway": ["replicas": wanted]]).spec.gateway)
  }

  /// One state of each kind.
  static func states() throws -> [PartState] {
    let leaving = try drain(has: 2, wants: 1)
    let finding = leaving.finding(nil, silent: [:], name: "platform-gateway", namespace: "cozy-coroot")?.finding
    return [finding.map { .updating($0) }].compactMap(\.self)
  }

  @Test(
    "Those that leave are the ones above what is wanted",
    arguments: [
      (3, 1, 1..<3), (3, 3, 3..<3), (1, 3, 3..<3), (nil, 2, 2..<2), (0, 1, 1..<1), (500, 2, 2..<16),
    ] as [(Int64?, Int64, Range<Int64>)])
  func leavingReplicas(_ has: Int64?, _ wants: Int64, _ leaving: Range<Int64>) throws {
    #expect(try Self.drain(has: has.map(JSONValue.integer), wants: .integer(wants)).leaving == leaving)
  }

  @Test func withoutAStatefulSetNoneLeaves() throws {
    #expect(GatewayDrain(nil, try Made.observability().spec.gateway).leaving.isEmpty)
  }

  /// What a queue says now and said before, each as size and count of what was sent.
  struct Queue: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var now: (size: Int64?, sent: Int64)
    var before: (size: Int64?, sent: Int64)?
    var isDrained: Bool
  }

  @Test(arguments: [
    Queue(testDescription: "empty", now: (0, 0), isDrained: true),
    Queue(testDescription: "empty, and not before", now: (0, 5), before: (batch * 9, 5), isDrained: true),
    Queue(testDescription: "no size", now: (nil, 5), before: (0, 4), isDrained: false),
    Queue(testDescription: "a batch at the first look", now: (batch, 5), isDrained: false),
    Queue(testDescription: "a batch, and nothing was sent", now: (batch, 5), before: (0, 5), isDrained: false),
    Queue(testDescription: "a batch under way", now: (batch, 6), before: (batch, 5), isDrained: true),
    Queue(testDescription: "more than a batch", now: (batch + 1, 6), before: (batch * 9, 5), isDrained: false),
    Queue(testDescription: "a collector that began again", now: (10, 1), before: (10, 5), isDrained: false),
  ])
  func queues(_ queue: Queue) {
    func reading(_ pair: (size: Int64?, sent: Int64)) -> GatewayQueueReading {
      GatewayQueueReading(size: pair.size, sent: pair.sent)
    }
    #expect(
      GatewayDrain.isDrained(reading(queue.now), before: queue.before.map(reading), batch: Self.batch)
        == queue.isDrained)
  }

  @Test("The message has each leaving replica, what it holds, and the command that leaves it behind")
  func messages() throws {
    let leaving = try Self.drain(has: 4, wants: 1)
    var traffic = GatewayTraffic(exporters: [:])
    traffic.left = [1: 0, 2: 5 << 20]
    traffic.isDrained = false
    func finding(_ silent: [Int64: Duration]) throws -> (finding: Finding, isStuck: Bool) {
      try #require(leaving.finding(traffic, silent: silent, name: "g", namespace: "n"))
    }
    let young = try finding([3: .seconds(299)])
    #expect(young.finding.reason == .replicasDraining && !young.isStuck)
    for words in [
      "StatefulSet n/g keeps 4 replicas", "replica 1 holds nothing", "replica 2 holds at most 8 MiB",
      "replica 3 does not answer, so that", "kubectl -n n scale statefulset g --replicas=1",
    ] { #expect(young.finding.message.contains(words), "\(young.finding.message)") }
    let old = try finding([3: .seconds(300)])
    #expect(old.isStuck && old.finding.message.contains("describe pod g-3."), "\(old.finding.message)")
    traffic.isDrained = true
    #expect(leaving.finding(traffic, silent: [:], name: "g", namespace: "n") == nil)
  }

  @Test("A StatefulSet that was scaled since the pass began is not scaled back in it")
  func scaledMeanwhile() async throws {
    let cluster = try await TestCluster()
    let parts = PartRegistry.over(cluster, Informers(api: cluster.operatorClient), log: LogRecorder())
    let part = try #require(parts.parts.compactMap { $0 as? GatewayPart }.first)
    let object = Made.object(["gateway": ["replicas": 1]])
    let subject = Subject(
      object: object, observability: try ObservabilityDecoder.decode(.object(object.content)), hasNamespace: true)
    var set = GatewayObservationTests.statefulSet(ready: 3)
    set["metadata"]?["ownerReferences"] = [["uid": "object-uid", "controller": true]]
    set["spec"]?["replicas"] = 3
    let facts = PlatformFacts(metrics: .init(writeURL: nil), operatorImage: "operator:1", operatorVersion: "1")
    let drain = GatewayDrain(set, subject.spec.gateway)
    let inputs = GatewayPart.Inputs(
      gateway: GatewayInputs(), facts: facts, queue: VolumeClaim(set, subject.spec.gateway), pods: [], claims: [],
      drain: drain, replicas: 3)
    let child = Child(type: .statefulSets, manifest: set)
    #expect(part.isCurrent(inputs, child, live: set, subject))
    for replicas in [1, 2, 4] as [Int64] {
      set["spec"]?["replicas"] = .integer(replicas)
      #expect(!part.isCurrent(inputs, child, live: set, subject), "\(replicas)")
    }
    #expect(!part.isCurrent(inputs, child, live: nil, subject), "it was deleted, and is made with what is wanted")
    #expect(part.isCurrent(inputs, Child(type: .services, manifest: set), live: nil, subject))
  }
}
