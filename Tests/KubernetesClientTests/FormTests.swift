// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON
import KubernetesCore
import Testing

@testable import KubernetesClient

@Suite struct FormTests {
  private static let metadata = #"{"name":"one","resourceVersion":"5","managedFields":[{"manager":"m"}]}"#
  private static let partial =
    #"{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":\#(metadata)}"#
  private static let whole = #"{"kind":"DaemonSet","apiVersion":"apps/v1","metadata":\#(metadata),"spec":{"a":1}}"#
  private static let lean = JSONProjection.dropping([["metadata", "managedFields"], ["spec"]])
  private static let nothing = JSONProjection.keeping([["metadata", "name"], ["metadata", "resourceVersion"]])

  private func client(_ body: String) -> KubernetesClient {
    KubernetesClient(
      transport: ScriptedTransport(.body(200, body)),
      configuration: ClusterConfiguration(server: "https://api:6443"),
      options: KubernetesClient.Options(userAgent: "tests/1"))
  }

  private func list(_ item: String, _ query: ListQuery) async throws -> KubernetesObject? {
    let body = #"{"kind":"L","metadata":{"resourceVersion":"9","continue":"c"},"items":[\#(item)]}"#
    let list = try await client(body).list(.daemonSets, query)
    // A projection is one of the objects, not of the list.
    #expect(list.resourceVersion == "9" && list.continueToken == "c" && list.items.count == 1)
    return list.items.first
  }

  private func watch(_ frames: [(String, String)], _ query: WatchQuery) async throws -> [WatchEvent] {
    let lines = frames.map { #"{"type":"\#($0)","object":\#($1)}"# + "\n" }.joined()
    var events: [WatchEvent] = []
    for try await event in try await client(lines).watch(.daemonSets, query) { events.append(event) }
    return events
  }

  /// As a server answers that makes metadata, and as one that does not.
  @Test(arguments: [partial, whole])
  func metadataKeepsItsType(_ item: String) async throws {
    let expected = KubernetesObject([
      "apiVersion": "apps/v1", "kind": "DaemonSet",
      "metadata": ["name": "one", "resourceVersion": "5", "managedFields": [["manager": "m"]]],
    ])
    #expect(try await list(item, ListQuery(form: .metadata)) == expected)
    #expect(try await watch([("ADDED", item)], WatchQuery(form: .metadata)) == [.added(expected)])
  }

  @Test func projectionsAreObeyed() async throws {
    let expected = KubernetesObject([
      "apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": ["name": "one", "resourceVersion": "5"],
    ])
    for projection in [Self.lean, Self.nothing] {
      #expect(try await list(Self.whole, ListQuery(projection: projection)) == expected)
      #expect(
        try await watch(
          [("ADDED", Self.whole), ("MODIFIED", Self.whole), ("DELETED", Self.whole)],
          WatchQuery(projection: projection)) == [.added(expected), .modified(expected), .deleted(expected)])
      #expect(try await list(Self.partial, ListQuery(form: .metadata, projection: projection)) == expected)
    }
  }

  @Test func projectionsTakeNothingFromSigns() async throws {
    let bookmark =
      #"{"kind":"PartialObjectMetadata","metadata":{"resourceVersion":"8","annotations":"#
      + #"{"k8s.io/initial-events-end":"true"}}}"#
    let query = WatchQuery(sendInitialEvents: true, form: .metadata, projection: .keeping([["spec"]]))
    #expect(
      try await watch([("BOOKMARK", bookmark)], query) == [.bookmark(resourceVersion: "8", endsInitialEvents: true)])
    let status = #"{"kind":"Status","message":"too old resource version: 1 (211)","reason":"Expired","code":410}"#
    await #expect(
      throws: KubernetesError.status(
        APIStatus(code: 410, reason: "Expired", message: "too old resource version: 1 (211)"))
    ) { try await watch([("ERROR", status)], query) }
  }
}
