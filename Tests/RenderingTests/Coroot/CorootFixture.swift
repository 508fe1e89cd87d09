// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import Testing
import YAML

@testable import ObservabilityAPI
@testable import Rendering

/// One Coroot that is rendered, and what it is rendered from.
struct CorootFixture: Sendable, CustomTestStringConvertible {
  var base: Fixture
  var inputs: CorootInputs

  var name: String { base.name }
  /// The name of the golden file; that of a sample's agents has the plain name.
  var golden: String { name.hasPrefix("sample-") ? "coroot-\(name)" : name }
  var testDescription: String { name }

  init(_ name: String, _ inputs: CorootInputs = .started, _ change: (inout ObservabilitySpec) -> Void = { _ in }) {
    base = Fixture("coroot-" + name) {
      $0.mode = .full
      $0.clickHouse = ClickHouse(application: .init(namespace: "tenant-root", name: "coroot", user: "coroot"))
      change(&$0)
    }
    self.inputs = inputs
  }

  /// What `observability-operator render` prints for a sample, without the agents.
  init(sample file: String) throws {
    base = try Fixture(sample: file)
    inputs = CorootInputs(offline: base.object, facts: base.facts)
  }

  var children: [Child] { CorootRenderer.children(of: base.object, facts: base.facts, inputs: inputs) }

  /// The child of that kind and of the object's name with that suffix.
  func child(_ kind: String, _ suffix: String = CorootShape.nameSuffix) -> JSONValue? {
    children.first { $0.kind == kind && $0.name == base.object.name + suffix }.map { .object($0.manifest.content) }
  }

  var template: JSONValue? { child("StatefulSet")?[path: "spec", "template"] }
  var pod: JSONValue? { template?["spec"] }
  var container: JSONValue? { pod?["containers"]?.array?.first }

  var clusterAgent: JSONValue? { child("Deployment", ClusterAgentShape.nameSuffix) }
  var clusterAgentPod: JSONValue? { clusterAgent?[path: "spec", "template", "spec"] }
  var clusterAgentContainer: JSONValue? { clusterAgentPod?["containers"]?.array?.first }

  /// A value of the server's Secret.
  func secret(_ key: String) throws -> String {
    let data = try #require(child("Secret")?[path: "data", key]?.string)
    let bytes = try #require(Base64.decode(data))
    return try #require(String(validating: bytes, as: UTF8.self))
  }

  /// The configuration as it is written.
  func configuration() throws -> JSONValue { try YAMLDecoder.document(secret("config.yaml")) }

  /// A variable of a container: its value, or the Secret and key that it comes from.
  static func variable(_ name: String, of container: JSONValue?) -> String? {
    let entry = container?["env"]?.array?.first { $0["name"]?.string == name }
    if let reference = entry?[path: "valueFrom", "secretKeyRef"] {
      return "\(reference["name"]?.string ?? "?")/\(reference["key"]?.string ?? "?")"
    }
    return entry?["value"]?.string
  }
}

extension CorootInputs {
  /// Those of servers that run with their integrations.
  static let started = CorootInputs(
    startedWith: "0123456789abcdef", takesDataWith: "0123456789abcdef", secretsHash: "c0ffee", keysHash: "cafe",
    metricsRead: .pods(namespace: "tenant-root", port: 8481), metricsWrite: .pods(namespace: "tenant-root", port: 8480),
    clickHouse: .pods(namespace: "tenant-root", port: 9000), operatorNamespace: "cozy-observability")

  /// Those of three servers that share a PostgreSQL with TLS.
  static let shared: CorootInputs = {
    var inputs = started
    inputs.servers = 3
    inputs.postgres = .test(password: "it's {\"me\"} & $HOME @ /?#%")
    inputs.postgres?.sslMode = .verifyFull
    inputs.postgres?.authorities = GatewayInputs.pem
    inputs.authorities = GatewayInputs.pem
    return inputs
  }()
}

extension CorootInputs.Postgres {
  static func test(
    host: String = "postgres-rw.tenant-root.svc", database: String = "coroot", user: String = "coroot",
    password: String
  ) -> Self {
    Self(
      host: host, port: 5432, database: database, user: user, sslMode: .require, password: .test(password),
      network: .pods(namespace: "tenant-root", port: 5432))
  }
}

/// The Coroots with golden files, and what every rule is checked over.
enum CorootMatrix {
  static let all = own + samples

  private static let own = [
    CorootFixture("first-start", CorootInputs()),
    CorootFixture("restarting", restarting),
    CorootFixture("shared", .shared) {
      $0.coroot.replicas = 3
      $0.coroot.storageClassName = "replicated"
    },
    CorootFixture("tuned") {
      $0.profiles.enabled = true
      $0.images.registry = "registry.internal:5000/mirror/"
      $0.images.pullSecrets = ["registry-login"]
      $0.images.coroot.pullPolicy = "Always"
      $0.images.clusterAgent.pullPolicy = "Never"
      $0.metrics.interval = "30s"
      $0.coroot.resources = ["requests": ["cpu": "2", "memory": "2Gi"], "limits": ["cpu": "4", "memory": "8Gi"]]
      $0.coroot.clusterAgentResources = ["limits": ["memory": "3Gi"]]
      ($0.coroot.retention.traces, $0.coroot.retention.logs) = ("14d", "3d")
      ($0.coroot.retention.profiles, $0.coroot.retention.cache) = ("1d", "90d")
    },
  ]

  /// ClickHouse has changed, and the servers with the former integrations still run.
  private static let restarting: CorootInputs = {
    var inputs = CorootInputs.started
    inputs.takesDataWith = "fedcba9876543210"
    return inputs
  }()

  private static let samples = Files.names(in: Files.samples).filter { $0.hasPrefix("full") }
    .compactMap { try? CorootFixture(sample: $0) }
}
