// SPDX-License-Identifier: Apache-2.0

import Testing
import Waiting

@testable import HTTPTransport

/// Which connections serve whom, and when they are closed.
@Suite(.timeLimit(.minutes(2))) struct ReuseTests {
  private func patient() -> ScriptedServer {
    ScriptedServer { connection in
      while let request = connection.request() {
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")
        if request.contains("/slow") { connection.waitForClose() } else { connection.send("k") }
      }
    }
  }

  @Test(.enabled(if: OpenSSL.isInstalled)) func neverUnderOtherTLSOptions() async throws {
    let openSSL = try await OpenSSL.shared
    // Each serves one connection at a time, so each new connection gets one of its own.
    var servers: [KeepAliveTLSServer] = []
    for _ in 0..<4 { servers.append(try await openSSL.keepAlive("good")) }
    let ports = servers.map(\.port)
    let front = ScriptedServer { connection in
      guard connection.number <= 4 else { return }
      connection.relay(to: ports[connection.number - 1])
    }
    let transport = try CurlTransport(userAgent: "tests/1")
    let authority = openSSL.file("ca.crt")
    let first = TLSOptions(certificateAuthorities: authority)
    let renewed = TLSOptions(certificateAuthorities: authority + openSSL.file("other.crt"))
    var certified = first
    certified.clientCertificate = openSSL.file("client.crt")
    certified.clientKey = openSSL.file("client.key")
    let withoutIt = TLSOptions(certificateAuthorities: openSSL.file("other.crt"))
    let steps = [(first, 1), (first, 1), (renewed, 2), (first, 2), (renewed, 2), (certified, 3), (certified, 3)]
    for (index, (tls, accepted)) in steps.enumerated() {
      let response = try await transport.send(HTTPRequest(url: "https://127.0.0.1:\(front.port)/", tls: tls))
      #expect(try await response.body.collect() == Array("ok".utf8))
      #expect(front.accepted == accepted, "step \(index)")
    }
    // The kept connections do not help who no longer trusts the authority.
    let error = await #expect(throws: TransportError.self) {
      try await transport.send(HTTPRequest(url: "https://127.0.0.1:\(front.port)/", tls: withoutIt))
    }
    #expect(error?.cause == "tls: certificate signed by unknown authority")
    #expect(await eventually { front.open == 3 })
    await transport.closeIdleConnections()
    #expect(await eventually { front.open == 0 && front.clientSockets == 0 })
  }

  @Test func closingTheIdleOnesLeavesTheBusyToTheirEnd() async throws {
    let server = patient()
    let transport = try CurlTransport(userAgent: "tests/1")
    do {
      let busy = try await transport.send(HTTPRequest(url: server.url + "/slow"))
      #expect(try await transport.send(HTTPRequest(url: server.url)).body.collect().count == 2)
      #expect(server.accepted == 2)
      await transport.closeIdleConnections()
      var body = busy.body.makeAsyncIterator()
      #expect(try await body.next() == Array("o".utf8))
      #expect(try await transport.send(HTTPRequest(url: server.url)).body.collect().count == 2)
      #expect(server.accepted == 3)
      #expect(await transport.census.pools == 2)
      withExtendedLifetime(body) {}
    }
    #expect(await eventually { server.open == 1 })
    #expect(await transport.census.pools == 1)
  }

  @Test func unusedOnesAreClosedAfterAWhile() async throws {
    let server = patient()
    let transport = try CurlTransport(userAgent: "tests/1", limits: ConnectionLimits(keptFor: .seconds(1)))
    #expect(try await transport.send(HTTPRequest(url: server.url)).body.collect().count == 2)
    #expect(await eventually { server.open == 0 })
    #expect(await eventually { await transport.census == Census() })
  }

  @Test func noMoreAreKeptThanAllowed() async throws {
    let server = patient()
    let transport = try CurlTransport(userAgent: "tests/1", limits: ConnectionLimits(perHost: 12, kept: 3))
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<60 {
        group.addTask { try await transport.send(HTTPRequest(url: server.url)).body.collect().count }
      }
      for try await count in group { #expect(count == 2) }
    }
    #expect(await eventually { server.open <= 3 })
  }

  @Test func tooManyOfTheirOwnAreRefused() async throws {
    let server = patient()
    let transport = try CurlTransport(userAgent: "tests/1", limits: ConnectionLimits(own: 2))
    let own = HTTPRequest(url: server.url + "/slow", ownConnection: true)
    var held = [try await transport.send(own), try await transport.send(own)]
    let error = await #expect(throws: TransportError.self) { try await transport.send(own) }
    #expect(error?.cause == "connect: as many requests as are allowed have a connection of their own")
    #expect(try await transport.send(HTTPRequest(url: server.url)).body.collect().count == 2)
    #expect(held.count == 2)
    held = []
    #expect(await eventually { await transport.census.transfers == 0 })
    #expect(try await transport.send(own).status == 200)
  }
}
