// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering
import Testing

@testable import ObservabilityController

/// What the gatekeeper is rendered from, by what the cluster holds.
@Suite struct UIResolutionTests {
  typealias World = MetricsResolutionTests.World

  static let client = "secrets cozy-coroot/coroot-oidc"
  static let certificate = "secrets cozy-coroot/coroot.example.org-tls"
  static let session = SecretText("fresh".utf8)

  /// With a client of the user's.
  static func spec(_ ui: JSONObject = [:]) throws -> ObservabilitySpec {
    var whole: JSONObject = [
      "oidc": [
        "issuerURL": "https://login.example.org", "clientID": "coroot",
        "clientSecretRef": ["name": "coroot-oidc", "key": "secret"],
      ]
    ]
    for (key, value) in ui { whole[key] = value }
    return try UIObservationTests.spec(whole)
  }

  static func resolution(_ ui: JSONObject, _ world: World) throws -> UIResolution {
    UIResolution(spec: try spec(ui), uid: "object-uid", domain: "cluster.local") { type, key in
      world["\(type) \(key)"] ?? .absent
    }
  }

  static func resolve(
    _ world: World, ui: JSONObject = [:], session: SecretText? = session, secret: KubernetesObject? = nil
  ) throws -> UIInputs {
    let resolution = try resolution(ui, world)
    return try resolution.resolve(try #require(resolution.spec.coroot.ui.oidc), session: session, secret: secret)
  }

  /// With a provider whose certificate is of a private authority.
  static let withAuthority: JSONObject = [
    "oidc": [
      "issuerURL": "https://login.example.org", "clientID": "coroot",
      "clientSecretRef": ["name": "coroot-oidc", "key": "secret"], "caSecretRef": ["name": "oidc-ca"],
    ]
  ]

  static func trusting(_ pem: [UInt8], key: String = "ca.crt") -> World {
    var world = there("a")
    world["secrets cozy-coroot/oidc-ca"] = MetricsResolutionTests.secret([key: pem])
    return world
  }

  static func there(_ value: String) -> World { [client: MetricsResolutionTests.secret(["secret": Array(value.utf8)])] }

  /// The gatekeeper's Secret with that value of the session's cookie.
  static func own(_ cookie: String) -> KubernetesObject {
    var secret = KubernetesObject(type: .secrets, namespace: "cozy-coroot", name: "platform-coroot-gatekeeper")
    secret["data"] = ["session-cookie": .string(Base64.encode(Array(cookie.utf8)))]
    return secret
  }

  @Test("The client's secret is read without the line break of its file, and rolls the pods when it changes")
  func clientSecretIsRead() throws {
    let inputs = try Self.resolve(Self.there("hunter2"))
    #expect(inputs.clientSecret == SecretText("hunter2".utf8) && inputs.session == Self.session)
    #expect(try Self.resolve(Self.there("hunter2\r\n")) == inputs)
    #expect(try Self.resolve(Self.there("hunter3")).secretsHash != inputs.secretsHash)
    #expect(
      try Self.resolve(Self.there("hunter2"), session: SecretText("other".utf8)).secretsHash != inputs.secretsHash)
    #expect(!"\(inputs)".contains("hunter") && !"\(inputs)".contains("fresh"))
  }

  @Test("Until Coroot gives a session, the one that the gatekeeper has stands; a new one takes its place")
  func sessionStands() throws {
    let there = Self.there("hunter2")
    let own = Self.own("coroot_session=fresh")
    #expect(try Self.resolve(there, session: nil, secret: own) == Self.resolve(there))
    #expect(try Self.resolve(there, secret: Self.own("coroot_session=old")).session == Self.session)
  }

  /// What is missing, and what the message names.
  struct Missing: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var ui: JSONObject = [:]
    var world: World
    var session: SecretText? = UIResolutionTests.session
    var secret: KubernetesObject?
    var reason: ConditionReason
    var names: [String]
  }

  static let missing: [Missing] = [
    Missing(
      testDescription: "no Secret", world: [:], reason: .secretNotFound,
      names: ["cozy-coroot/coroot-oidc", "spec.coroot.ui.oidc.clientSecretRef"]),
    Missing(
      testDescription: "another key", world: [client: MetricsResolutionTests.secret(["other": [0x61]])],
      reason: .secretKeyMissing, names: ["no key secret", "other"]),
    Missing(testDescription: "an empty key", world: there(""), reason: .secretKeyMissing, names: ["it is empty"]),
    Missing(
      testDescription: "a line break alone", world: there("\n"), reason: .secretKeyMissing,
      names: ["key secret", "the gatekeeper waits"]),
    Missing(
      testDescription: "no text", world: [client: MetricsResolutionTests.secret(["secret": [0xff]])],
      reason: .secretKeyMissing, names: ["is no text"]),
    Missing(
      testDescription: "a Secret that cannot be read", world: [client: .failing(Made.failure(403, "Forbidden"))],
      reason: .notPermitted, names: ["cozy-coroot/coroot-oidc"]),
    Missing(
      testDescription: "no session", world: there("a"), session: nil, reason: .sessionMissing,
      names: ["CorootAvailable"]),
    Missing(
      testDescription: "an empty session", world: there("a"), session: nil, secret: own("coroot_session="),
      reason: .sessionMissing, names: ["CorootAvailable"]),
    Missing(
      testDescription: "no Secret of the authority", ui: withAuthority, world: there("a"), reason: .secretNotFound,
      names: ["cozy-coroot/oidc-ca", "spec.coroot.ui.oidc.caSecretRef"]),
    Missing(
      testDescription: "another key of the authority", ui: withAuthority, world: trusting([0x61], key: "other"),
      reason: .secretKeyMissing, names: ["no key ca.crt"]),
    Missing(
      testDescription: "an authority that is no PEM", ui: withAuthority, world: trusting([0x61]),
      reason: .authoritiesUnreadable, names: ["key ca.crt", "left as it is"]),
  ]

  @Test(
    "Nothing is rendered without a secret of the client, the authority that is named, and a session", arguments: missing
  )
  func whatIsMissingIsNamed(_ example: Missing) throws {
    let finding = try #require(try Self.finding(example))
    #expect(finding.reason == example.reason && finding.reason.conditions.contains(.uiExposed))
    for name in example.names { #expect(finding.message.contains(name), "\(finding.message)") }
  }

  static func finding(_ example: Missing) throws -> Finding? {
    do {
      _ = try resolve(example.world, ui: example.ui, session: example.session, secret: example.secret)
      return nil
    } catch Unresolved.blocked(let finding) {
      return finding
    }
  }

  @Test("A provider's own authority is handed to the gatekeeper, and rolls it when it changes")
  func authoritiesAreRead() throws {
    let first = Array(CertificateAuthoritiesTests.pem.utf8)
    let inputs = try Self.resolve(Self.trusting(first), ui: Self.withAuthority)
    #expect(inputs.authorities == first)
    let both = try Self.resolve(Self.trusting(first + [0x0a] + first), ui: Self.withAuthority)
    #expect(both.secretsHash != inputs.secretsHash)
    #expect(try Self.resolve(Self.trusting(first)).authorities == nil)
    #expect(
      try Self.resolution(Self.withAuthority, [:]).targets.map(\.description)
        .contains("secrets in cozy-coroot where metadata.name=oidc-ca"))
  }

  @Test("A certificate counts once it is there with its key") func certificatesAreChecked() throws {
    let tls: JSONObject = ["tls": ["clusterIssuer": "letsencrypt-prod"]]
    func finding(_ lookup: Lookup?) throws -> Finding? {
      try Self.resolution(tls, lookup.map { [Self.certificate: $0] } ?? [:]).certificateFinding()
    }
    let absent = try #require(try finding(nil))
    #expect(absent.reason == .certificateMissing && absent.message.contains("ClusterIssuer letsencrypt-prod"))
    let half = try #require(try finding(MetricsResolutionTests.secret(["tls.crt": [0x61], "tls.key": []])))
    #expect(half.reason == .certificateMissing && half.message.contains("no tls.key"))
    #expect(try finding(MetricsResolutionTests.secret(["tls.crt": [0x61], "tls.key": [0x61]])) == nil)
    #expect(throws: Unresolved.self) { try finding(.pending) }
    #expect(try Self.resolution([:], [:]).certificateFinding() == nil, "the controller has one of its own")
  }

  @Test("Everything that is read is watched by name") func whatIsReadIsWatched() throws {
    #expect(
      try Self.resolution(["tls": ["secretName": "mine"]], [:]).targets.map(\.description).sorted() == [
        "ingressclasses.networking.k8s.io", "secrets in cozy-coroot where metadata.name=coroot-oidc",
        "secrets in cozy-coroot where metadata.name=mine",
      ])
    #expect(
      try Self.resolution(["gatewayRef": ["name": "cozystack"]], [:]).targets.map(\.description)
        == ["secrets in cozy-coroot where metadata.name=coroot-oidc"])
  }

  @Test("A provider inside the cluster is reached where its Service leads") func providersOfTheClusterAreFound() throws
  {
    let issuer: JSONObject = [
      "oidc": [
        "issuerURL": "http://dex.auth.svc:5556/dex", "clientID": "coroot",
        "clientSecretRef": ["name": "coroot-oidc", "key": "secret"],
      ]
    ]
    var world = Self.there("a")
    world["services auth/dex"] = MetricsResolutionTests.service([("http", 5556)])
    let resolution = try Self.resolution(issuer, world)
    let inputs = try resolution.resolve(
      try #require(resolution.spec.coroot.ui.oidc), session: Self.session, secret: nil)
    #expect(inputs.issuer != nil)
    #expect(try Self.resolve(Self.there("a")).issuer == nil, "a host outside is judged by its address")
  }
}
