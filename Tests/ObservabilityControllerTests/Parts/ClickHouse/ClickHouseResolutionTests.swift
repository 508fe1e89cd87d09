// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import HTTPTransport
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering
import Testing

@testable import ObservabilityController

/// Finding the ClickHouse, from what the cluster holds.
@Suite struct ClickHouseResolutionTests {
  typealias World = MetricsResolutionTests.World

  static let service = "services tenant-root/chendpoint-clickhouse-coroot"
  static let credentials = "secrets tenant-root/clickhouse-coroot-credentials"
  static let password = "secrets cozy-coroot/clickhouse"
  static let authority = "secrets cozy-coroot/authority"

  static let application = spec(["application": [:]])
  static let endpoint = spec([
    "endpoint": [
      "host": "ch.example.org", "httpPort": 8443, "port": 9440, "tls": true, "user": "writer",
      "passwordSecretRef": ["name": "clickhouse"],
    ]
  ])

  static func spec(_ clickHouse: JSONObject) -> JSONObject {
    ["traces": ["destination": "ClickHouse", "retention": "3d"], "clickHouse": .object(clickHouse)]
  }

  static func resolution(_ spec: JSONObject, _ world: World) throws -> ClickHouseResolution {
    ClickHouseResolution(
      spec: try Made.observability(spec).spec, domain: "cluster.local", operatorNamespace: "elsewhere"
    ) { type, key in
      world["\(type) \(key)"] ?? .absent
    }
  }

  /// The resolution of an example; one whose object is invalid fails the test that reads it.
  static func resolution(of example: MetricsResolutionTests.Blocked) throws(Unresolved) -> ClickHouseResolution {
    do {
      return try resolution(example.spec, example.world)
    } catch {
      throw .pending
    }
  }

  static func found(_ spec: JSONObject, _ world: World) throws -> ClickHouseBackend {
    try #require(try resolution(spec, world).resolve())
  }

  static let there: World = [
    service: MetricsResolutionTests.service([("http", 8123), ("tcp", 9000)]),
    credentials: MetricsResolutionTests.secret(["coroot": Array("s3cret".utf8), "backup": [0x78]]),
  ]

  @Test func anApplicationIsFoundByItsServiceAndSecret() throws {
    let backend = try Self.found(Self.application, Self.there)
    #expect(
      backend.access
        == ClickHouseAccess(
          host: "chendpoint-clickhouse-coroot.tenant-root.svc", httpPort: 8123, nativePort: 9000, isTLS: false,
          user: "coroot", password: "s3cret", certificateAuthorities: nil))
    #expect(backend.source == "tenant-root/coroot")
    #expect(!"\(backend) \(backend.metadata)".contains("s3cret"))
    let targets = try Self.resolution(Self.application, [:]).targets.map(\.description).sorted()
    #expect(
      targets == [
        "secrets in tenant-root where metadata.name=clickhouse-coroot-credentials",
        "services in tenant-root where metadata.name=chendpoint-clickhouse-coroot",
      ])
  }

  @Test func anEndpointIsTakenAsItStands() throws {
    let world = [Self.password: MetricsResolutionTests.secret(["password": Array("päss $1\n".utf8)])]
    let backend = try Self.found(Self.endpoint, world)
    #expect(backend.access.address == "ch.example.org:8443")
    #expect((backend.access.nativePort, backend.access.isTLS, backend.access.user) == (9440, true, "writer"))
    #expect(backend.access.password == "päss $1\n")
    #expect(backend.network == nil)
  }

  @Test func withoutAPasswordNoneIsSent() throws {
    let backend = try Self.found(Self.spec(["endpoint": ["host": "ch.tenant-a.svc"]]), [:])
    #expect(backend.access.password.isEmpty && backend.secret == nil)
    #expect(backend.network == .pods(namespace: "tenant-a", port: nil))
  }

  @Test func theHashFollowsThePasswordAndTheSecret() throws {
    func hash(_ password: String, uid: String = "secret-uid") throws -> String {
      var world = Self.there
      world[Self.credentials] = MetricsResolutionTests.secret(["coroot": Array(password.utf8)], uid: uid)
      return try Self.found(Self.application, world).secretsHash
    }
    #expect(try hash("a") == hash("a"))
    #expect(try hash("a") != hash("b"))
    #expect(try hash("a") != hash("a", uid: "recreated"))
    #expect(try !hash("a").contains("a "))
  }

  static let blocked: [MetricsResolutionTests.Blocked] = [
    .init(
      testDescription: "no application", spec: application, world: [:], reason: .serviceNotFound,
      names: ["tenant-root/coroot", "not ready yet", "spec.clickHouse.endpoint"]),
    .init(
      testDescription: "a Service that leads out of the cluster", spec: application,
      world: [service: MetricsResolutionTests.alias("ch.example.org")], reason: .serviceNotUsable,
      names: ["ch.example.org", "spec.clickHouse.endpoint instead of application"]),
    .init(
      testDescription: "an application without its Secret", spec: application,
      world: [service: there[service, default: .absent]],
      reason: .secretNotFound, names: ["tenant-root/clickhouse-coroot-credentials", "Wait until"]),
    .init(
      testDescription: "no right to read the Secret", spec: application,
      world: [service: there[service, default: .absent], credentials: .failing(Made.failure(403, "Forbidden"))],
      reason: .notPermitted,
      names: [
        "kubectl create role observability-operator-clickhouse-coroot-credentials -n tenant-root",
        "--resource-name=clickhouse-coroot-credentials", "create rolebinding",
        "--serviceaccount=elsewhere:observability-operator",
      ]),
    .init(
      testDescription: "a Secret without the user", spec: application,
      world: [
        service: there[service, default: .absent], credentials: MetricsResolutionTests.secret(["backup": [0x78]]),
      ],
      reason: .secretKeyMissing, names: ["no key coroot", "it has backup"]),
    .init(
      testDescription: "no Secret with the password", spec: endpoint, world: [:], reason: .secretNotFound,
      names: ["cozy-coroot/clickhouse", "spec.clickHouse.endpoint.passwordSecretRef"]),
    .init(
      testDescription: "a password that is no text", spec: endpoint,
      world: [password: MetricsResolutionTests.secret(["password": [0xFF]])], reason: .secretKeyMissing,
      names: ["not text in UTF-8"]),
    .init(
      testDescription: "an authority that is none",
      spec: spec(["endpoint": ["host": "ch", "tls": true, "caSecretRef": ["name": "authority"]]]),
      world: [authority: MetricsResolutionTests.secret(["ca.crt": Array("junk".utf8)])],
      reason: .authoritiesUnreadable, names: ["key ca.crt", "gateway is left as it is"]),
  ]

  @Test(arguments: blocked)
  func whatIsMissingIsNamed(_ example: MetricsResolutionTests.Blocked) throws {
    let error = #expect(throws: Unresolved.self) { try Self.resolution(example.spec, example.world).resolve() }
    guard case .blocked(let finding)? = error else {
      Issue.record("not blocked")
      return
    }
    #expect(finding.reason == example.reason)
    #expect(finding.reason.conditions.contains(.clickHouseReady))
    for name in example.names { #expect(finding.message.contains(name), "\(finding.message)") }
  }

  @Test func whatHasNotBeenReadIsWaitedFor() throws {
    let error = #expect(throws: Unresolved.self) {
      try Self.resolution(Self.application, [Self.service: .pending]).resolve()
    }
    guard case .pending? = error else {
      Issue.record("not pending")
      return
    }
  }

  /// One verdict of each kind.
  static let verdicts: [ClickHouseVerdict] = [
    .ready(.init(version: "24.9.2", database: "otel", cluster: nil, ignored: [.diskFull], changes: [])),
    .unreachable(address: "a", cause: "c"), .addressRefused(address: "a", cause: "c"),
    .tlsFailed(address: "a", cause: "c", fault: .expired, hasAuthorities: false),
    .notClickHouse(address: "a", answered: "b", isNativePort: true),
    .authenticationFailed(address: "a", user: "u", cause: "c"), .missingGrant(user: "u", grants: ["INSERT ON otel.*"]),
    .databaseMissing(database: "otel", user: "u", cause: "c"), .versionTooOld(found: "18.16"),
    .ambiguousCluster(cause: "c", clusters: ["a", "b"]), .keeperUnresolvable(cause: "c"),
    .readOnlyReplica(database: "otel", tables: ["t"]), .diskFull(cause: "c"), .overloaded(address: "a", answered: "b"),
    .schemaConflict(database: "otel", table: "t", missing: ["m"]), .queryFailed(doing: "d", answered: "b"),
  ]

  @Test("Each verdict has a documented reason, and the one of a wrong password names its Secret")
  func statesAreDocumented() throws {
    let backend = try Self.found(Self.application, Self.there)
    for verdict in Self.verdicts {
      let state = ClickHousePart.state(verdict, backend)
      #expect(state.finding.reason.conditions.contains(.clickHouseReady), "\(verdict.reason)")
      #expect(state.isGood == verdict.isReady)
      if case .authenticationFailed = verdict {
        #expect(state.finding.message.contains("(Secret \(try #require(backend.secret)))"))
      }
      if verdict.isReady { #expect(state.finding.message.contains("Let pass by spec.clickHouse.ignore: DiskFull")) }
    }
  }

  @Test func theDemandFollowsTheObject() throws {
    let demand = ClickHouseDemand(
      try Made.observability(Self.spec(["application": [:], "cluster": "main", "ignore": ["DiskFull"]])).spec)
    #expect(demand.purpose == .ownSchema(traces: .days(3), logs: nil))
    #expect((demand.database, demand.cluster) == ("otel", "main"))
    #expect(demand.ignore == [.diskFull])
  }
}
