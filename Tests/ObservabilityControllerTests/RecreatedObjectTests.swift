// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import Logging
import Testing

@testable import NodeEligibility
@testable import ObservabilityController

@Suite struct RecreatedObjectTests {
  /// A pass takes its time, so that deletion and creation may lie between two of them.
  @Test func theInventoryOfAnEarlierObjectIsNotTheNewOnes() async throws {
    let cluster = try await TestCluster()
    let informers = Informers(api: cluster.operatorClient)
    let log = LogRecorder()
    let logger = log.logger(level: .debug)
    let decoded = DecodedObjects()
    let reconciler = ObservabilityReconciler(
      api: cluster.operatorClient, informers: informers,
      parts: .over(cluster, informers, decoded: decoded, log: log),
      events: EventRecorder(api: cluster.operatorClient, controller: "test", instance: "test", logger: logger),
      decoded: decoded, settings: OperatorSettings(version: "v0", image: "operator:test"), environment: .live,
      logger: logger)
    let wanted: Set<WatchTarget> = [Watches.objects, Watches.nodes]
    informers.setTargets(wanted, for: "test")
    let running = Task { await informers.run() }
    defer { running.cancel() }
    await informers.waitUntilSynced(wanted)

    func object(in namespace: String) async throws -> KubernetesObject {
      try await cluster.apply(TestCluster.object(spec: ["namespace": .string(namespace)]))
    }
    func seen(_ uid: String?) async {
      while informers.store(Watches.objects)?.get(ObjectKey(name: "platform"))?.uid != uid {
        await Task.yield()
      }
    }
    let first = try await object(in: "cozy-coroot")
    await seen(first.uid)
    _ = try await reconciler.reconcile("platform")
    await informers.waitUntilSynced(Set(informers.states.keys))
    _ = try await reconciler.reconcile("platform")
    #expect(reconciler.memory(of: "platform").inventory?.isEmpty == false)

    try await cluster.admin.delete(TestCluster.observabilities, ObjectKey(name: "platform"), DeleteOptions())
    let second = try await object(in: "tenant-root")
    await seen(second.uid)
    _ = try? await reconciler.reconcile("platform")
    let inventory = reconciler.memory(of: "platform").inventory?.entries ?? []
    #expect(!inventory.contains { $0.namespace == "cozy-coroot" })
    #expect(log.lines("object stalled").isEmpty)
  }
}
