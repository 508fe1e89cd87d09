// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import HTTPTransport
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering
import Testing

@testable import ObservabilityController

/// Finding where traces and logs go, from what the cluster holds.
@Suite struct GatewayResolutionTests {
  typealias World = MetricsResolutionTests.World

  static let cluster = "services tenant-root/vlinsert-generic"
  static let single = "services tenant-root/vlsingle-generic"
  static let headers = "secrets cozy-coroot/headers"
  static let authority = "secrets cozy-coroot/authority"

  static let logs: JSONObject = ["logs": ["destination": "VictoriaLogs"]]
  static let traces: JSONObject = [
    "traces": [
      "destination": "OTLP", "endpoint": "https://tempo.example.org/v1/traces", "headersSecretRef": ["name": "headers"],
    ]
  ]
  static let trusting: JSONObject = [
    "traces": [
      "destination": "OTLP", "endpoint": "https://tempo.example.org/v1/traces", "caSecretRef": ["name": "authority"],
    ]
  ]
  static let linkLocal: JSONObject = [
    "logs": ["destination": "VictoriaLogs", "endpoint": "http://169.254.169.254:9428"]
  ]

  static func resolution(_ spec: JSONObject, _ world: World) throws -> GatewayResolution {
    GatewayResolution(
      spec: try Made.observability(spec).spec, domain: "cluster.local", clickHouse: nil
    ) { type, key in world["\(type) \(key)"] ?? .absent }
  }

  /// The resolution of an example; one whose object is invalid fails the test that reads it.
  static func resolution(of example: MetricsResolutionTests.Blocked) throws(Unresolved) -> GatewayResolution {
    do {
      return try resolution(example.spec, example.world)
    } catch {
      throw .pending
    }
  }

  @Test func aTenantIsThatOfAClusterBeforeThatOfASingleNode() throws {
    let port = MetricsResolutionTests.service([("http", 9481)])
    func base(_ world: World) throws -> String? {
      let inputs = try Self.resolution(Self.logs, world).resolve(operatorNamespace: "here")
      #expect(inputs.operatorNamespace == "here" && inputs.traces == nil && inputs.secretsHash == nil)
      guard case .victoriaLogs(let url, _)? = inputs.logs?.storage else { return nil }
      return url.description
    }
    #expect(try base([Self.cluster: port])?.hasPrefix("http://vlinsert-generic.tenant-root.svc:9481") == true)
    let single = MetricsResolutionTests.service([("http", 9428)])
    #expect(try base([Self.single: single])?.hasPrefix("http://vlsingle-generic.tenant-root.svc:9428") == true)
    #expect(
      try base([Self.cluster: port, Self.single: single])?.hasPrefix("http://vlinsert-generic.tenant-root.svc:9481")
        == true)
  }

  @Test func headersComeFromASecret() throws {
    func inputs(_ token: String) throws -> GatewayInputs {
      try Self.resolution(
        Self.traces,
        [
          Self.headers: MetricsResolutionTests.secret([
            "Authorization": Array("Bearer \(token)".utf8), "X-Scope": [0x61],
          ])
        ]
      ).resolve(operatorNamespace: nil)
    }
    let first = try inputs("t1")
    #expect(first.traces?.headers.map(\.name) == ["Authorization", "X-Scope"])
    #expect(!"\(first)".contains("t1"))
    #expect(try first.secretsHash == inputs("t1").secretsHash)
    #expect(try first.secretsHash != inputs("t2").secretsHash)
  }

  @Test func whatIsKeptInClickHouseWaitsForIt() throws {
    let spec: JSONObject = ["traces": ["destination": "ClickHouse"], "clickHouse": ["application": [:]]]
    #expect(throws: Unresolved.self) { try Self.resolution(spec, [:]).resolve(operatorNamespace: nil) }
  }

  @Test func everythingThatIsReadIsWatched() throws {
    #expect(
      try Self.resolution(Self.logs, [:]).targets.map(\.description).sorted() == [
        "services in tenant-root where metadata.name=vlinsert-generic",
        "services in tenant-root where metadata.name=vlsingle-generic",
      ])
    #expect(
      try Self.resolution(Self.traces, [:]).targets.map(\.description) == [
        "secrets in cozy-coroot where metadata.name=headers"
      ])
  }

  static let blocked: [MetricsResolutionTests.Blocked] = [
    .init(
      testDescription: "no storage", spec: logs, world: [:], reason: .serviceNotFound,
      names: ["tenant-root/vlinsert-generic", "vlsingle-generic", "spec.logs.endpoint"]),
    .init(
      testDescription: "an alias that leads nowhere", spec: logs,
      world: [cluster: MetricsResolutionTests.alias("logs.example.org")], reason: .serviceNotUsable,
      names: ["logs.example.org", "spec.logs.endpoint instead of tenant"]),
    .init(
      testDescription: "a Service that cannot be read", spec: logs,
      world: [cluster: .failing(Made.failure(403, "Forbidden"))], reason: .notPermitted, names: ["vlinsert-generic"]),
    .init(
      testDescription: "a link-local address", spec: linkLocal, world: [:], reason: .addressRefused,
      names: ["spec.logs.endpoint", "169.254.169.254"]),
    .init(
      testDescription: "no Secret of headers", spec: traces, world: [:], reason: .secretNotFound,
      names: ["cozy-coroot/headers", "spec.traces.headersSecretRef"]),
    .init(
      testDescription: "a Secret without headers", spec: traces, world: [headers: MetricsResolutionTests.secret([:])],
      reason: .secretKeyMissing, names: ["has 0 keys", "one for each header"]),
    .init(
      testDescription: "a value of two lines", spec: traces,
      world: [headers: MetricsResolutionTests.secret(["X-A": Array("a\nb".utf8)])], reason: .secretKeyMissing,
      names: ["key X-A", "without line breaks"]),
    .init(
      testDescription: "a value with white space at an end", spec: traces,
      world: [headers: MetricsResolutionTests.secret(["X-A": Array("token ".utf8)])], reason: .secretKeyMissing,
      names: ["key X-A", "white space at its ends"]),
    .init(
      testDescription: "a value that is not UTF-8", spec: traces,
      world: [headers: MetricsResolutionTests.secret(["X-A": [0xff]])], reason: .secretKeyMissing,
      names: ["key X-A"]),
    .init(
      testDescription: "one header twice", spec: traces,
      world: [headers: MetricsResolutionTests.secret(["AccountID": [0x31], "accountid": [0x32]])],
      reason: .secretKeyMissing, names: ["AccountID and accountid", "remove one"]),
    .init(
      testDescription: "an authority that is none", spec: trusting,
      world: [authority: MetricsResolutionTests.secret(["ca.crt": Array("junk".utf8)])],
      reason: .authoritiesUnreadable, names: ["key ca.crt", "gateway is left as it is"]),
  ]

  @Test(arguments: blocked)
  func whatIsMissingIsNamed(_ example: MetricsResolutionTests.Blocked) throws {
    let error = #expect(throws: Unresolved.self) {
      try Self.resolution(example.spec, example.world).resolve(operatorNamespace: nil)
    }
    guard case .blocked(let finding)? = error else {
      Issue.record("not blocked")
      return
    }
    #expect(finding.reason == example.reason && finding.reason.conditions.contains(.gatewayAvailable))
    for name in example.names { #expect(finding.message.contains(name), "\(finding.message)") }
  }
}
