// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import Testing

@Suite(.enabled(if: OpenSSL.isInstalled, "the openssl command is not installed"), .timeLimit(.minutes(2)))
struct TLSTests {
  private let transport: CurlTransport
  private let openSSL: OpenSSL

  init() async throws {
    transport = try CurlTransport(userAgent: "tests/1")
    openSSL = try await OpenSSL.shared
  }

  private func exchange(_ url: String, _ tls: TLSOptions) async -> Result<Int, TransportError> {
    do throws(TransportError) {
      let response = try await transport.send(HTTPRequest(url: url, tls: tls))
      _ = try await response.body.collect()
      return .success(response.status)
    } catch {
      return .failure(error)
    }
  }

  private func expectUntrusted(_ result: Result<Int, TransportError>, _ cause: String, _ fault: TLSFault) {
    guard case .failure(let error) = result else {
      Issue.record("expected a failure, got \(result)")
      return
    }
    #expect(error.kind == .untrusted)
    #expect(error.phase == .tls)
    #expect(error.cause == cause)
    #expect(error.tlsFault == fault)
  }

  @Test func trustedAuthority() async throws {
    let server = try await openSSL.serve("good")
    #expect(await exchange(server.url, TLSOptions(certificateAuthorities: openSSL.file("ca.crt"))) == .success(200))
  }

  @Test func unknownAuthority() async throws {
    let server = try await openSSL.serve("good")
    expectUntrusted(
      await exchange(server.url, TLSOptions(certificateAuthorities: openSSL.file("other.crt"))),
      "tls: certificate signed by unknown authority", .unknownAuthority)
    expectUntrusted(
      await exchange(server.url, .system), "tls: certificate signed by unknown authority", .unknownAuthority)
    #expect(await exchange(server.url, TLSOptions(insecureSkipVerify: true)) == .success(200))
  }

  @Test func otherHost() async throws {
    let server = try await openSSL.serve("elsewhere")
    var tls = TLSOptions(certificateAuthorities: openSSL.file("ca.crt"))
    expectUntrusted(await exchange(server.url, tls), "tls: host name does not match certificate", .wrongName)
    tls.serverName = "elsewhere.test"
    #expect(await exchange(server.url, tls) == .success(200))
    tls.serverName = "third.test"
    expectUntrusted(await exchange(server.url, tls), "tls: host name does not match certificate", .wrongName)
  }

  @Test func expired() async throws {
    let server = try await openSSL.serve("expired")
    expectUntrusted(
      await exchange(server.url, TLSOptions(certificateAuthorities: openSSL.file("ca.crt"))),
      "tls: certificate has expired", .expired)
  }

  @Test(
    "A certificate that names its host in its common name only is refused if the request says so, each time and unsent",
    arguments: ["legacy", "mail"])
  func commonNameOnly(_ certificate: String) async throws {
    let server = try await openSSL.serve(certificate)
    var tls = TLSOptions(certificateAuthorities: openSSL.file("ca.crt"))
    #expect(await exchange(server.url, tls) == .success(200), "libcurl and OpenSSL accept it")
    tls.requiresAlternativeName = true
    for _ in 1...3 {
      expectUntrusted(
        await exchange(server.url, tls), "tls: certificate has a common name but no subject alternative name",
        .noAlternativeName)
    }
    tls.insecureSkipVerify = true
    #expect(await exchange(server.url, tls) == .success(200))
  }

  @Test("A certificate with a subject alternative name passes, also on a connection that was kept")
  func alternativeName() async throws {
    let server = try await openSSL.keepAlive("good")
    let tls = TLSOptions(certificateAuthorities: openSSL.file("ca.crt"), requiresAlternativeName: true)
    for _ in 1...3 { #expect(await exchange("https://127.0.0.1:\(server.port)/", tls) == .success(200)) }
  }

  @Test(arguments: ["-tls1_2", "-tls1_3"])
  func clientCertificate(_ version: String) async throws {
    let server = try await openSSL.serve("good", options: "\(version) -CAfile ca.crt -Verify 1 -verify_return_error")
    var tls = TLSOptions(certificateAuthorities: openSSL.file("ca.crt"))
    expectUntrusted(
      await exchange(server.url, tls),
      version == "-tls1_3"
        ? "tls: the server demands a client certificate"
        : "tls: the server refuses the handshake: it demands a client certificate, or no cipher is common",
      .clientCertificate)
    tls.clientCertificate = openSSL.file("client.crt")
    tls.clientKey = openSSL.file("client.key")
    #expect(await exchange(server.url, tls) == .success(200))
    tls.clientCertificate = openSSL.file("other.crt")
    tls.clientKey = openSSL.file("other.key")
    expectUntrusted(
      await exchange(server.url, tls), "tls: the server does not accept our certificate (unknown ca)",
      .clientCertificate)
  }

  @Test func keyOfAnotherCertificate() async throws {
    let server = try await openSSL.serve("good")
    let tls = TLSOptions(
      certificateAuthorities: openSSL.file("ca.crt"), clientCertificate: openSSL.file("client.crt"),
      clientKey: openSSL.file("good.key"))
    guard case .failure(let error) = await exchange(server.url, tls) else {
      Issue.record("expected a failure")
      return
    }
    #expect(error.kind == .untrusted)
    #expect(error.cause.hasPrefix("tls: our own certificate or key cannot be used"))
    #expect(!error.cause.contains("PRIVATE"))
  }

  @Test func authorityThatIsNotPEM() async throws {
    let server = try await openSSL.serve("good")
    expectUntrusted(
      await exchange(server.url, TLSOptions(certificateAuthorities: Array("nope".utf8))),
      "tls: the certificate authorities given are not valid PEM", .unreadableAuthorities)
  }

  @Test func serverWithoutTLS() async {
    let plain = ScriptedServer { $0.send("HTTP/1.1 400 Bad Request\r\n\r\n") }
    guard case .failure(let error) = await exchange("https://127.0.0.1:\(plain.port)", .system) else {
      Issue.record("expected a failure")
      return
    }
    #expect(error.cause == "tls: the server does not speak TLS")
    #expect(error.tlsFault == .notTLS)
    #expect(error.kind == .broken)
  }
}
