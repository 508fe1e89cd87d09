// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import Testing
import YAML

@testable import Rendering

/// One gateway that is rendered, and what it is rendered from.
struct GatewayFixture: Sendable, CustomTestStringConvertible {
  var base: Fixture
  var inputs: GatewayInputs

  var name: String { base.name }
  var testDescription: String { name }

  init(
    _ name: String, _ inputs: GatewayInputs, _ change: (inout ObservabilitySpec) -> Void = { _ in }
  ) {
    base = Fixture("gateway-" + name, change)
    self.inputs = inputs
  }

  var children: [Child] {
    GatewayRenderer.children(of: base.object, facts: base.facts, inputs: inputs)
  }

  func child(_ kind: String) -> JSONValue? {
    children.first { $0.kind == kind }.map { .object($0.manifest.content) }
  }

  var template: JSONValue? { child("StatefulSet")?[path: "spec", "template"] }
  var pod: JSONValue? { template?["spec"] }
  var container: JSONValue? { pod?["containers"]?.array?.first }

  /// A file of the collector, as the Secret holds it.
  func file(_ key: String) throws -> String {
    let data = try #require(child("Secret")?[path: "data", key]?.string)
    let bytes = try #require(Base64.decode(data))
    return try #require(String(validating: bytes, as: UTF8.self))
  }

  /// The configuration as it is written, without the credentials.
  func configuration() throws -> JSONValue { try YAMLDecoder.document(file("config.yaml")) }

  /// The configuration as the collector reads it: both files merged, nothing expanded.
  func merged() throws -> JSONValue {
    CollectorExpansion.merge(try configuration(), try YAMLDecoder.document(file("credentials.yaml")))
  }

  /// The configuration as the collector's components see it.
  func resolved() throws -> JSONValue { try CollectorExpansion.resolve(merged()) }
}

extension SecretText {
  /// The secret of a test.
  static func test(_ text: String) -> SecretText {
    guard let secret = SecretText(Array(text.utf8)) else { preconditionFailure("not UTF-8") }
    return secret
  }
}

extension GatewayHeader {
  /// The header of a test.
  static func test(_ name: String, _ value: String) -> GatewayHeader {
    guard let header = GatewayHeader(name: name, value: .test(value)) else { preconditionFailure("not a header") }
    return header
  }
}

extension GatewayInputs {
  static let clickHouse = ClickHouseServer(
    host: "clickhouse-observability.tenant-root.svc", nativePort: 9000, isTLS: false, user: "coroot",
    database: "otel")
  static let clickHouseTLS = ClickHouseServer(
    host: "clickhouse.example.org", nativePort: 9440, isTLS: true, user: "writer", database: "otel")
  static let pem = Array("-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n".utf8)

  static func url(_ text: String) -> HTTPURL {
    guard let url = try? HTTPURL(text) else { preconditionFailure("not a URL: \(text)") }
    return url
  }
}
