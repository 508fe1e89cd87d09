// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import Testing
import Waiting

/// Every way to fail, with a real socket: the error names the host, the phase and the reason.
@Suite(.timeLimit(.minutes(2))) struct PhaseTests {
  private let transport: CurlTransport
  private let hurried = Deadlines(connect: .milliseconds(900), total: nil, idle: .milliseconds(400))

  init() throws { transport = try CurlTransport(userAgent: "tests/1") }

  private func expect(
    _ request: HTTPRequest, _ phase: TransportError.Phase, _ words: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async {
    do throws(TransportError) {
      _ = try await transport.send(request).body.collect()
      Issue.record("expected \(words)", sourceLocation: sourceLocation)
    } catch {
      #expect("\(error)" == words, sourceLocation: sourceLocation)
      #expect(error.phase == phase, "\(error)", sourceLocation: sourceLocation)
    }
  }

  @Test func connecting() async {
    let full = FullPort()
    await expect(
      HTTPRequest(url: "http://127.0.0.1:\(full.port)", deadlines: hurried), .connect,
      "127.0.0.1:\(full.port): connect: timed out after 900ms")
    let free = ClosedPort()
    await expect(
      HTTPRequest(url: "https://127.0.0.1:\(free)"), .connect, "127.0.0.1:\(free): connect: refused")
    withExtendedLifetime(free) {}
  }

  @Test func waitingForAConnection() async throws {
    let server = ScriptedServer { connection in
      _ = connection.request()
      connection.waitForClose()
    }
    let one = try CurlTransport(userAgent: "tests/1", connectionsPerHost: 1)
    let holder = Task { try await one.send(HTTPRequest(url: server.url)).status }
    #expect(await eventually { server.open == 1 })
    let deadlines = Deadlines(connect: .seconds(9), total: .milliseconds(200), idle: .seconds(9))
    let error = await #expect(throws: TransportError.self) {
      try await one.send(HTTPRequest(url: server.url, deadlines: deadlines))
    }
    #expect(error?.cause == "waiting for a free connection: not finished 200ms after the start")
    #expect(error?.kind == .timedOut)
    holder.cancel()
  }

  @Test func handshake() async {
    let closing = ScriptedServer { _ = $0.receiveSome() }
    await expect(
      HTTPRequest(url: "https://127.0.0.1:\(closing.port)"), .tls,
      "127.0.0.1:\(closing.port): tls: the server closed the connection")
    let resetting = ScriptedServer { connection in
      _ = connection.receiveSome()
      connection.reset()
    }
    await expect(
      HTTPRequest(url: "https://127.0.0.1:\(resetting.port)"), .tls,
      "127.0.0.1:\(resetting.port): tls: connection reset by the server")
  }

  @Test(.enabled(if: OpenSSL.isInstalled)) func versionAndCipher() async throws {
    let openSSL = try await OpenSSL.shared
    let tls = TLSOptions(certificateAuthorities: openSSL.file("ca.crt"))
    let old = try await openSSL.serve("good", options: "-tls1_1 -cipher ALL:@SECLEVEL=0")
    await expect(
      HTTPRequest(url: old.url, tls: tls), .tls,
      "127.0.0.1:\(old.port): tls: the server speaks no version that we accept (1.2 or later)")
    let odd = try await openSSL.serve("good", options: "-tls1_2 -cipher PSK")
    await expect(
      HTTPRequest(url: odd.url, tls: tls), .tls,
      "127.0.0.1:\(odd.port): tls: the server refuses the handshake: it demands a client certificate, or no cipher is common"
    )
  }

  /// OpenSSL would ask for the pass phrase on the terminal, and the thread would wait for it.
  @Test(.enabled(if: OpenSSL.isInstalled)) func encryptedKey() async throws {
    let openSSL = try await OpenSSL.shared
    let server = try await openSSL.serve("good")
    let tls = TLSOptions(
      certificateAuthorities: openSSL.file("ca.crt"), clientCertificate: openSSL.file("client.crt"),
      clientKey: openSSL.file("locked.key"))
    let error = await #expect(throws: TransportError.self) {
      try await transport.send(HTTPRequest(url: server.url, tls: tls))
    }
    #expect(error?.kind == .untrusted)
    #expect(error?.cause.hasPrefix("tls: our own certificate or key cannot be used: ") == true)
  }

  @Test func sending() async {
    let body = [UInt8](repeating: 7, count: 32 << 20)
    let over = Signal()
    defer { over.set() }
    let deaf = ScriptedServer { connection in
      _ = connection.receiveSome()
      connection.hold(until: over)
    }
    await expect(
      HTTPRequest(method: "POST", url: deaf.url, body: body, deadlines: hurried), .send,
      "127.0.0.1:\(deaf.port): send: no byte for 400ms")
    let resetting = ScriptedServer { connection in
      _ = connection.receiveSome()
      connection.reset()
    }
    await expect(
      HTTPRequest(method: "POST", url: resetting.url, body: body), .send,
      "127.0.0.1:\(resetting.port): send: connection reset by the server")
  }

  @Test(arguments: [
    ("", TransportError.Phase.firstByte, "response: no byte for 400ms"),
    ("HTTP/1.1 200 OK\r\nA: b\r\n", .body, "response: no byte for 400ms"),
    ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab", .body, "body: no byte for 400ms"),
  ])
  func silence(_ answer: String, _ phase: TransportError.Phase, _ words: String) async {
    let server = ScriptedServer { connection in
      _ = connection.request()
      connection.send(answer)
      connection.waitForClose()
    }
    await expect(HTTPRequest(url: server.url, deadlines: hurried), phase, "127.0.0.1:\(server.port): \(words)")
  }

  @Test(arguments: [
    ("", TransportError.Phase.firstByte, "response: closed before the first byte"),
    ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab", .body, "body: cut off before its end"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", .body, "body: cut off before its end"),
  ])
  func cut(_ answer: String, _ phase: TransportError.Phase, _ words: String) async {
    let server = ScriptedServer { connection in
      _ = connection.request()
      connection.send(answer)
    }
    await expect(HTTPRequest(url: server.url), phase, "127.0.0.1:\(server.port): \(words)")
  }
}
