// SPDX-License-Identifier: Apache-2.0

import Backends
import CorootStub
import Testing

@Suite struct CorootStatusTests {
  /// Whether the project has an integration, what is known of its metrics, its nodes, and what that means.
  static let cases: [(StubProject.Cache, [String], CorootStatus.Meaning)] = [
    (.synced, ["n1"], .ok(nodes: 1)),
    (.synced, ["n1", "n2", "n3"], .ok(nodes: 3)),
    (.synced, [], .noData),
    (.lags("9 minutes"), ["n1"], .waiting(cause: lag("9 minutes"))),
    (.lags("4 hours"), [], .waiting(cause: lag("4 hours"))),
    (.fails("403 Forbidden"), ["n1"], .prometheusError(cause: "403 Forbidden")),
  ]

  private static func lag(_ words: String) -> String {
    "The Prometheus cache lag is \(words), likely due to a restart or upgrade. Synchronization is in progress."
  }

  @Test("A status means what the project's cache and nodes say", arguments: cases)
  func meaning(_ cache: StubProject.Cache, nodes: [String], meaning: CorootStatus.Meaning) async throws {
    let fixture = try await CorootFixture.settled()
    fixture.server.setMetrics(of: "platform", cache, nodes: nodes)
    #expect(await fixture.run().status?.meaning == meaning)
  }

  @Test("A project without an integration is not configured") func notConfigured() async throws {
    let fixture = try CorootFixture()
    fixture.server.backends.prometheus = [:]
    #expect(await fixture.run().status?.meaning == .notConfigured)
  }

  @Test("An empty cache and a project that the server does not know are waited for") func unknown() {
    let ok = CorootStatus.Prometheus(level: .ok, message: "ok", error: "", action: "")
    #expect(
      CorootStatus(prometheus: ok, nodeAgent: .unknown, nodes: 0).meaning == .waiting(cause: "Coroot's cache is empty"))
    let none = CorootStatus.Prometheus(level: .unknown, message: "", error: "", action: "")
    guard case .waiting = CorootStatus(prometheus: none, nodeAgent: .unknown, nodes: 0).meaning else {
      Issue.record("an unknown project is not waited for")
      return
    }
  }
}
