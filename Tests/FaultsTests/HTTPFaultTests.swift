// SPDX-License-Identifier: Apache-2.0

import DevCluster
import HTTPTransport
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import Testing
import Waiting

/// The same faults over a real connection.
@Suite struct HTTPFaultTests {
  private func serve(_ body: (FaultedCluster, KubernetesClient) async throws -> Void) async throws {
    let cluster = await FaultedCluster()
    let http = try await HTTPServer(serving: cluster.server)
    let serving = Task { try await http.run() }
    let client = FaultedCluster.client(try CurlTransport(userAgent: "faults-tests"), http.url)
    do {
      try await body(cluster, client)
    } catch {
      serving.cancel()
      throw error
    }
    serving.cancel()
    try await serving.value
  }

  private func cause(_ error: KubernetesError?) -> TransportError? {
    if case .transport(let cause) = error { cause } else { nil }
  }

  @Test func anAnswerIsCutAtAByte() async throws {
    try await serve { cluster, client in
      try await cluster.put("one")
      for bytes in [0, 1, 40] {
        await cluster.server.setFaults(FaultPlan(script: [.init(.cut(afterBytes: bytes), times: nil)]))
        let error = await #expect(throws: KubernetesError.self) {
          try await client.get(.configMaps, FaultedCluster.key("one"))
        }
        #expect(cause(error)?.kind == .broken, "\(bytes): \(String(describing: error))")
      }
      await cluster.server.setFaults(.none)
      #expect(try await client.get(.configMaps, FaultedCluster.key("one")).name == "one")
    }
  }

  @Test func aWatchIsCutInTheMiddleOfAFrame() async throws {
    try await serve { cluster, client in
      await cluster.server.setFaults(
        FaultPlan(script: [.init(.cut(afterBytes: 500), for: RequestPattern(verbs: ["watch"]))]))
      let version = try await cluster.version()
      let frames = FrameReader(
        try await client.watch(.configMaps, WatchQuery(namespace: "work", resourceVersion: version)))
      for number in 0..<3 { try await cluster.put("one", String(number)) }
      #expect(try await frames.next() == "added one=0")
      let error = await #expect(throws: KubernetesError.self) { try await frames.next() }
      #expect(cause(error)?.kind == .broken, "\(String(describing: error))")
      try await eventually("the server has let go of the watch") { await cluster.server.openWatches == 0 }
    }
  }

  @Test func aLostAnswerHasTakenEffect() async throws {
    try await serve { cluster, client in
      // What is idempotent is sent once more, so both are lost.
      await cluster.server.setFaults(
        FaultPlan(script: [.init(.loseAnswer, for: RequestPattern(verbs: ["patch"]), times: 2)]))
      let error = await #expect(throws: KubernetesError.self) {
        try await client.apply(
          .configMaps, FaultedCluster.configMap("one", "1"), ApplyOptions(fieldManager: "tests", force: true))
      }
      #expect(cause(error)?.kind == .broken, "\(String(describing: error))")
      #expect(await cluster.stored("one") == "1")
    }
  }

  @Test func aHeldRequestGoesOnWhenReleased() async throws {
    try await serve { cluster, client in
      try await cluster.put("one")
      await cluster.server.setFaults(FaultPlan(script: [.init(.hold)]))
      async let answer = client.get(.configMaps, FaultedCluster.key("one"))
      try await eventually("it waits") { await cluster.server.heldRequests == 1 }
      await cluster.server.releaseHeld()
      #expect(try await answer.name == "one")
    }
  }

  @Test func aDelayTakesItsTime() async throws {
    try await serve { cluster, client in
      try await cluster.put("one")
      await cluster.server.setFaults(FaultPlan(script: [.init(.delay(.milliseconds(30)))]))
      let start = ContinuousClock.now
      #expect(try await client.get(.configMaps, FaultedCluster.key("one")).name == "one")
      #expect(.now - start >= .milliseconds(30))
    }
  }
}
