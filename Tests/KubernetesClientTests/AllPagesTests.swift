// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import Testing

@testable import KubernetesClient

@Suite struct AllPagesTests {
  private static let expired = ScriptedTransport.Answer.body(
    410, #"{"kind":"Status","reason":"Expired","message":"the provided continue parameter is too old","code":410}"#)
  private static let path = "GET /api/v1/configmaps"

  private func client(_ transport: ScriptedTransport) -> KubernetesClient {
    KubernetesClient(
      transport: transport, configuration: ClusterConfiguration(server: "https://api:6443"),
      options: KubernetesClient.Options(userAgent: "tests/1"))
  }

  private func page(_ names: String..., version: String, next: String = "") -> ScriptedTransport.Answer {
    let items = names.map { #"{"metadata":{"name":"\#($0)"}}"# }.joined(separator: ",")
    return .body(200, #"{"metadata":{"resourceVersion":"\#(version)","continue":"\#(next)"},"items":[\#(items)]}"#)
  }

  @Test func readsAllPages() async throws {
    let transport = ScriptedTransport(
      page("a", "b", version: "7", next: "x"), page("c", "d", version: "7", next: "y"), page("e", version: "7"))
    let list = try await client(transport).listAll(.configMaps, ListQuery(limit: 2, resourceVersion: "5"))
    #expect(list.items.map(\.name) == ["a", "b", "c", "d", "e"])
    #expect(list.resourceVersion == "7" && list.continueToken == nil)
    #expect(
      transport.lines == [
        "\(Self.path)?limit=2&resourceVersion=5", "\(Self.path)?limit=2&continue=x", "\(Self.path)?limit=2&continue=y",
      ])
  }

  @Test func aPageThatExpiredIsFollowedByOneListOfAll() async throws {
    let transport = ScriptedTransport(
      page("a", version: "7", next: "x"), Self.expired, page("a", "b", version: "9"))
    let list = try await client(transport).listAll(.configMaps, ListQuery(labelSelector: "l"))
    #expect(list.items.map(\.name) == ["a", "b"] && list.resourceVersion == "9")
    #expect(
      transport.lines == [
        "\(Self.path)?labelSelector=l&limit=500", "\(Self.path)?labelSelector=l&limit=500&continue=x",
        "\(Self.path)?labelSelector=l",
      ])
  }

  @Test func expiryIsForgivenOnceAndOnlyMidway() async {
    for answers in [
      [Self.expired], [page("a", version: "7", next: "x"), Self.expired, Self.expired],
      [page(version: "7", next: "x"), Self.expired, page(version: "9", next: "y"), Self.expired],
    ] {
      let transport = ScriptedTransport(answers)
      do throws(KubernetesError) {
        _ = try await client(transport).listAll(.configMaps, ListQuery())
        Issue.record("expected an error")
      } catch {
        #expect(error.isExpired)
        #expect(transport.requests.count == answers.count)
      }
    }
  }

  @Test func aPageThatContinuesWithItselfIsRefused() async {
    let transport = ScriptedTransport(page(version: "7", next: "x"), page(version: "7", next: "x"))
    await #expect(throws: KubernetesError.malformed("a page of configmaps continues with itself")) {
      try await client(transport).listAll(.configMaps, ListQuery())
    }
  }
}
