// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import Testing
import Waiting

@Suite struct CurlTransportTests {
  private let transport: CurlTransport

  init() throws { transport = try CurlTransport(userAgent: "tests/1") }

  private func text(_ response: HTTPResponse) async throws -> String {
    String(decoding: try await response.body.collect(), as: UTF8.self)
  }

  private func failure(_ request: HTTPRequest) async -> TransportError? {
    do throws(TransportError) {
      _ = try await transport.send(request).body.collect()
      return nil
    } catch {
      return error
    }
  }

  @Test func sendsWhatIsAskedAndReadsTheAnswer() async throws {
    let server = ScriptedServer { connection in
      let request = connection.request() ?? ""
      connection.send("HTTP/1.1 201 Created\r\nX-A: one\r\nContent-Length: \(request.utf8.count)\r\n\r\n\(request)")
    }
    let response = try await transport.send(
      HTTPRequest(
        method: "PATCH", url: server.url + "/a/../b?c=%20d",
        headers: [HTTPField("Content-Type", "application/json"), HTTPField("X-Empty", "")], body: Array("{}".utf8)))
    #expect(response.status == 201)
    #expect(response.header("x-a") == "one")
    let echo = try await text(response)
    #expect(echo.hasPrefix("PATCH /a/../b?c=%20d HTTP/1.1\r\n"))
    for line in ["Host: 127.0.0.1:\(server.port)", "User-Agent: tests/1", "Content-Type: application/json", "X-Empty:"]
    {
      #expect(echo.contains("\r\n\(line)\r\n"), "\(line)")
    }
    #expect(!echo.contains("Expect:"))
    #expect(echo.hasSuffix("\r\n\r\n{}"))
  }

  @Test(arguments: ["GET", "HEAD", "DELETE", "POST"])
  func bodilessRequests(_ method: String) async throws {
    let server = ScriptedServer { connection in
      let request = connection.request() ?? ""
      connection.send("HTTP/1.1 200 OK\r\nX-Line: \(request.prefix { $0 != "\r\n" })\r\nContent-Length: 0\r\n\r\n")
    }
    let response = try await transport.send(HTTPRequest(method: method, url: server.url + "/x"))
    #expect(response.header("X-Line") == "\(method) /x HTTP/1.1")
    #expect(try await response.body.collect().isEmpty)
  }

  @Test func chunkedBodyStreamsAsItComes() async throws {
    let first = Signal()
    let server = ScriptedServer { connection in
      _ = connection.request()
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
      first.block()
      connection.send("3\r\ntwo\r\n0\r\nTrailer: x\r\n\r\n")
    }
    let response = try await transport.send(HTTPRequest(url: server.url, deadlines: .patient))
    var body = response.body.makeAsyncIterator()
    #expect(try await body.next() == Array("one".utf8))
    first.set()
    #expect(try await body.next() == Array("two".utf8))
    #expect(try await body.next() == nil)
    #expect(try await body.next() == nil)
    #expect(response.headers.count == 1)
  }

  @Test func connectionsAreReusedAndBounded() async throws {
    // However slow the machine is, no connection is closed for being idle.
    let transport = try CurlTransport(userAgent: "tests/1", limits: ConnectionLimits(keptFor: .seconds(3600)))
    let server = ScriptedServer { connection in
      while connection.request() != nil { connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") }
    }
    for _ in 0..<5 {
      #expect(try await text(transport.send(HTTPRequest(url: server.url, deadlines: .patient))) == "ok")
    }
    #expect(server.accepted == 1)
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<40 {
        group.addTask {
          try await transport.send(HTTPRequest(url: server.url, deadlines: .patient)).body.collect().count
        }
      }
      for try await count in group { #expect(count == 2) }
    }
    #expect(server.accepted <= 4)
    let before = server.accepted
    let own = HTTPRequest(url: server.url, ownConnection: true)
    for _ in 0..<3 { #expect(try await text(transport.send(own)) == "ok") }
    #expect(server.accepted == before + 3)
  }

  @Test func ownConnectionsDoNotHoldUpOrdinaryRequests() async throws {
    let server = ScriptedServer { connection in
      let request = connection.request() ?? ""
      if request.contains("/watch") {
        connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        connection.waitForClose()
      } else {
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
      }
    }
    var watches: [HTTPResponse] = []
    for _ in 0..<10 {
      watches.append(try await transport.send(HTTPRequest(url: server.url + "/watch", ownConnection: true)))
    }
    #expect(try await text(transport.send(HTTPRequest(url: server.url, deadlines: .patient))) == "ok")
    #expect(watches.count == 10)
    watches = []
    #expect(await eventually { server.open == 0 })
  }

  @Test func slowReaderHoldsTheServerUp() async throws {
    let total = 24 << 20
    let wasHeldUp = Signal()
    let server = ScriptedServer { connection in
      _ = connection.request()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
      let piece = [UInt8](repeating: 7, count: 1 << 20)
      var sent = 0
      var hadRoom = false
      while sent < total {
        let count = connection.sendWithoutWaiting(Array(piece.prefix(total - sent)))
        // It had room, and yet took nothing: it is gone.
        if count == 0, hadRoom { break }
        sent += count
        hadRoom = connection.takesMore(within: 200)
        // 200 ms without a byte taken, with most of the body still here: the reader is not draining us.
        if !hadRoom, sent < total / 2 { wasHeldUp.set() }
      }
    }
    let response = try await transport.send(HTTPRequest(url: server.url, deadlines: .patient, bodyLimit: nil))
    #expect(await eventually { wasHeldUp.isSet })
    var received = 0
    for try await chunk in response.body { received += chunk.count }
    #expect(received == total)
  }

  @Test func bodyBeyondTheLimit() async {
    let server = ScriptedServer { connection in
      _ = connection.request()
      connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + String(repeating: "x", count: 100_000))
    }
    let error = await failure(HTTPRequest(url: server.url, deadlines: .patient, bodyLimit: 1000))
    #expect(error?.kind == .tooLarge)
    #expect(error?.cause == "body: more than the 1000 bytes accepted")
    #expect(await eventually { server.open == 0 })
  }

  @Test func redirectsAreNotFollowed() async throws {
    let server = ScriptedServer { connection in
      _ = connection.request()
      connection.send("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
    }
    #expect(try await transport.send(HTTPRequest(url: server.url, deadlines: .patient)).status == 302)
  }
}
