// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import Testing

@testable import ObservabilityAPI
@testable import Rendering

/// One exposed user interface that is rendered, and what it is rendered from.
struct UIFixture: Sendable, CustomTestStringConvertible {
  var base: Fixture
  var inputs: UIInputs

  var name: String { base.name }
  var testDescription: String { name }

  init(_ name: String, _ inputs: UIInputs, _ change: (inout CorootUI, inout ObservabilitySpec) -> Void) {
    base = Fixture("ui-" + name) { spec in
      spec.mode = .full
      var ui = spec.coroot.ui
      ui.host = "coroot.example.org"
      change(&ui, &spec)
      spec.coroot.ui = ui
    }
    self.inputs = inputs
  }

  var children: [Child] { UIRenderer.children(of: base.object, facts: base.facts, inputs: inputs) }

  func child(_ kind: String, _ name: String = "platform-coroot-gatekeeper") -> JSONValue? {
    children.first { $0.kind == kind && $0.name == name }.map { .object($0.manifest.content) }
  }

  var pod: JSONValue? { child("Deployment")?[path: "spec", "template", "spec"] }
  var container: JSONValue? { pod?["containers"]?.array?.first }

  /// A file of the proxy, as the Secret of the configuration holds it.
  func file(_ key: String) throws -> String {
    let data = try #require(child("Secret")?[path: "data", key]?.string)
    let bytes = try #require(Base64.decode(data))
    return try #require(String(validating: bytes, as: UTF8.self))
  }

  /// The structured configuration as the proxy reads it.
  func configuration() throws -> JSONValue { try JSONParser.parse(Array(file("gatekeeper.yaml").utf8)) }
}

/// What has golden files, and what every rule is checked over.
enum UIMatrix {
  static let all = [
    UIFixture("ingress-secret", ofSecret) { ui, _ in
      ui.ingressClassName = "tenant-root"
      ui.tls.clusterIssuer = "letsencrypt-prod"
      ui.oidc = oidc
    },
    UIFixture("ingress-realm", ofRealm) { ui, spec in
      ui.tls.secretName = "coroot-certificate"
      ui.oidc = inRealm
      spec.images.registry = "registry.internal:5000/mirror/"
      spec.images.pullSecrets = ["registry-login"]
      spec.images.gatekeeper.pullPolicy = "Always"
    },
    UIFixture("ingress-everyone", ofService) { ui, _ in
      ui.oidc = oidc
      ui.oidc?.issuerURL = "http://dex.auth.svc:5556/dex"
      ui.oidc?.allowedGroups = []
      ui.ingressNamespace = "ingress-nginx"
    },
    UIFixture("ingress-private-ca", ofPrivateAuthority) { ui, _ in
      ui.oidc = oidc
      ui.oidc?.caSecretRef = .secret("oidc-ca", key: "ca.crt")
    },
    UIFixture("httproute-realm", ofRealm) { ui, _ in
      ui.gateway = .init(name: "cozystack", namespace: "tenant-root", sectionName: "https")
      ui.oidc = inRealm
      ui.oidc?.keycloakRealm?.kind = .namespaced
    },
    UIFixture("httproute-secret", ofSecret) { ui, _ in
      ui.gateway = .init(name: "cozystack", namespace: "tenant-root", sectionName: nil)
      ui.oidc = oidc
      ui.oidc?.allowedGroups = ["$HOME", "${USER}", "a\"b\\c", "платформа"]
    },
  ]

  static let oidc = CorootUI.OIDC(
    issuerURL: "https://login.example.org/realms/cozy", clientID: "coroot",
    clientSecretRef: .secret("coroot-oidc", key: "client-secret"), keycloakRealm: nil, caSecretRef: nil,
    allowedGroups: ["cozystack-cluster-admin"])

  static let inRealm = CorootUI.OIDC(
    issuerURL: "https://keycloak.example.org/realms/cozy", clientID: "coroot", clientSecretRef: nil,
    keycloakRealm: .init(name: "keycloakrealm-cozy", kind: .cluster), caSecretRef: nil,
    allowedGroups: ["cozystack-cluster-admin"])

  static let ofSecret = UIInputs(
    session: .test("eyJpZCI6Mn0=.hunter2"), clientSecret: .test("hunter3"), secretsHash: "c0ffee")
  static let ofPrivateAuthority = UIInputs(
    session: .test("eyJpZCI6Mn0=.hunter2"), clientSecret: .test("hunter3"), authorities: Array("PEM".utf8),
    secretsHash: "c0ffee")
  static let ofRealm = UIInputs(
    session: .test("eyJpZCI6Mn0=.hunter2"), secretsHash: "c0ffee", declaredClientHash: "decaf")
  static let ofService = UIInputs(
    session: .test("eyJpZCI6Mn0=.hunter2"), clientSecret: .test("hunter3"),
    issuer: .pods(namespace: "auth", port: 5556))
}
