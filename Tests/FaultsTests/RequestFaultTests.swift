// SPDX-License-Identifier: Apache-2.0

import DevCluster
import HTTPTransport
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import Synchronization
import Testing
import Waiting

/// What one request meets, as its client sees it, and what is left of it in the store.
@Suite struct RequestFaultTests {
  private static let writes = RequestPattern(verbs: ["patch"], resource: "configmaps")

  @Test(arguments: [409, 410, 429, 500, 503])
  func aRefusalHasNoEffect(_ code: Int) async throws {
    let cluster = await FaultedCluster()
    await cluster.server.setFaults(
      FaultPlan(script: [.init(.refuse(code, retryAfter: code == 429 ? 7 : nil), for: Self.writes)]))
    let error = await #expect(throws: KubernetesError.self) { try await cluster.put("one") }
    #expect(error?.code == code)
    if case .status(let status) = error { #expect(status.retryAfter == (code == 429 ? .seconds(7) : nil)) }
    #expect(await cluster.stored("one") == nil)
    try await cluster.put("one")
    #expect(await cluster.stored("one") == "1")
    #expect(await cluster.server.faultsInjected == 1)
  }

  @Test func aClosedConnectionHasNoEffectAndALostAnswerHas() async throws {
    let cluster = await FaultedCluster()
    // The client sends what is idempotent once more, so each must fail twice.
    await cluster.server.setFaults(FaultPlan(script: [.init(.closeConnection, for: Self.writes, times: 2)]))
    await #expect(throws: KubernetesError.self) { try await cluster.put("one") }
    #expect(await cluster.stored("one") == nil)
    await cluster.server.setFaults(FaultPlan(script: [.init(.loseAnswer, for: Self.writes, times: 2)]))
    await #expect(throws: KubernetesError.self) { try await cluster.put("one") }
    #expect(await cluster.stored("one") == "1")
  }

  @Test func anAnswerIsCutAtAByte() async throws {
    let cluster = await FaultedCluster()
    try await cluster.put("one")
    for bytes in [0, 1, 40] {
      await cluster.server.setFaults(FaultPlan(script: [.init(.cut(afterBytes: bytes), times: nil)]))
      let error = await #expect(throws: KubernetesError.self) {
        try await cluster.client.get(.configMaps, FaultedCluster.key("one"))
      }
      guard case .transport(let cause) = error else {
        Issue.record("\(bytes): \(String(describing: error))")
        continue
      }
      #expect(cause.kind == .broken)
      #expect(cause.phase == .body)
    }
    await cluster.server.setFaults(FaultPlan(script: [.init(.cut(afterBytes: 5), for: Self.writes, times: nil)]))
    await #expect(throws: KubernetesError.self) { try await cluster.put("two") }
    #expect(await cluster.stored("two") == "1")
  }

  @Test func aHeldRequestGoesOnWhenReleased() async throws {
    let cluster = await FaultedCluster()
    await cluster.server.setFaults(FaultPlan(script: [.init(.hold, for: Self.writes)]))
    async let answer = cluster.put("one")
    try await eventually("it waits") { await cluster.server.heldRequests == 1 }
    #expect(await cluster.stored("one") == nil)
    await cluster.server.releaseHeld()
    #expect(try await answer.name == "one")
    #expect(await cluster.server.heldRequests == 0)
  }

  @Test func aHeldRequestOfAClientThatGivesUpIsGone() async throws {
    let cluster = await FaultedCluster()
    await cluster.server.setFaults(FaultPlan(script: [.init(.hold, for: Self.writes)]))
    let client = Task { try await cluster.put("one") }
    try await eventually("it waits") { await cluster.server.heldRequests == 1 }
    client.cancel()
    await #expect(throws: KubernetesError.self) { try await client.value }
    #expect(await cluster.server.heldRequests == 0)
    #expect(await cluster.stored("one") == nil)
  }

  @Test func aDelayIsWaitedForOnTheServersClock() async throws {
    let waits = Mutex<[Duration]>([])
    let cluster = await FaultedCluster(sleep: { duration in waits.withLock { $0.append(duration) } })
    await cluster.server.setFaults(
      FaultPlan(script: [
        .init(.delay(.seconds(3)), for: Self.writes), .init(.delayAnswer(.seconds(5)), for: Self.writes),
      ]))
    try await cluster.put("one")
    try await cluster.put("two")
    #expect(waits.withLock { $0 } == [.seconds(3), .seconds(5)])
    #expect(await cluster.stored("two") == "1")
  }

  @Test func aDelayedAnswerHasTakenEffectAlready() async throws {
    let gate = Gate()
    let cluster = await FaultedCluster(sleep: { _ in await gate.pass() })
    await cluster.server.setFaults(FaultPlan(script: [.init(.delayAnswer(.seconds(5)), for: Self.writes)]))
    async let answer = cluster.put("one")
    try await eventually("it took effect") { await cluster.stored("one") == "1" }
    gate.open()
    #expect(try await answer.name == "one")
  }

  @Test func aStaleReadIsOfThePast() async throws {
    let cluster = await FaultedCluster()
    try await cluster.put("one", "old")
    let past = try await cluster.version()
    try await cluster.put("one", "new")
    try await cluster.put("two", "new")
    await cluster.server.setFaults(FaultPlan(script: [.init(.stale(revisions: 2), times: nil)]))
    let list = try await cluster.client.list(.configMaps, ListQuery(namespace: "work"))
    #expect(list.items.map { $0[path: "data", "value"]?.string } == ["old"])
    #expect(list.resourceVersion == past)
    #expect(
      try await cluster.client.get(.configMaps, FaultedCluster.key("one"))[path: "data", "value"]?.string == "old")
    let missing = await #expect(throws: KubernetesError.self) {
      try await cluster.client.get(.configMaps, FaultedCluster.key("two"))
    }
    #expect(missing?.isNotFound == true)
    let newer = await #expect(throws: KubernetesError.self) {
      try await cluster.client.list(
        .configMaps, ListQuery(namespace: "work", resourceVersion: String(await cluster.server.revision)))
    }
    #expect(newer?.code == 504)
  }

  /// Opens once, for all.
  private final class Gate: Sendable {
    private let stream = AsyncStream<Void>.makeStream()
    func pass() async { for await _ in stream.stream {} }
    func open() { stream.continuation.finish() }
  }
}
