// SPDX-License-Identifier: Apache-2.0

import Backends
import CorootStub
import ObservabilityAPI
import Testing

@Suite struct CorootSecretTests {
  private static let secrets = [
    "s3cret-admin", "s3cret/ch \"quoted\"", "s3cret-vm@x", "s3cret-viewer", "s3cret-other", "s3cret-session=",
  ]

  private func fixture() throws -> CorootFixture {
    var fixture = try CorootFixture()
    fixture.access.password = CorootSecret(Self.secrets[0])
    fixture.demand.clickHouse.password = CorootSecret(Self.secrets[1])
    fixture.demand.prometheus.basicAuth = BasicCredentials(username: "vm", password: Self.secrets[2])
    fixture.demand.viewer = CorootViewer(email: "gate@coroot.local", session: CorootSecret(Self.secrets[5]))
    fixture.server.configuration.adminPassword = Self.secrets[0]
    fixture.server.loseDatabase()
    return fixture
  }

  private func leak(_ value: Any) -> String? {
    var dumped = ""
    dump(value, to: &dumped)
    let texts = [dumped, "\(value)", String(reflecting: value)]
    return texts.first { $0.contains("s3cret") }
  }

  /// Texts of a server in which each secret stands as servers write it.
  static let texts = [
    "Post \"http://vm:s3cret-other@vm:8428/api/v1/query_range\": dial tcp: refused",
    "Post \"http://vm:s3cret-vm%40x@vm:8428/api\": refused",
    "parse \"clickhouse://coroot:s3cret-other@ch:9000\" failed",
    "coroot: password s3cret/ch \"quoted\" is wrong", "{\"password\":\"s3cret/ch \\\"quoted\\\"\"}",
    "s3cret-admin s3cret-vm@x s3cret-session=",
    "key=s3cret-vm%40x", "key=s3cret%2Fch%20%22quoted%22",
    "http://a:s3cret-other@b and https://c:s3cret-other@d@e/",
  ]

  @Test("No text of the server carries a secret into a verdict", arguments: texts)
  func serverTexts(_ text: String) async throws {
    for request in [
      "GET /health", "POST /api/login", "GET /api/user", "GET /v1/config", "GET /prometheus", "PUT /prometheus",
      "GET /clickhouse", "PUT /clickhouse", "POST /api/users", "GET /status",
    ] {
      for status in [400, 404, 500] where (request, status) != ("GET /v1/config", 404) {
        let fixture = try fixture()
        fixture.fail(request, .answers(status, "text/plain; charset=utf-8", text + "\n"))
        let check = CorootCheck(transport: fixture.server, randomPassword: { CorootSecret("s3cret-viewer") })
        let verdict = await check.run(fixture.access, fixture.demand)
        #expect(verdict.outcome != .ready, "\(request) \(status)")
        #expect(leak(verdict) == nil, "\(request) \(status)")
        #expect(leak(verdict.outcome.sentence + verdict.outcome.remedy) == nil, "\(request) \(status)")
      }
    }
  }

  @Test("The status carries no secret", arguments: texts) func status(_ text: String) async throws {
    let fixture = try fixture()
    fixture.server.backends.clickHouse["ch:9000"]?.passwords = [:]
    fixture.server.setMetrics(of: "platform", .fails(text))
    let check = CorootCheck(transport: fixture.server, randomPassword: { CorootSecret("s3cret-viewer") })
    let verdict = await check.run(fixture.access, fixture.demand)
    #expect(verdict.outcome == .ready && verdict.status != nil && verdict.viewerSession != nil)
    #expect(leak(verdict) == nil)
  }

  @Test("A secret that another client stored is taken out of errors as well") func storedByOthers() async throws {
    for type in ["prometheus", "clickhouse"] {
      let fixture = try fixture()
      fixture.server.backends.clickHouse["ch:9000"]?.passwords = [:]
      let login = #"{"user":"u","password":"s3cret-old"}"#
      let form =
        type == "prometheus"
        ? #"{"url":"http://other:8481","custom_headers":[{"key":"A","value":"s3cret-old"}]}"#
        : #"{"protocol":"native","addr":"ch:9000","auth":\#(login),"database":"coroot"}"#
      #expect(fixture.edit("PUT", "/api/project/{id}/integrations/\(type)", form) == 200)
      fixture.fail("PUT /\(type)", .answers(400, "text/plain", "Basic s3cret-old"))
      let verdict = await fixture.run()
      #expect(verdict.outcome.sentence.contains("Basic (redacted)") && leak(verdict) == nil)
    }
  }

  @Test("Neither access nor demand prints a secret") func descriptions() throws {
    var fixture = try fixture()
    fixture.demand.prometheus.url = try HTTPURL("http://vm:s3cret-other@vm:8428")
    fixture.access.url = try HTTPURL("http://x:s3cret-other@coroot:8080")
    #expect(leak(fixture.access) == nil)
    #expect(leak(fixture.demand) == nil)
  }

  @Test("What is cut is clean before it is cut, and on one line") func cuts() async throws {
    let fixture = try fixture()
    let long = String(repeating: "x", count: 240) + " s3cret-admin\nsecond line"
    fixture.fail("PUT /prometheus", .answers(400, "text/plain; charset=utf-8", long))
    guard case .integrationRefused(.prometheus, let answered) = await fixture.run().outcome else {
      Issue.record("not refused")
      return
    }
    #expect(answered.utf8.count < 300 && !answered.contains("s3cr") && !answered.contains("\n"))
  }
}
