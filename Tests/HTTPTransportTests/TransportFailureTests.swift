// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import Testing
import Waiting

@Suite struct TransportFailureTests {
  private let transport: CurlTransport

  init() throws { transport = try CurlTransport(userAgent: "tests/1") }

  private func failure(_ request: HTTPRequest) async -> TransportError? {
    do throws(TransportError) {
      _ = try await transport.send(request).body.collect()
      return nil
    } catch {
      return error
    }
  }

  @Test func refused() async {
    let port = ClosedPort()
    let error = await failure(HTTPRequest(url: "http://user:secret@127.0.0.1:\(port)/path?token=secret"))
    #expect(error?.kind == .unreachable)
    #expect(error?.description == "127.0.0.1:\(port): connect: refused")
    withExtendedLifetime(port) {}
  }

  @Test func unresolved() async {
    let error = await failure(HTTPRequest(url: "http://nowhere.invalid/"))
    #expect(error?.description == "nowhere.invalid:80: resolve: host name not found")
    #expect(error?.phase == .resolve)
  }

  /// What a server sends before it closes, and what we make of it.
  @Test(arguments: [
    ("", false, TransportError.Kind.broken, TransportError.Phase.firstByte, "closed before the first byte"),
    ("", true, .broken, .firstByte, "connection reset"),
    ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", false, .broken, .body, "cut off"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", false, .broken, .body, ""),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnope\r\n", false, .broken, .body, ""),
    ("SSH-2.0-OpenSSH\r\n", false, .broken, .firstByte, "response: malformed"),
    ("HTTP/1.1 200 OK\r\nX: y\r\n", false, .broken, .body, ""),
  ])
  func brokenAnswers(
    _ answer: String, _ isReset: Bool, _ kind: TransportError.Kind, _ phase: TransportError.Phase, _ cause: String
  ) async {
    let server = ScriptedServer { connection in
      _ = connection.request()
      connection.send(answer)
      if isReset { connection.reset() }
    }
    let error = await failure(HTTPRequest(url: server.url, ownConnection: true))
    #expect(error?.kind == kind, "\(String(describing: error))")
    #expect(error?.phase == phase, "\(String(describing: error))")
    #expect(cause.isEmpty || error?.cause.contains(cause) == true, "\(String(describing: error))")
  }

  @Test func headBeyondTheLimit() async {
    let server = ScriptedServer { connection in
      _ = connection.request()
      let fields = (0...300).map { "X-\($0): y\r\n" }.joined()
      connection.send("HTTP/1.1 200 OK\r\n\(fields)\r\n")
    }
    let error = await failure(HTTPRequest(url: server.url))
    #expect(error?.kind == .tooLarge)
  }

  @Test(arguments: [
    (HTTPRequest(url: "not a url"), "url:"), (HTTPRequest(url: "ftp://host/"), "neither http nor https"),
    (HTTPRequest(url: "file:///etc/passwd"), "neither http nor https"),
    (HTTPRequest(method: "GET /", url: "http://host/"), "method: not a token"),
    (HTTPRequest(url: "http://host/", headers: [HTTPField("A", "b\r\nC: d")]), "header A: its value has a control"),
    (HTTPRequest(url: "http://host/", headers: [HTTPField("A: b", "c")]), "header: a field's name is not a token"),
  ])
  func invalidRequests(_ request: HTTPRequest, _ cause: String) async {
    let error = await failure(request)
    #expect(error?.kind == .invalidRequest)
    #expect(error?.cause.contains(cause) == true, "\(String(describing: error))")
  }

  @Test func connectDeadline() async {
    // The handshake of TLS counts as connecting, and this server never answers it.
    let server = ScriptedServer { $0.waitForClose() }
    let deadlines = Deadlines(connect: .milliseconds(300), total: .seconds(30), idle: .seconds(30))
    let error = await failure(HTTPRequest(url: "https://127.0.0.1:\(server.port)", deadlines: deadlines))
    #expect(error?.kind == .timedOut)
    #expect(error?.phase == .tls)
    #expect(error?.cause == "tls: timed out after 300ms")
    #expect(await eventually { server.open == 0 })
  }

  @Test(arguments: [
    (
      Deadlines(connect: .seconds(5), total: .milliseconds(400), idle: .seconds(30)),
      "not finished 400ms after the start"
    ),
    (Deadlines(connect: .seconds(5), total: nil, idle: .milliseconds(400)), "no byte for 400ms"),
  ])
  func deadlinesBeforeAndInTheBody(_ deadlines: Deadlines, _ cause: String) async {
    for answer in ["", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"] {
      let server = ScriptedServer { connection in
        _ = connection.request()
        connection.send(answer)
        connection.waitForClose()
      }
      let error = await failure(HTTPRequest(url: server.url, deadlines: deadlines))
      #expect(error?.kind == .timedOut)
      #expect(error?.phase == (answer.isEmpty ? .firstByte : .body))
      #expect(error?.cause == "\(answer.isEmpty ? "response" : "body"): \(cause)")
      #expect(await eventually { server.open == 0 })
    }
  }
}
