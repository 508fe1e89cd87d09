// SPDX-License-Identifier: Apache-2.0

import Backends
import CorootStub
import DevCluster
import HTTPTransport
import ObservabilityAPI
import Testing

/// What the stub does that no recording shows, as the facts that were measured on a real server say.
@Suite struct CorootStubTests {
  private func send(
    _ server: CorootServer, _ path: String, key: String? = nil, type: String = "application/x-protobuf"
  ) -> StubResponse? {
    let method = path == "/v1/config" ? "GET" : "POST"
    let headers = [("Content-Type", type)] + (key.map { [("x-api-key", $0)] } ?? [])
    return server.handle(StubRequest(method, path, headers: headers, body: [1, 2, 3]))
  }

  /// Projects, whether a request without a key is accepted, and by which project then.
  static let registrations: [([String], String?)] = [
    (["one"], "one"), (["one", "two"], nil), (["one", "default"], "default"), ([], "default"),
  ]

  @Test("A request without a key registers itself with the only project, or with default", arguments: registrations)
  func keyless(_ names: [String], by project: String?) {
    let server = CorootServer(
      StubConfiguration(projects: names.map { .init($0, keys: [("key-\($0)", "")]) }, adminPassword: "p"))
    for path in ["/v1/config", "/v1/traces"] { #expect(send(server, path)?.status == (project == nil ? 404 : 200)) }
    let zeros = String(repeating: "0", count: 32)
    if let project { #expect(server.keys(of: project).contains(zeros)) }
    // What the configuration says of the keys holds again after a start.
    server.restart()
    if let project, !names.isEmpty { #expect(server.keys(of: project) == ["key-\(project)"]) }
  }

  @Test("Data goes to the old ClickHouse until the server restarts") func oldClickHouse() async throws {
    var fixture = try await CorootFixture.settled()
    _ = send(fixture.server, "/v1/traces", key: "key-1")
    fixture.demand.clickHouse.address = "new-ch:9000"
    #expect(await fixture.run().changed == [.clickhouse])
    _ = send(fixture.server, "/v1/logs", key: "key-1")
    fixture.server.restart()
    _ = send(fixture.server, "/v1/profiles", key: "key-1")
    #expect(fixture.server.batches.map(\.address) == ["ch:9000", "ch:9000", "new-ch:9000"])
    #expect(fixture.server.batches.map(\.signal) == ["traces", "logs", "profiles"])
    #expect(fixture.server.batches.allSatisfy { $0.isStored && $0.project == "platform" && $0.database == "coroot" })
  }

  @Test("Data before the first put is dropped until the server restarts") func dataBeforePut() async throws {
    let fixture = try CorootFixture()
    _ = send(fixture.server, "/v1/traces", key: "key-1")
    #expect(await fixture.run().outcome == .ready)
    _ = send(fixture.server, "/v1/traces", key: "key-1")
    fixture.server.restart()
    _ = send(fixture.server, "/v1/traces", key: "key-1")
    #expect(fixture.server.batches.map(\.isStored) == [false, false, true])
  }

  @Test("A wrong key, a wrong type and a ClickHouse that is down are answered as measured") func ingestion()
    async throws
  {
    let fixture = try await CorootFixture.settled()
    let refused = send(fixture.server, "/v1/traces", key: "nope")
    #expect(refused?.status == 404)
    #expect(refused?.text == "project not found (x-api-key header is missing or invalid)\n")
    let type = send(fixture.server, "/v1/logs", key: "key-1", type: "application/json")
    #expect(type?.status == 400 && type?.text == "unsupported content type: application/json\n")
    fixture.server.backends.clickHouse["ch:9000"]?.behaviour = .refuses
    #expect(send(fixture.server, "/v1/logs", key: "key-1")?.status == 200)
    #expect(fixture.server.batches.map(\.isStored) == [false])
  }

  @Test("Metrics are handed to the write URL; a refusal with 400 becomes 200") func metrics() async throws {
    let fixture = try await CorootFixture.settled()
    for (behaviour, status) in [
      (StubBackends.Prometheus.Behaviour.answers, 204), (.status("400 Bad Request"), 200),
      (.status("503 Service Unavailable"), 503), (.hangs, 500),
    ] {
      fixture.server.backends.prometheus["vminsert:8480"] = .init(behaviour)
      #expect(send(fixture.server, "/v1/metrics", key: "key-1")?.status == status)
    }
    #expect(fixture.server.batches.map(\.isStored) == [true, false, false, false])
  }

  @Test("A file of authorities that cannot be read ends the server until it restarts") func fatalFile() async throws {
    let fixture = try await CorootFixture.settled()
    let form = #"{"protocol":"native","addr":"ch:9000","tls_ca_file":"/nope"}"#
    #expect(fixture.edit("PUT", "/api/project/{id}/integrations/clickhouse", form) == nil)
    #expect(fixture.server.exitCode == 255)
    #expect(await fixture.run().outcome.reason == "Unreachable")
    fixture.server.restart()
    #expect(await fixture.run().outcome == .ready)
  }

  @Test("A project whose keys the configuration does not give has its own ID as key") func ownKey() throws {
    let server = CorootServer(StubConfiguration(projects: [.init("one"), .init("two")], adminPassword: "p"))
    #expect(server.keys(of: "one") == [try #require(server.projectID("one"))])
  }

  @Test("Over loopback a check does what it does in memory") func loopback() async throws {
    var fixture = try CorootFixture()
    fixture.demand.viewer = CorootViewer(email: "gate@coroot.local")
    let http = try await fixture.server.listen()
    fixture.access.url = try HTTPURL(http.url)
    let transport = try CurlTransport(userAgent: "backends-tests")
    let serving = Task { try await http.run() }
    defer { serving.cancel() }
    let check = CorootCheck(transport: transport)
    let verdicts = [await check.run(fixture.access, fixture.demand), await check.run(fixture.access, fixture.demand)]
    #expect(verdicts.map(\.outcome) == [.ready, .ready])
    #expect(verdicts[0].changed == [.prometheus, .clickhouse] && verdicts[1].changed.isEmpty)
    #expect(verdicts[0].viewerSession?.text == fixture.server.session(of: "gate@coroot.local"))
  }
}
