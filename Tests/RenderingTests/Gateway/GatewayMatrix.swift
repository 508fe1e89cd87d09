// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI
import Rendering

/// The gateways with golden files, and what every rule is checked over.
enum GatewayMatrix {
  static let all = [
    GatewayFixture("clickhouse", inClickHouse(.clickHouse)),
    GatewayFixture("clickhouse-tls", inClickHouse(.clickHouseTLS, certificateAuthority: GatewayInputs.pem)) {
      $0.metrics.victoriaMetrics.tenant = nil
      $0.metrics.victoriaMetrics.writeURL = "https://metrics.example.org/api/v1/write"
      $0.gateway.queueStorageClassName = "replicated"
    },
    GatewayFixture("victoria", victoria),
    GatewayFixture("otlp-headers", otlp) {
      $0.metrics.labels = ["cluster": "a$1", "zone": "${env:HOME}", "empty": ""]
      $0.images.registry = "registry.internal:5000/mirror/"
      $0.images.pullSecrets = ["registry-login"]
      $0.images.gateway.pullPolicy = "Always"
    },
    GatewayFixture("traces-only", GatewayInputs(traces: inClickHouse(.clickHouse).traces, secretsHash: "c0ffee")) {
      $0.metrics.delivery = .scrape
    },
    GatewayFixture("three-replicas", victoria) {
      $0.gateway.replicas = 3
      $0.gateway.queueSize = "10Gi"
    },
    GatewayFixture("coroot", coroot) {
      $0.mode = .full
      $0.gateway.replicas = 2
    },
  ]

  static func inClickHouse(
    _ server: ServerName, password: String = "hunter2", certificateAuthority: [UInt8]? = nil
  ) -> GatewayInputs {
    let network: PlatformFacts.Destination? =
      server == .clickHouse ? .pods(namespace: "tenant-root", port: 9000) : nil
    return GatewayInputs(
      traces: .init(
        .clickHouse(server.value), password: .test(password), certificateAuthority: certificateAuthority,
        network: network),
      logs: .init(
        .clickHouse(server.value), password: .test(password), certificateAuthority: certificateAuthority,
        network: network),
      secretsHash: "c0ffee", operatorNamespace: "cozy-observability")
  }

  enum ServerName {
    case clickHouse, clickHouseTLS

    var value: GatewayInputs.ClickHouseServer {
      self == .clickHouse ? GatewayInputs.clickHouse : GatewayInputs.clickHouseTLS
    }
  }

  static let coroot = {
    let inputs = GatewayInputs(
      corootOf: "platform", namespace: "cozy-coroot", key: .test("0123456789abcdefghijABCDEFGHIJ01"),
      secretsHash: "c0ffee",
      operatorNamespace: "cozy-observability")
    guard let inputs else { preconditionFailure("a key of letters and digits is no header") }
    return inputs
  }()

  static let victoria = GatewayInputs(
    traces: .init(
      .victoriaTraces(GatewayInputs.url("http://vtinsert-generic.tenant-root.svc:10481")),
      network: .pods(namespace: "tenant-root", port: 10481)),
    logs: .init(
      .victoriaLogs(
        GatewayInputs.url("http://vlinsert-generic.tenant-root.svc:9481/"), .init(accountID: 7, projectID: 2)),
      network: .pods(namespace: "tenant-root", port: 9481)),
    operatorNamespace: "cozy-observability")

  static let otlp = GatewayInputs(
    traces: .init(
      .otlp(GatewayInputs.url("https://otlp.example.org/tenant$7/")),
      headers: [.test("X-Scope-OrgID", "team-$1"), .test("Authorization", "Bearer hunter2")],
      certificateAuthority: GatewayInputs.pem),
    logs: .init(
      .otlp(GatewayInputs.url("https://otlp.example.org:4318/v1/logs?db=a")),
      headers: [.test("Authorization", "Bearer hunter3")]),
    secretsHash: "c0ffee", operatorNamespace: "cozy-observability")
}
