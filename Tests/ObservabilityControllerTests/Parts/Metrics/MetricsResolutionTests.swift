// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import ObservabilityController

/// Finding the metrics storage, from what the cluster holds.
@Suite struct MetricsResolutionTests {
  /// What is known, by `services tenant-root/vminsert-shortterm`; nothing else is there.
  typealias World = [String: Lookup]

  static let write = "services tenant-root/vminsert-shortterm"
  static let read = "services tenant-root/vmselect-shortterm"
  static let login = "secrets cozy-coroot/login"
  static let authority = "secrets cozy-coroot/authority"

  static let tenant: JSONObject = [:]
  static let explicit: JSONObject = victoriaMetrics(["writeURL": "https://vm.example.com/api/v1/write"])
  static let withLogin = victoriaMetrics([
    "writeURL": "https://vm.example.com/api/v1/write", "credentialsSecretRef": ["name": "login"],
  ])
  static let withAuthority = victoriaMetrics([
    "writeURL": "https://vm.example.com/api/v1/write", "caSecretRef": ["name": "authority"],
  ])

  static func victoriaMetrics(_ settings: JSONObject) -> JSONObject {
    ["metrics": ["victoriaMetrics": .object(settings)]]
  }

  static func resolve(_ spec: JSONObject, _ world: World) throws -> MetricsResolution {
    MetricsResolution.resolve(try Made.observability(spec).spec) { type, key in world["\(type) \(key)"] ?? .absent }
  }

  static func backend(_ spec: JSONObject, _ world: World) throws -> MetricsBackend {
    let resolution = try resolve(spec, world)
    guard case .resolved(let backend) = resolution else {
      throw Unexpected(description: "\(resolution)")
    }
    return backend
  }

  struct Unexpected: Error, CustomStringConvertible { let description: String }

  /// - Parameter ports: names, empty for none, and numbers.
  static func service(_ ports: [(String, Int64)]) -> Lookup {
    var service = KubernetesObject(type: .services, namespace: "tenant-root", name: "any")
    service["spec"] = [
      "ports": .array(ports.map { ["name": .string($0.0), "port": .integer($0.1)] })
    ]
    return .present(service)
  }

  static func alias(_ host: String) -> Lookup {
    var service = KubernetesObject(type: .services, namespace: "tenant-root", name: "any")
    service["spec"] = ["type": "ExternalName", "externalName": .string(host)]
    return .present(service)
  }

  static func secret(_ data: [String: [UInt8]], uid: String = "secret-uid", version: String = "1") -> Lookup {
    var secret = KubernetesObject(type: .secrets, namespace: "cozy-coroot", name: "login")
    secret["metadata"]?["uid"] = .string(uid)
    secret["metadata"]?["resourceVersion"] = .string(version)
    secret["data"] = .object(JSONObject(data.sorted { $0.key < $1.key }.map { ($0, .string(Base64.encode($1))) }))
    return .present(secret)
  }

  static func login(_ username: String, _ password: String) -> Lookup {
    secret(["username": Array(username.utf8), "password": Array(password.utf8)])
  }

  static let empty = MetricsBackend(writeURL: nil, readURL: nil, source: "")

  struct Blocked: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var spec: JSONObject
    var world: World
    var reason: ConditionReason
    /// What the message names: the object at fault and the remedy.
    var names: [String]
  }

  static let blocked: [Blocked] = [
    Blocked(
      testDescription: "no Service to write to", spec: tenant, world: [:], reason: .serviceNotFound,
      names: ["tenant-root/vminsert-shortterm", "spec.metrics.victoriaMetrics.writeURL"]),
    Blocked(
      testDescription: "no Service to read from", spec: tenant, world: [write: service([("http", 8480)])],
      reason: .serviceNotFound, names: ["tenant-root/vmselect-shortterm", "spec.metrics.victoriaMetrics.tenant"]),
    Blocked(
      testDescription: "a Service that may not be read", spec: tenant,
      world: [write: .failing(Made.failure(403, "Forbidden"))], reason: .notPermitted,
      names: ["tenant-root/vminsert-shortterm", "403 Forbidden"]),
    Blocked(
      testDescription: "no Secret with the credentials", spec: withLogin, world: [:], reason: .secretNotFound,
      names: ["cozy-coroot/login", "spec.metrics.victoriaMetrics.credentialsSecretRef"]),
    Blocked(
      testDescription: "no Secret with the authorities", spec: withAuthority, world: [:], reason: .secretNotFound,
      names: ["cozy-coroot/authority", "spec.metrics.victoriaMetrics.caSecretRef"]),
    Blocked(
      testDescription: "a Secret that may not be read", spec: withLogin,
      world: [login: .failing(Made.failure(403, "Forbidden"))], reason: .notPermitted,
      names: ["cozy-coroot/login", "ClusterRole observability-operator-children", "cozy-coroot"]),
    Blocked(
      testDescription: "a Secret without a password", spec: withLogin,
      world: [login: secret(["username": Array("agent".utf8), "other": [1]])], reason: .secretKeyMissing,
      names: ["no key password", "it has other, username", "Add the key"]),
    Blocked(
      testDescription: "a Secret with an empty password", spec: withLogin,
      world: [login: secret(["username": Array("agent".utf8), "password": []])], reason: .secretKeyMissing,
      names: ["no key password"]),
    Blocked(
      testDescription: "an empty Secret", spec: withLogin, world: [login: secret([:])], reason: .secretKeyMissing,
      names: ["no key username", "it has no keys"]),
    Blocked(
      testDescription: "a password that is not text", spec: withLogin,
      world: [login: secret(["username": Array("agent".utf8), "password": [0xff, 0xfe]])],
      reason: .secretKeyMissing, names: ["key password", "UTF-8"]),
    Blocked(
      testDescription: "a password that a URL cannot carry", spec: withLogin, world: [login: login("agent", "a/b")],
      reason: .credentialsNotURLSafe, names: ["\"password\"", "cozy-coroot/login"]),
    Blocked(
      testDescription: "a user name with a colon", spec: withLogin, world: [login: login("a:b", "secret")],
      reason: .credentialsNotURLSafe, names: ["\"username\"", "cozy-coroot/login"]),
    Blocked(
      testDescription: "a Service that is an alias of a host outside of the cluster", spec: tenant,
      world: [write: alias("vm.example.org")], reason: .serviceNotUsable,
      names: ["tenant-root/vminsert-shortterm", "vm.example.org", "spec.metrics.victoriaMetrics.writeURL"]),
    Blocked(
      testDescription: "a password with a line break at its end", spec: withLogin,
      world: [login: login("agent", "secret\n")], reason: .credentialsNotURLSafe,
      names: ["key \"password\" of Secret cozy-coroot/login ends with a line break"]),
    Blocked(
      testDescription: "authorities as DER", spec: withAuthority,
      world: [authority: secret(["ca.crt": CertificateAuthoritiesTests.der])], reason: .authoritiesUnreadable,
      names: ["cozy-coroot/login, key ca.crt", "DER", "Agents are left as they are"]),
    Blocked(
      testDescription: "a write URL at a metadata service",
      spec: victoriaMetrics(["writeURL": "http://169.254.169.254/latest/meta-data"]), world: [:],
      reason: .addressRefused,
      names: ["spec.metrics.victoriaMetrics.writeURL", "169.254.169.254"]),
    Blocked(
      testDescription: "a read URL at a link-local address",
      spec: victoriaMetrics(["writeURL": "http://h/w", "readURL": "http://[::ffff:169.254.1.1]:80/"]), world: [:],
      reason: .addressRefused, names: ["spec.metrics.victoriaMetrics.readURL", "169.254.1.1"]),
    Blocked(
      testDescription: "no authorities under the default key", spec: withAuthority,
      world: [authority: secret(["tls.crt": [1]])], reason: .secretKeyMissing, names: ["no key ca.crt", "tls.crt"]),
    Blocked(
      testDescription: "no authorities under a key of the user's",
      spec: victoriaMetrics([
        "writeURL": "https://vm.example.com/api/v1/write", "caSecretRef": ["name": "authority", "key": "root.pem"],
      ]), world: [authority: secret(["ca.crt": [1]])], reason: .secretKeyMissing, names: ["no key root.pem"]),
  ]

  @Test(arguments: blocked)
  func whatIsMissingIsNamed(_ example: Blocked) throws {
    let resolution = try Self.resolve(example.spec, example.world)
    guard case .blocked(let finding) = resolution else {
      Issue.record("\(resolution)")
      return
    }
    #expect(finding.reason == example.reason)
    #expect(Made.isDocumented(finding.reason.name, for: .metricsBackendReady))
    for name in example.names { #expect(finding.message.contains(name), "\(finding.message)") }
    for value in ["a/b", "a:b"] { #expect(!finding.message.contains(value), "\(finding.message)") }
  }

  @Test(
    arguments: [
      (tenant, [write: Lookup.pending]), (tenant, [write: service([("http", 8480)]), read: .pending]),
      (withLogin, [login: .pending]), (withAuthority, [authority: .pending]),
    ] as [(JSONObject, World)])
  func whatHasNotBeenReadIsWaitedFor(_ spec: JSONObject, _ world: World) throws {
    #expect(try Self.resolve(spec, world) == .pending)
  }

  @Test(
    arguments: [
      ([("http", 9480)], 9480), ([("other", 1), ("http", 9480)], 9480), ([("anything", 7)], 7), ([("", 7)], 7),
      ([("a", 1), ("b", 2)], 8480), ([], 8480),
    ] as [([(String, Int64)], Int)])
  func thePortIsTheOneNamedHTTPOrTheOnlyOne(_ ports: [(String, Int64)], _ expected: Int) throws {
    let backend = try Self.backend(Self.tenant, [Self.write: Self.service(ports), Self.read: Self.service([])])
    #expect(
      backend.writeURL
        == "http://vminsert-shortterm.tenant-root.svc:\(expected)/insert/0/prometheus/api/v1/write")
    #expect(backend.readURL == "http://vmselect-shortterm.tenant-root.svc:8481/select/0/prometheus")
    #expect(backend.source == "tenant-root/shortterm")
    #expect(backend.credentials == nil && backend.credentialsHash == nil)
  }

  @Test func explicitURLsNeedNothingOfTheCluster() throws {
    let backend = try Self.backend(Self.explicit, [:])
    #expect(backend.writeURL == "https://vm.example.com/api/v1/write")
    #expect(backend.readURL == nil)
    #expect(backend.source == "spec.metrics.victoriaMetrics")
  }

  @Test func credentialsAreTakenAsTheyStand() throws {
    let backend = try Self.backend(Self.withLogin, [Self.login: Self.login("agent", "p%41ss:word")])
    #expect(backend.credentials == Credentials(username: "agent", password: "p%41ss:word"))
    #expect("\(backend)".contains("p%41ss") == false)
    var dumped = ""
    dump(backend, to: &dumped)
    #expect(!dumped.contains("p%41ss"))
  }

  @Test func authoritiesComeFromTheirKey() throws {
    let pem = Array(CertificateAuthoritiesTests.pem.utf8)
    let backend = try Self.backend(Self.withAuthority, [Self.authority: Self.secret(["ca.crt": pem])])
    #expect(backend.certificateAuthorities == pem)
    #expect(backend.certificateAuthoritiesHash != nil && backend.credentialsHash == nil)
  }

  @Test("Authorities that differ in line ends only have the same hash, and so roll no agent")
  func lineEndsRollNothing() throws {
    func hash(_ text: String) throws -> String? {
      let world = [Self.authority: Self.secret(["ca.crt": Array(text.utf8)])]
      return try Self.backend(Self.withAuthority, world).certificateAuthoritiesHash
    }
    let pem = CertificateAuthoritiesTests.pem
    let first = try hash(pem)
    #expect(try hash(pem.replacing("\n", with: "\r\n")) == first)
    #expect(try hash("# comment\n" + pem.dropLast()) == first)
    #expect(try hash(pem + pem) != first)
  }

  @Test(
    "Whatever stands in a Secret, it is refused in one bounded line that holds nothing of it",
    arguments: [
      [], [0], [0xFF, 0xFE], Array("\u{1B}[2Js3cret".utf8), [UInt8](repeating: 0x41, count: 1 << 20) + [0x0A],
      [UInt8](repeating: 0x0A, count: 1 << 20), Array("\u{202E}s3cret".utf8),
    ] as [[UInt8]])
  func extremesOfSecretsAreRefused(_ value: [UInt8]) throws {
    let worlds = [
      (Self.withLogin, [Self.login: Self.secret(["username": value, "password": value])]),
      (Self.withLogin, [Self.login: Self.secret(["username": Array("agent".utf8), "password": value])]),
      (Self.withAuthority, [Self.authority: Self.secret(["ca.crt": value])]),
      (Self.withAuthority, [Self.authority: Self.secret([String(repeating: "k", count: 250): value])]),
    ]
    for (spec, world) in worlds {
      guard case .blocked(let finding) = try Self.resolve(spec, world) else {
        Issue.record("\(spec) is not refused")
        continue
      }
      #expect(finding.message.utf8.count < 1024 && !finding.message.contains("s3cret"), "\(finding.message)")
    }
  }

  @Test func theHashFollowsTheContentAndNothingElse() throws {
    func hash(_ data: [String: String], uid: String = "u", version: String = "1") throws -> String? {
      let secret = Self.secret(data.mapValues { Array($0.utf8) }, uid: uid, version: version)
      return try Self.backend(Self.withLogin, [Self.login: secret]).credentialsHash
    }
    let first = try #require(try hash(["username": "a", "password": "b"]))
    #expect(try hash(["username": "a", "password": "b"], version: "2") == first)
    #expect(try hash(["username": "a", "password": "b", "unused": "c"]) == first)
    #expect(try hash(["username": "a", "password": "c"]) != first)
    #expect(try hash(["username": "ab", "password": "b"]) != first)
    #expect(try hash(["username": "a", "password": "b"], uid: "other") != first, "guessing must not be possible")
    #expect(!first.contains("b64") && first.utf8.allSatisfy { $0 != UInt8(ascii: "=") })
  }

  @Test(
    arguments: [
      (tenant, [write, read]), (explicit, []), (withLogin, [login]), (withAuthority, [authority]),
    ] as [(JSONObject, [String])])
  func onlyWhatIsNeededIsWatched(_ spec: JSONObject, _ expected: [String]) throws {
    let needs = MetricsResolution.needs(of: try Made.observability(spec).spec)
    let names = needs.map { target in
      "\(target.type) \(target.namespace ?? "")/"
        + (target.fieldSelector?.split(separator: "=").last.map(String.init) ?? "everything")
    }
    #expect(names.sorted() == expected.sorted())
  }
}
