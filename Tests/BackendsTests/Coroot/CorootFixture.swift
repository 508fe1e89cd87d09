// SPDX-License-Identifier: Apache-2.0

import Backends
import CorootStub
import ObservabilityAPI
import Testing

/// A stub Coroot with its backends, and what the operator wants of it.
struct CorootFixture {
  static let adminPassword = "admin-password"
  static let clickHousePassword = "clickhouse-password"

  let server: CorootServer
  var demand: CorootDemand
  var access: CorootAccess

  init(
    _ configuration: StubConfiguration = .guarded(
      project: "platform", key: "key-1", guardProject: "guard", guardKey: "key-2", adminPassword: Self.adminPassword)
  ) throws {
    let backends = StubBackends(
      prometheus: ["vmselect:8481": .init(), "other:8481": .init(), "locked:8481": .init(login: "vm:vm-password")],
      clickHouse: [
        "ch:9000": .init(passwords: ["coroot": Self.clickHousePassword], databases: ["coroot"]),
        "new-ch:9000": .init(passwords: ["coroot": Self.clickHousePassword], databases: ["coroot"]),
      ])
    server = CorootServer(configuration, backends: backends)
    demand = CorootDemand(
      project: "platform", guardProject: "guard",
      prometheus: CorootPrometheus(
        url: try HTTPURL("http://vmselect:8481/select/0/prometheus"),
        remoteWriteURL: try HTTPURL("http://vminsert:8480/insert/0/prometheus/api/v1/write?extra_label=a=b"),
        extraSelector: #"{observability="platform"}"#),
      clickHouse: CorootClickHouse(
        address: "ch:9000", user: "coroot", password: CorootSecret(Self.clickHousePassword), database: "coroot"))
    access = CorootAccess(url: try HTTPURL("http://coroot:8080"), password: CorootSecret(Self.adminPassword))
  }

  /// A fixture on which one check has run, so that everything is as wanted.
  static func settled() async throws -> CorootFixture {
    let fixture = try CorootFixture()
    try await #require(fixture.run().outcome == .ready)
    return fixture
  }

  /// Runs a check with a password for viewers that can be foretold.
  func run() async -> CorootVerdict {
    await CorootCheck(transport: server, randomPassword: { CorootSecret("viewer-password") }).run(access, demand)
  }

  /// Runs a check; says what it found, and what it asked with IDs as `{id}`.
  func asked() async -> (verdict: CorootVerdict, requests: [String]) {
    let before = server.requests.count
    let verdict = await run()
    let id = server.projectID("platform") ?? "{none}"
    return (verdict, server.requests.dropFirst(before).map { $0.replacing(id, with: "{id}") })
  }

  /// Sends a request as `admin`, as somebody at the UI does.
  @discardableResult func edit(_ method: String, _ path: String, _ body: String) -> Int? {
    let cookie = ("Cookie", "coroot_session=\(server.session(of: "admin") ?? "")")
    let target = path.replacing("{id}", with: server.projectID("platform") ?? "")
    return server.handle(StubRequest(method, target, headers: [cookie], body: Array(body.utf8)))?.status
  }

  /// Lets requests fail whose method and end of path are these: `PUT /prometheus`.
  func fail(_ which: String, _ fault: CorootServer.Fault) {
    server.fail { "\($0.method) \($0.path)".matchesEnds(of: which) ? fault : nil }
  }
}

extension String {
  /// Whether a method and a path begin and end as a pattern of two words says.
  fileprivate func matchesEnds(of pattern: String) -> Bool {
    let words = pattern.split(separator: " ").map(String.init)
    return hasPrefix(words[0] + " ") && hasSuffix(words[1])
  }
}
