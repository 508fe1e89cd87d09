// SPDX-License-Identifier: Apache-2.0

import DevCluster
import HTTPTransport
import JSON
import Logging
import Testing

@testable import Simulation

/// Who judges deletions must blame neither too much nor too little.
@Suite struct DeletionJudgeTests {
  private let server: APIServer = {
    var configuration = APIServerConfiguration(adminToken: "admin")
    configuration.seed = 1
    configuration.logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    return APIServer(configuration)
  }()
  private let writes = WriteLog()

  /// A server with the type, a bundle `amber` that desires `amber-a`, and that child; the uid of the bundle.
  private func begin() async throws -> String {
    await server.addNamespace("work")
    try await server.apply(Bundle.definition)
    return try await make()
  }

  private func make() async throws -> String {
    try await server.apply(Bundle.manifest("amber", items: ["a": "1"]))
    let uid = try #require(await bundle()?["metadata"]?["uid"]?.string)
    try await server.apply(child(of: uid))
    return uid
  }

  private func bundle() async -> JSONValue? {
    await server.objects("bundles", group: "example.org", namespace: "work").first
  }

  private func child(of owner: String) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "ConfigMap",
      "metadata": [
        "name": "amber-a", "namespace": "work", "labels": [Bundle.label: "amber"],
        "ownerReferences": [
          ["apiVersion": "example.org/v1", "kind": "Bundle", "name": "amber", "uid": .string(owner)]
        ],
      ],
    ]
  }

  private func request(_ owner: String) -> HTTPRequest {
    HTTPRequest(
      method: "PATCH", url: "http://simulated/api/v1/namespaces/work/configmaps/amber-a",
      body: JSONWriter.bytes(child(of: owner)))
  }

  private func verdict() async -> [String] {
    var judge = DeletionJudge()
    judge.judge(await server.changes(after: 0), spared: [], writes)
    return judge.wrongDeletions
  }

  @Test func whatIsDesiredAllItsLifeMustNotBeDeleted() async throws {
    _ = try await begin()
    await server.delete("configmaps", namespace: "work", "amber-a")
    #expect(await verdict().count == 1)
  }

  @Test func whatWasUndesiredOnceMayBeDeletedLate() async throws {
    _ = try await begin()
    for items in [["b": "1"], ["a": "1"]] { try await server.apply(Bundle.manifest("amber", items: items)) }
    await server.delete("configmaps", namespace: "work", "amber-a")
    #expect(await verdict() == [])
  }

  /// What a write of the child rests on.
  enum Ground: CaseIterable {
    case sentBefore, askedBefore, askedLongBefore, nothing
  }

  /// The child of a bundle's successor is given to the bundle that is no more, and so the garbage collector takes it. Who
  /// sent that, or asked whether the bundle is still there, before it went could not know; who did so afterwards had not
  /// looked.
  @Test(arguments: Ground.allCases) func anOutdatedOwnerIsBlamedOnWhoCouldKnow(_ ground: Ground) async throws {
    let old = try await begin()
    let early = await server.revision
    await server.delete("bundles", group: "example.org", namespace: "work", "amber")
    _ = try await make()
    if ground == .askedBefore || ground == .askedLongBefore {
      writes.asked("amber", by: "replica", at: early)
      writes.told("amber", to: "replica", now: .seconds(100))
    }
    let write = try #require(
      writes.sent(
        request(old), by: "replica", at: ground == .sentBefore ? early : await server.revision,
        now: .seconds(ground == .askedLongBefore ? 110 : 101)))
    try await server.apply(child(of: old))
    writes.answered(write, at: await server.revision)
    #expect(await verdict().count == (ground == .sentBefore || ground == .askedBefore ? 0 : 1))
  }

  @Test func aQuestionIsAReadOfOneBundle() {
    let bundles = "http://simulated/apis/example.org/v1/namespaces/work/bundles"
    #expect(WriteLog.question(HTTPRequest(url: bundles + "/amber")) == "amber")
    #expect(WriteLog.question(HTTPRequest(url: bundles + "?watch=true")) == nil)
    #expect(WriteLog.question(HTTPRequest(method: "PATCH", url: bundles + "/amber")) == nil)
  }
}
