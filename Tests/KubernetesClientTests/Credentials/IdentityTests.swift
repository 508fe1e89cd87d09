// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import KubernetesCore
import Synchronization
import Testing

@testable import KubernetesClient

@Suite struct IdentityTests {
  private let start = ContinuousClock.now

  @Test func tokensAgeAndSurviveAFailingRead() throws {
    var cache = RenewedFile<String>.token
    let problem = FileProblem(cause: "no such file")
    func value(_ seconds: Int, _ text: String?) throws -> String {
      try cache.value(now: start + .seconds(seconds)) { () throws(FileProblem) in
        guard let text else { throw problem }
        return try RenewedFile.token(Array(text.utf8))
      }
    }
    #expect(throws: problem) { try value(0, nil) }
    #expect(try value(0, " one\n") == "one")
    // Good for 60 s, of which 10 are leeway.
    #expect(try value(49, "two") == "one")
    #expect(try value(50, nil) == "one")
    #expect(try value(51, "\n") == "one")
    #expect(try value(52, "two") == "two")
    let refused = cache.generation
    cache.drop(generation: refused - 1)
    #expect(try value(53, "three") == "two")
    cache.drop(generation: refused)
    #expect(throws: problem) { try value(54, nil) }
    #expect(try value(55, "four") == "four")
    // Another request was refused for the same old token.
    cache.drop(generation: refused)
    #expect(try value(56, nil) == "four")
  }

  private func headers(
    _ credentials: ClusterConfiguration.Credentials, _ impersonation: Impersonation? = nil
  ) async throws(KubernetesError) -> [HTTPField] {
    let configuration = ClusterConfiguration(
      server: "https://a", credentials: credentials, impersonation: impersonation)
    return try await IdentitySource(configuration).current().headers
  }

  @Test func authorization() async throws {
    #expect(try await headers(.none) == [])
    #expect(try await headers(.token("t")) == [HTTPField("Authorization", "Bearer t")])
    #expect(try await headers(.basic(user: "u", password: "pä")) == [HTTPField("Authorization", "Basic dTpww6Q=")])
    await #expect(throws: KubernetesError.credentials("token file /nowhere/token: no such file")) {
      try await headers(.tokenFile("/nowhere/token"))
    }
  }

  @Test func impersonation() async throws {
    let impersonation = Impersonation(
      user: "jane doe", uid: "7", groups: ["dev", "ops"],
      extra: ["scopes": ["a", "b"], "acme.com/project": ["x"]])
    #expect(
      try await headers(.token("t"), impersonation) == [
        HTTPField("Authorization", "Bearer t"), HTTPField("Impersonate-User", "jane doe"),
        HTTPField("Impersonate-Uid", "7"), HTTPField("Impersonate-Group", "dev"),
        HTTPField("Impersonate-Group", "ops"), HTTPField("Impersonate-Extra-acme.com%2Fproject", "x"),
        HTTPField("Impersonate-Extra-scopes", "a"), HTTPField("Impersonate-Extra-scopes", "b"),
      ])
  }

  @Test func secretsStayOutOfDescriptions() {
    let configuration = ClusterConfiguration(server: "https://a", credentials: .basic(user: "u", password: "p"))
    #expect("\(configuration)" == "https://a (user u)")
    #expect("\(ClusterConfiguration.Credentials.token("secret"))" == "token")
    #expect("\(ClusterConfiguration.Credentials.tokenFile("/t"))" == "token file /t")
    #expect("\(ClusterConfiguration.Credentials.none)" == "none")
    let plugin = CredentialPlugin(command: "aws", arguments: ["secret"], environment: ["SECRET": "s"])
    #expect("\(ClusterConfiguration.Credentials.plugin(plugin))" == "credential plugin aws")
  }

  @Test func certificateAuthoritiesAreRenewed() async throws {
    let state = Mutex((text: "old", age: Duration.zero))
    let old = Array("at the start".utf8)
    let identity = IdentitySource(
      ClusterConfiguration(
        server: "https://a", tls: TLSOptions(certificateAuthorities: old), certificateAuthorityFile: "/ca"),
      read: { _ in Array(state.withLock { $0.text }.utf8) },
      now: { [start] in start + state.withLock { $0.age } })
    #expect(try await identity.current().tls.certificateAuthorities == old)
    for (text, age, expected) in [
      (Files.certificate, 1, Files.certificate), (Files.certificate + "2", 299, Files.certificate),
      (Files.certificate + "2", 301, Files.certificate + "2"), ("broken", 700, Files.certificate + "2"),
    ] {
      state.withLock { $0 = (text, .seconds(age)) }
      #expect(try await identity.current().tls.certificateAuthorities == Array(expected.utf8))
    }
  }

  @Test func renewedCertificatesEndTheConnectionsMadeWithTheOldOnes() async throws {
    let age = Mutex(Duration.zero)
    let identity = IdentitySource(
      ClusterConfiguration(server: "https://api:6443", certificateAuthorityFile: "/ca"),
      read: { _ in Array((Files.certificate + "\(age.withLock { $0 })").utf8) },
      now: { [start] in start + age.withLock { $0 } })
    let transport = ScriptedTransport(Array(repeating: .body(200, #"{"kind":"Node"}"#), count: 4))
    let client = KubernetesClient(
      transport: transport, configuration: identity.configuration, options: .init(userAgent: "test/1"),
      identity: identity)
    for (seconds, closings) in [(0, 0), (299, 0), (300, 1), (301, 1)] {
      age.withLock { $0 = .seconds(seconds) }
      _ = try await client.get(.nodes, ObjectKey(name: "n"))
      #expect(transport.closings == closings, "after \(seconds) s")
    }
  }

  @Test func clientCertificatesAreRenewedInPairs() async throws {
    let state = Mutex((suffix: "1", age: Duration.zero, isSwapping: false))
    let identity = IdentitySource(
      ClusterConfiguration(
        server: "https://a", clientCertificateFiles: .init(certificate: "/tls.crt", key: "/tls.key")),
      read: { path in
        state.withLock { state in
          let text = (path == "/tls.crt" ? Files.certificate : Files.key) + state.suffix
          // The certificate is read, then both are replaced, then the key is read.
          if state.isSwapping { (state.suffix, state.isSwapping) = ("3", false) }
          return Array(text.utf8)
        }
      },
      now: { [start] in start + state.withLock { $0.age } })
    for (suffix, age, isSwapping, expected) in [
      ("1", 0, false, "1"), ("2", 299, false, "1"), ("2", 300, true, "1"), ("3", 301, false, "3"),
    ] {
      state.withLock { $0 = (suffix, .seconds(age), isSwapping) }
      let tls = try await identity.current().tls
      #expect(tls.clientCertificate == Array((Files.certificate + expected).utf8), "at \(age)")
      #expect(tls.clientKey == Array((Files.key + expected).utf8), "at \(age)")
    }
  }
}
