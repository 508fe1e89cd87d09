// SPDX-License-Identifier: Apache-2.0

import CorootStub
import JSON
import Testing

/// The stub in the state in which a real server was recorded.
///
/// Recordings of one state follow each other on one server, so what one of them stores is there for the next.
struct CorootScene {
  let name: String
  let server: CorootServer
  /// What stands for the placeholders, by their names.
  var values = CorootScene.constants

  /// Addresses and secrets: those that the recordings hide, in words of ours.
  static let constants: [String: String] = [
    "ADMIN_PASSWORD": "admin-password", "NEW_ADMIN_PASSWORD": "new-admin-password",
    "VIEWER_PASSWORD": "viewer-1", "VIEWER_PASSWORD_2": "viewer-2", "VIEWER_PASSWORD_3": "viewer-3",
    "EDITOR_PASSWORD": "editor-1", "KEY1": "key-1", "KEY2": "key-2",
    "PROM_URL": "http://127.0.0.1:8428", "PROM_HOST": "127.0.0.1:8428", "PROM_AUTH_URL": "http://127.0.0.1:8429",
    "PROM_AUTH_HOST": "127.0.0.1:8429", "PROM_TLS_ADDR": "127.0.0.1:8443", "PROM_PASSWORD": "prom-password",
    "DEAD_PROM_URL": "http://127.0.0.1:1", "DEAD_PROM_ADDR": "127.0.0.1:1", "HANGING_ADDR": "127.0.0.1:3",
    "CH_ADDR": "127.0.0.1:9000", "CH_TLS_ADDR": "127.0.0.1:9440", "CH_HTTP_ADDR": "127.0.0.1:8123",
    "DEAD_CH_ADDR": "127.0.0.1:2", "HANGING_CH_ADDR": "127.0.0.1:4", "CH_PASSWORD": "ch-password",
    "CH_DATA": "/var/lib/clickhouse", "CLIENT_ADDR": "10.244.0.9:40000", "DNS": "10.96.0.10:53",
    "HEADER_VALUE": "header-value", "CA_FILE": "/etc/ca/ca.crt",
  ]

  /// The name of the scene that a recording belongs to. Of the states without a name, those before the users are of a
  /// server with a ClickHouse.
  static func name(of recording: CorootRecording) -> String {
    guard recording.state.isEmpty else {
      return recording.state.hasSuffix("; ") ? String(recording.state.dropLast(2)) : recording.state
    }
    return ["ch-put-", "prom-put-ok-2", "prom-put-dead-write", "prom-put-auth"].contains { recording.id.hasPrefix($0) }
      ? "stored" : "users"
  }

  init(_ name: String) {
    self.name = name
    var configuration = StubConfiguration(
      projects: [.init("prod", keys: [("key-1", "")])], adminPassword: "admin-password")
    var role: String?
    switch name {
    case _ where name.hasPrefix("config projects"):
      configuration.projects = [
        .init("prod", keys: [("key-1", "node agents"), ("key-2", "second")]), .init("all", members: ["prod"]),
      ]
    case "no config, no admin password": configuration = StubConfiguration()
    case _ where name.hasPrefix("AUTH_ANONYMOUS_ROLE="):
      configuration.projects = []
      role = String(name.dropFirst("AUTH_ANONYMOUS_ROLE=".count))
    default: break
    }
    configuration.trustsAuthority = name.hasSuffix("with SSL_CERT_FILE")
    configuration.authorityFiles = ["/etc/ca/ca.crt"]
    server = CorootServer(configuration, backends: Self.backends)
    let projects = ["prod", "default"].compactMap { server.projectID($0) }
    values["PROJECT_ID"] = projects.first
    values["MULTI_PROJECT_ID"] = server.projectID("all")
    prepare()
    server.configuration.anonymousRole = role
  }

  private static let backends = StubBackends(
    prometheus: [
      "127.0.0.1:8428": .init(), "127.0.0.1:8429": .init(login: "vmuser:prom-password"),
      "127.0.0.1:8443": .init(isPrivate: true), "127.0.0.1:3": .init(.hangs),
      "nope.invalid:8428": .init(.unresolved(resolver: "10.96.0.10:53")),
    ],
    clickHouse: [
      "127.0.0.1:9000": .init(passwords: ["coroot": "ch-password"], databases: ["coroot"]),
      "127.0.0.1:9440": .init(passwords: ["coroot": "ch-password"], databases: ["coroot"], isTLS: true),
      "127.0.0.1:8123": .init(.hangs), "127.0.0.1:4": .init(.hangs),
    ])

  /// What happened before the first recording of the scene.
  private func prepare() {
    let denied =
      "coroot: Not enough privileges. To execute this query, it's necessary to have the grant X ON coroot.*. (ACCESS_DENIED)"
    switch name {
    case "stored": storeClickHouse()
    case "clickhouse configured but down", "clickhouse down":
      storeClickHouse()
      setClickHouse(.refuses)
    case "stored ClickHouse accepts the connection and never answers":
      storeClickHouse()
      setClickHouse(.hangs)
    case "keeper one cluster my-cluster":
      let cause = "Syntax error: failed at position 51 (-) (line 1, col 51): -cluster ("
      setClickHouse(.failsMigration("handle packet: SYNTAX_ERROR (62): DB::Exception: \(cause)"))
    case "keeper two: x,y":
      let cause = "multiple ClickHouse clusters found, but neither \"coroot\" nor \"default\" cluster found"
      setClickHouse(.failsMigration(cause))
    case "keeper default+clickhouse":
      let cause = "Requested cluster 'default' not found. (CLUSTER_DOESNT_EXIST)"
      setClickHouse(.failsMigration("handle packet: UNKNOWN (701): DB::Exception: \(cause)"))
    case _ where name.hasPrefix("deny "):
      setClickHouse(.failsMigration("handle packet: UNKNOWN (497): DB::Exception: \(denied)"))
    case "restart after pause, 1 node in cache":
      storePrometheus()
      server.setMetrics(of: "prod", .lags("9 minutes"), nodes: ["n1"])
    case "data flowing":
      storePrometheus()
      server.setMetrics(of: "prod", .synced, nodes: ["n1"])
    case "global": setGlobal()
    default: break
    }
  }

  private func setGlobal() {
    let id = values["PROJECT_ID"] ?? ""
    server.configuration.globalPrometheus = [
      "global": true, "url": "http://127.0.0.1:8428", "refresh_interval": 15000, "tls_skip_verify": false,
      "basic_auth": ["user": "vmuser", "password": "prom-password"],
      "extra_selector": .string("{coroot_project_id=\"\(id)\"}"),
      "custom_headers": [["key": "X-A", "value": "header-value"]], "remote_write_url": "", "use_clickhouse": false,
    ]
    server.configuration.globalClickHouse = [
      "global": true, "protocol": "native", "addr": "127.0.0.1:9000",
      "auth": ["user": "coroot", "password": "ch-password"], "database": .string("coroot_\(id)"),
      "tls_enable": false, "tls_skip_verify": false, "tls_ca_file": "",
    ]
  }

  // MARK: - Before and after one request

  /// What was changed by other means than a recorded request, and what ClickHouse said of itself.
  func prepare(for recording: CorootRecording) throws {
    let upstream = [
      "prom-put-403": "403 Forbidden", "prom-put-500-upstream": "500 Internal Server Error",
      "prom-put-404-upstream": "404 Not Found",
    ]
    server.backends.prometheus["127.0.0.1:8428"] = .init(upstream[recording.id].map { .status($0) } ?? .answers)
    if recording.id == "prometheus-get-viewer" {
      storePrometheus(#","custom_headers":[{"key":"A","value":"x"}]"#)
    }
    if recording.id == "clickhouse-get-viewer" { storeClickHouse() }
    if recording.path.hasSuffix("/integrations/clickhouse"), recording.method == "GET",
      let info = try? JSONParser.parse(filled(recording.body))["cluster_info"]?.object
    {
      server.backends.clickHouse["127.0.0.1:9000"]?.info = info
    }
  }

  /// As whom a request was sent.
  func session(for recording: CorootRecording) -> String {
    if recording.id == "user-bad-cookie" { return "eyJpZCI6MX0=.AAAA" }
    let isViewer = recording.id.hasPrefix("user-change-pw") || recording.id.hasSuffix("viewer")
    let email = isViewer ? "viewer@x.local" : recording.id.hasSuffix("editor") ? "editor@x.local" : "admin"
    return server.session(of: email) ?? ""
  }

  /// The project that a request was about: mostly the first, in some recordings the one that was created.
  func project(for recording: CorootRecording) -> String? {
    let ofCreated = [
      "project-rename", "project-get-created", "apikeys-generate", "apikeys-list", "apikeys-edit", "apikeys-delete",
      "project-delete",
    ]
    guard ofCreated.contains(recording.id) else { return values["PROJECT_ID"] }
    return server.projectID("second") ?? server.projectID("second2")
  }

  /// A text with values for all placeholders that have one.
  func filled(_ text: String, also more: [String: String] = [:]) -> String {
    values.merging(more) { $1 }.reduce(text) { $0.replacing("<\($1.key)>", with: $1.value) }
  }

  private func setClickHouse(_ behaviour: StubBackends.ClickHouse.Behaviour) {
    server.backends.clickHouse["127.0.0.1:9000"]?.behaviour = behaviour
  }

  private func storePrometheus(_ more: String = "") {
    put("prometheus", #"{"url":"http://127.0.0.1:8428"\#(more)}"#)
  }

  private func storeClickHouse() {
    let login = #"{"user":"coroot","password":"ch-password"}"#
    put("clickhouse", #"{"protocol":"native","addr":"127.0.0.1:9000","auth":\#(login),"database":"coroot"}"#)
  }

  private func put(_ type: String, _ body: String) {
    let cookie = ("Cookie", "coroot_session=\(server.session(of: "admin") ?? "")")
    let path = "/api/project/\(values["PROJECT_ID"] ?? "")/integrations/\(type)"
    let answer = server.handle(StubRequest("PUT", path, headers: [cookie], body: Array(body.utf8)))
    #expect(answer?.status == 200, "\(name): \(answer?.text ?? "")")
  }
}
