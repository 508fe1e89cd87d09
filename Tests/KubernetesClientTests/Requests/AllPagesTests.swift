// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON
import KubernetesCore
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

  @Test("Pages that go round in a circle are refused as soon as a token comes again")
  func pagesInACircleAreRefused() async {
    let transport = ScriptedTransport(
      page("a", version: "7", next: "x"), page("b", version: "7", next: "y"), page("a", version: "7", next: "x"))
    let expected = KubernetesError.malformed(
      "the pages of configmaps go round in a circle: a continue token comes again")
    await #expect(throws: expected) { try await client(transport).listAll(.configMaps, ListQuery()) }
    #expect(transport.requests.count == 3)
  }

  @Test("Pages without an end, empty or not, are given up after a bounded number")
  func pagesWithoutAnEndAreRefused() async {
    let limits = ListProgress.Limits()
    for (names, count, what) in [
      ([], limits.emptyPages, "16 pages of configmaps in a row are empty and promise more"),
      (["a"], limits.pages, "configmaps have more than 1000 pages"),
    ] as [([String], Int, String)] {
      let items = names.map { #"{"metadata":{"name":"\#($0)"}}"# }.joined(separator: ",")
      let answers = (0...limits.pages + 1).map { number in
        ScriptedTransport.Answer.body(
          200, #"{"metadata":{"resourceVersion":"1","continue":"t\#(number)"},"items":[\#(items)]}"#)
      }
      let transport = ScriptedTransport(answers)
      await #expect(throws: KubernetesError.oversized(what)) {
        try await client(transport).listAll(.configMaps, ListQuery())
      }
      #expect(transport.requests.count == count)
    }
  }

  @Test("Two million empty items are refused while they are parsed")
  func itemsWithoutAnEndAreRefused() async {
    let items = String(repeating: "{},", count: 2_000_000) + "{}"
    let transport = ScriptedTransport(.body(200, #"{"metadata":{"resourceVersion":"1"},"items":[\#(items)]}"#))
    await #expect(throws: KubernetesError.oversized("more than the 400000 values accepted")) {
      try await client(transport).listAll(.configMaps, ListQuery())
    }
  }

  @Test("Objects are counted by number and by memory, over all pages")
  func objectsAreBounded() throws {
    var limits = ListProgress.Limits()
    (limits.objects, limits.bytes) = (3, 8 << 10)
    let small = KubernetesObject(type: .configMaps, name: "a")
    var large = small
    large["data"] = ["a": .string(String(repeating: "x", count: 9 << 10))]
    var progress = ListProgress(of: "configmaps", limits: limits)
    let page = ObjectList(items: [small, small], resourceVersion: "1", continueToken: "x")
    #expect(progress.refusal(of: page) == nil)
    #expect(progress.refusal(of: small) == nil)
    #expect(progress.refusal(of: small) == .oversized("configmaps have more than 3 objects"))
    #expect(progress.isRefused)
    progress = ListProgress(of: "configmaps", limits: limits)
    #expect(progress.refusal(of: large) == .oversized("the configmaps take more than 0 MiB of memory"))
  }

  @Test func aPageThatContinuesWithItselfIsRefused() async {
    let transport = ScriptedTransport(page(version: "7", next: "x"), page(version: "7", next: "x"))
    await #expect(throws: KubernetesError.malformed("a page of configmaps continues with itself")) {
      try await client(transport).listAll(.configMaps, ListQuery())
    }
  }
}
