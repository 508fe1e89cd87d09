// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import Synchronization
import Testing

@testable import KubernetesClient

@Suite struct IdentityTests {
  private let start = ContinuousClock.now

  @Test func tokensAgeAndSurviveAFailingRead() throws {
    var cache = RenewedFile<String>.token
    let problem = FileProblem(cause: "no such file")
    #expect(throws: problem) { try cache.value(now: start) { () throws(FileProblem) in throw problem } }
    #expect(try cache.value(now: start) { Array(" one\n".utf8) } == "one")
    #expect(try cache.value(now: start + .seconds(59)) { Array("two".utf8) } == "one")
    #expect(try cache.value(now: start + .seconds(60)) { () throws(FileProblem) in throw problem } == "one")
    #expect(try cache.value(now: start + .seconds(61)) { [] } == "one")
    #expect(try cache.value(now: start + .seconds(62)) { Array("two".utf8) } == "two")
    cache.drop()
    #expect(throws: problem) { try cache.value(now: start + .seconds(63)) { () throws(FileProblem) in throw problem } }
  }

  @Test func headers() throws {
    func authorization(_ credentials: ClusterConfiguration.Credentials) throws(KubernetesError) -> String? {
      try IdentitySource(ClusterConfiguration(server: "https://a", credentials: credentials)).authorization()
    }
    #expect(try authorization(.none) == nil)
    #expect(try authorization(.token("t")) == "Bearer t")
    #expect(try authorization(.basic(user: "u", password: "pä")) == "Basic dTpww6Q=")
    #expect(throws: KubernetesError.credentials("token file /nowhere/token: no such file")) {
      try authorization(.tokenFile("/nowhere/token"))
    }
  }

  @Test func secretsStayOutOfDescriptions() {
    let configuration = ClusterConfiguration(server: "https://a", credentials: .basic(user: "u", password: "p"))
    #expect("\(configuration)" == "https://a (user u)")
    #expect("\(ClusterConfiguration.Credentials.token("secret"))" == "token")
    #expect("\(ClusterConfiguration.Credentials.tokenFile("/t"))" == "token file /t")
    #expect("\(ClusterConfiguration.Credentials.none)" == "none")
  }

  @Test func certificateAuthoritiesAreRenewed() {
    let state = Mutex((text: "old", age: Duration.zero))
    let old = Array("at the start".utf8)
    let identity = IdentitySource(
      ClusterConfiguration(
        server: "https://a", tls: TLSOptions(certificateAuthorities: old), certificateAuthorityFile: "/ca"),
      read: { _ in Array(state.withLock { $0.text }.utf8) },
      now: { [start] in start + state.withLock { $0.age } })
    #expect(identity.tls().certificateAuthorities == old)
    for (text, age, expected) in [
      (Files.certificate, 1, Files.certificate), (Files.certificate + "2", 299, Files.certificate),
      (Files.certificate + "2", 301, Files.certificate + "2"), ("broken", 700, Files.certificate + "2"),
    ] {
      state.withLock { $0 = (text, .seconds(age)) }
      #expect(identity.tls().certificateAuthorities == Array(expected.utf8))
    }
  }
}
