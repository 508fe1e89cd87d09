// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import Testing

/// A server that comes back with another history, that lags behind, or whose lease is taken.
@Suite struct RestartFaultTests {
  @Test func aPlainRestartEndsWatchesAndKeepsTheHistory() async throws {
    let cluster = await FaultedCluster()
    let before = try await cluster.version()
    try await cluster.put("one")
    let frames = try await cluster.watch(from: before)
    #expect(try await frames.next() == "added one=1")
    await cluster.server.restart()
    #expect(try await frames.next() == nil)
    #expect(try await cluster.watch(from: before).next() == "added one=1")
  }

  @Test func aCompactedHistoryExpiresWatchesAndPages() async throws {
    let cluster = await FaultedCluster()
    let before = try await cluster.version()
    for name in ["a", "b", "c"] { try await cluster.put(name) }
    let page = try await cluster.client.list(.configMaps, ListQuery(namespace: "work", limit: 1))
    try await cluster.put("d")
    await cluster.server.restart(.compacted)
    let watch = await #expect(throws: KubernetesError.self) { try await cluster.watch(from: before).next() }
    #expect(watch?.isExpired == true)
    let list = await #expect(throws: KubernetesError.self) {
      try await cluster.client.list(
        .configMaps, ListQuery(namespace: "work", limit: 1, continueToken: page.continueToken))
    }
    #expect(list?.isExpired == true)
    #expect(try await cluster.client.list(.configMaps, ListQuery(namespace: "work")).items.count == 4)
  }

  @Test func aRestoredServerHoldsThePastUnderNewVersions() async throws {
    let cluster = await FaultedCluster()
    let uid = try await cluster.put("one", "old").uid
    try await cluster.put("one", "new")
    try await cluster.put("two")
    try await cluster.client.delete(.configMaps, FaultedCluster.key("one"), DeleteOptions())
    let before = try await cluster.version()
    await cluster.server.restart(.restored(revisions: 3))
    #expect(await cluster.stored("one") == "old")
    #expect(await cluster.stored("two") == nil)
    #expect(try await cluster.client.get(.configMaps, FaultedCluster.key("one")).uid == uid)
    let error = await #expect(throws: KubernetesError.self) { try await cluster.watch(from: before).next() }
    #expect(error?.isExpired == true)
    #expect(Int64(try await cluster.version()) ?? 0 > Int64(before) ?? 0)
    try await cluster.put("one", "newest")
    #expect(await cluster.stored("one") == "newest")
  }

  @Test func aFrozenServerTellsNothingNew() async throws {
    let cluster = await FaultedCluster()
    try await cluster.put("one", "old")
    let past = try await cluster.version()
    let frames = try await cluster.watch(from: past)
    await cluster.server.freeze()
    try await cluster.put("one", "new")
    let cached = try await cluster.client.list(.configMaps, ListQuery(namespace: "work", resourceVersion: "0"))
    #expect(cached.resourceVersion == past)
    #expect(cached.items.contains { $0[path: "data", "value"]?.string == "old" })
    #expect(try await cluster.version() != past, "a read that names no version sees what is newest")
    let late = try await cluster.watch(from: past)
    await cluster.server.thaw()
    #expect(try await frames.next() == "modified one=new")
    #expect(try await late.next() == "modified one=new")
  }

  @Test func aLeaseIsTaken() async throws {
    let cluster = await FaultedCluster()
    #expect(await !cluster.server.takeLease("leader", namespace: "work", by: "intruder"))
    var lease = KubernetesObject(type: .leases, namespace: "work", name: "leader")
    lease["spec"] = ["holderIdentity": "rightful", "leaseDurationSeconds": 15, "leaseTransitions": 4]
    let held = try await cluster.client.create(.leases, lease, WriteOptions())
    #expect(await cluster.server.takeLease("leader", namespace: "work", by: "intruder"))
    let taken = try await cluster.client.get(.leases, FaultedCluster.key("leader"))
    #expect(taken[path: "spec", "holderIdentity"] == "intruder")
    #expect(taken[path: "spec", "leaseTransitions"] == 5)
    let error = await #expect(throws: KubernetesError.self) {
      try await cluster.client.replace(.leases, held, WriteOptions())
    }
    #expect(error?.isConflict == true)
  }
}
