// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import Testing

/// The finalizer helper of the runtime, against patches as a server carries them out. The operator itself needs none.
@Suite struct FinalizerTests {
  private let key = ObjectKey(namespace: "default", name: "held")

  private func finalizer(_ cluster: TestCluster, _ name: String = "example.org/cleanup") -> Finalizer {
    Finalizer(name, type: .configMaps, api: cluster.admin, fieldManager: "test")
  }

  private func create(_ cluster: TestCluster) async throws -> KubernetesObject {
    try await cluster.admin.create(
      .configMaps, KubernetesObject(type: .configMaps, namespace: "default", name: "held"), WriteOptions())
  }

  private func read(_ cluster: TestCluster) async throws -> KubernetesObject {
    try await cluster.admin.get(.configMaps, key)
  }

  @Test func anObjectIsGoneOnlyWhenAllWhoHoldItHaveCleanedUp() async throws {
    let cluster = try await TestCluster()
    let (first, second) = (finalizer(cluster, "example.org/first"), finalizer(cluster, "example.org/second"))
    #expect(try await first.run(create(cluster), work: {}, cleanUp: {}) == .added)
    #expect(try await second.run(read(cluster), work: {}, cleanUp: {}) == .added)
    #expect(try await first.run(read(cluster), work: {}, cleanUp: {}) == .worked)
    try await cluster.admin.delete(.configMaps, key, DeleteOptions())
    #expect(try await first.run(read(cluster), work: {}, cleanUp: {}) == .cleanedUp)
    let left = try await read(cluster)
    #expect(left[path: "metadata", "finalizers"] == ["example.org/second"])
    #expect(try await first.run(left, work: {}, cleanUp: {}) == .done)
    #expect(try await second.run(left, work: {}, cleanUp: {}) == .cleanedUp)
    try await cluster.wait(for: .configMaps, key) { $0 == nil }
  }

  @Test func whatWasSeenTooEarlyWritesNothing() async throws {
    let cluster = try await TestCluster()
    let old = try await create(cluster)
    let (first, second) = (finalizer(cluster, "example.org/first"), finalizer(cluster, "example.org/second"))
    #expect(try await first.run(old, work: {}, cleanUp: {}) == .added)
    #expect(try await second.run(old, work: {}, cleanUp: {}) == .changedMeanwhile)
    #expect(try await second.run(read(cluster), work: {}, cleanUp: {}) == .added)
    try await cluster.admin.delete(.configMaps, key, DeleteOptions())
    let deleted = try await read(cluster)
    // Its place has changed since: a removal by place would take the other's.
    #expect(try await first.run(deleted, work: {}, cleanUp: {}) == .cleanedUp)
    #expect(try await second.run(deleted, work: {}, cleanUp: {}) == .changedMeanwhile)
    #expect(try await read(cluster)[path: "metadata", "finalizers"] == ["example.org/second"])
  }

  @Test func aSuccessorOfTheSameNameIsNotWrittenTo() async throws {
    let cluster = try await TestCluster()
    let old = try await create(cluster)
    try await cluster.admin.delete(.configMaps, key, DeleteOptions())
    #expect(try await finalizer(cluster).run(old, work: {}, cleanUp: {}) == .changedMeanwhile)
    _ = try await create(cluster)
    #expect(try await finalizer(cluster).run(old, work: {}, cleanUp: {}) == .changedMeanwhile)
    #expect(try await read(cluster)[path: "metadata", "finalizers"] == nil)
  }
}
