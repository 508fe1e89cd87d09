// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import Testing
import Waiting

/// What a watch meets.
@Suite struct WatchFaultTests {
  private static let watches = RequestPattern(verbs: ["watch"])

  /// A cluster and a watch of its ConfigMaps that meets a fault.
  private static func watching(_ fault: Fault) async throws -> (FaultedCluster, FrameReader) {
    let cluster = await FaultedCluster()
    await cluster.server.setFaults(FaultPlan(script: [.init(fault, for: watches)]))
    return (cluster, try await cluster.watch(from: try await cluster.version()))
  }

  @Test func heldFramesComeInOrderWhenReleased() async throws {
    let (cluster, frames) = try await Self.watching(.watch(WatchFault(holds: true)))
    #expect(await cluster.server.heldWatches == 1)
    try await cluster.put("one", "1")
    try await cluster.put("one", "2")
    await cluster.server.releaseWatches()
    try await cluster.put("one", "3")
    #expect(await cluster.server.heldWatches == 0)
    #expect(try await frames.next() == "added one=1")
    #expect(try await frames.next() == "modified one=2")
    #expect(try await frames.next() == "modified one=3")
  }

  @Test func coalescedFramesTellTheLastStateOnly() async throws {
    let cluster = await FaultedCluster()
    for name in ["kept", "gone", "anew"] { try await cluster.put(name, "0") }
    let frames = try await cluster.watch(from: try await cluster.version())
    await cluster.server.holdWatches(coalescing: true)
    try await cluster.put("kept", "1")
    try await cluster.put("kept", "2")
    try await cluster.client.delete(.configMaps, FaultedCluster.key("gone"), DeleteOptions())
    try await cluster.client.delete(.configMaps, FaultedCluster.key("anew"), DeleteOptions())
    try await cluster.put("anew", "1")
    try await cluster.put("new", "1")
    try await cluster.put("new", "2")
    try await cluster.put("brief", "1")
    try await cluster.client.delete(.configMaps, FaultedCluster.key("brief"), DeleteOptions())
    await cluster.server.releaseWatches()
    try await cluster.put("last", "1")
    var seen: [String?] = []
    for _ in 0..<5 { seen.append(try await frames.next()) }
    // An object that was deleted and made anew is told as changed, with another uid; one that came and went, not at
    // all.
    #expect(seen == ["modified kept=2", "deleted gone=0", "modified anew=1", "added new=2", "added last=1"])
  }

  @Test func nothingIsCoalescedOverABookmark() async throws {
    let cluster = await FaultedCluster()
    try await cluster.put("one", "0")
    await cluster.server.setFaults(
      FaultPlan(script: [.init(.watch(WatchFault(holds: true, coalesces: true)), for: Self.watches)]))
    let frames = FrameReader(
      try await cluster.client.watch(.configMaps, WatchQuery(namespace: "work", sendInitialEvents: true)))
    try await cluster.put("one", "1")
    try await cluster.put("one", "2")
    await cluster.server.releaseWatches()
    // The bookmark ends the initial list, which would lack the object otherwise.
    #expect(try await frames.next() == "added one=0")
    #expect(try await frames.next() == "bookmark")
    #expect(try await frames.next() == "modified one=2")
  }

  @Test func duplicatedFramesComeTwice() async throws {
    let (cluster, frames) = try await Self.watching(.watch(WatchFault(duplicates: true)))
    try await cluster.put("one", "1")
    try await cluster.put("one", "2")
    var seen: [String?] = []
    for _ in 0..<4 { seen.append(try await frames.next()) }
    #expect(seen == ["added one=1", "added one=1", "modified one=2", "modified one=2"])
  }

  @Test(arguments: [0, 1, 2])
  func aWatchExpiresInAFrame(_ count: Int) async throws {
    let (cluster, frames) = try await Self.watching(.watch(WatchFault(expiresAfter: count)))
    for number in 0...count { try await cluster.put("one", String(number)) }
    for number in 0..<count { #expect(try await frames.next()?.hasSuffix("one=\(number)") == true) }
    let error = await #expect(throws: KubernetesError.self) { try await frames.next() }
    #expect(error?.isExpired == true)
  }

  @Test func allWatchesExpire() async throws {
    let cluster = await FaultedCluster()
    let frames = try await cluster.watch(from: try await cluster.version())
    await cluster.server.expireWatches()
    let error = await #expect(throws: KubernetesError.self) { try await frames.next() }
    #expect(error?.isExpired == true)
    try await eventually("the server has let go of it") { await cluster.server.openWatches == 0 }
  }

  @Test func aWatchIsCutInTheMiddleOfAFrame() async throws {
    let (cluster, frames) = try await Self.watching(.cut(afterBytes: 500))
    for number in 0..<3 { try await cluster.put("one", String(number)) }
    #expect(try await frames.next() == "added one=0")
    let error = await #expect(throws: KubernetesError.self) { try await frames.next() }
    guard case .transport = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
