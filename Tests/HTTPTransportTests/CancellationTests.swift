// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import Testing
import Waiting

/// Wherever a task is cancelled, the call ends, the server sees the connection close, and no socket stays behind.
@Suite struct CancellationTests {
  private let transport: CurlTransport

  init() throws { transport = try CurlTransport(userAgent: "tests/1") }

  private func failure(of task: Task<Int, any Error>) async -> TransportError? {
    do {
      _ = try await task.value
      return nil
    } catch {
      return error as? TransportError
    }
  }

  private func expectNothingLeft(of server: ScriptedServer) async {
    #expect(await eventually { server.open == 0 && server.clientSockets == 0 })
  }

  @Test func beforeItIsSent() async {
    let server = ScriptedServer { $0.waitForClose() }
    let task = Task { [transport] in
      // Cancels itself, so that the transport sees a task that was cancelled before.
      withUnsafeCurrentTask { $0?.cancel() }
      return try await transport.send(HTTPRequest(url: server.url, deadlines: .patient)).status
    }
    #expect(await failure(of: task)?.kind == .cancelled)
    #expect(server.accepted == 0)
  }

  @Test func whileConnecting() async {
    let server = ScriptedServer { $0.waitForClose() }
    let task = Task { [transport] in
      try await transport.send(HTTPRequest(url: "https://127.0.0.1:\(server.port)", deadlines: .patient)).status
    }
    #expect(await eventually { server.open == 1 })
    task.cancel()
    let error = await failure(of: task)
    #expect(error?.kind == .cancelled)
    #expect(error?.phase == .tls)
    await expectNothingLeft(of: server)
  }

  @Test func whileWaitingForTheHead() async {
    let asked = Signal()
    let server = ScriptedServer { connection in
      _ = connection.request()
      asked.set()
      connection.waitForClose()
    }
    let task = Task { [transport] in try await transport.send(HTTPRequest(url: server.url, deadlines: .patient)).status
    }
    #expect(await eventually { asked.isSet })
    task.cancel()
    let error = await failure(of: task)
    #expect(error?.kind == .cancelled)
    #expect(error?.phase == .firstByte)
    await expectNothingLeft(of: server)
  }

  @Test func whileWaitingForAConnection() async {
    let server = ScriptedServer { connection in
      _ = connection.request()
      connection.waitForClose()
    }
    let holders = (0..<4).map { _ in
      Task { [transport] in try await transport.send(HTTPRequest(url: server.url, deadlines: .patient)).status }
    }
    #expect(await eventually { server.open == 4 })
    let waiting = Task { [transport] in
      try await transport.send(HTTPRequest(url: server.url, deadlines: .patient)).status
    }
    waiting.cancel()
    #expect(await failure(of: waiting)?.kind == .cancelled)
    for holder in holders { holder.cancel() }
    for holder in holders { #expect(await failure(of: holder)?.kind == .cancelled) }
    #expect(server.accepted == 4)
    await expectNothingLeft(of: server)
  }

  @Test func whileTheBodyIsRead() async {
    let reading = Signal()
    let server = ScriptedServer { connection in
      _ = connection.request()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
      connection.waitForClose()
    }
    let task = Task { [transport] in
      var count = 0
      for try await chunk in try await transport.send(HTTPRequest(url: server.url, deadlines: .patient)).body {
        count += chunk.count
        reading.set()
      }
      return count
    }
    #expect(await eventually { reading.isSet })
    task.cancel()
    let error = await failure(of: task)
    #expect(error?.kind == .cancelled)
    #expect(error?.phase == .body)
    await expectNothingLeft(of: server)
  }

  @Test func byDroppingTheResponse() async throws {
    let server = ScriptedServer { connection in
      _ = connection.request()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
      connection.waitForClose()
    }
    #expect(try await transport.send(HTTPRequest(url: server.url, deadlines: .patient)).status == 200)
    await expectNothingLeft(of: server)
  }

  @Test func byDroppingAPausedBody() async throws {
    let server = ScriptedServer { connection in
      _ = connection.request()
      connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
      while connection.send(String(repeating: "x", count: 1 << 16)) {}
    }
    do {
      var body = try await transport.send(HTTPRequest(url: server.url, deadlines: .patient, bodyLimit: nil)).body
        .makeAsyncIterator()
      #expect(try await body.next() != nil)
    }
    await expectNothingLeft(of: server)
  }

  @Test func byShuttingDown() async {
    let server = ScriptedServer { connection in
      _ = connection.request()
      connection.waitForClose()
    }
    let task = Task { [transport] in try await transport.send(HTTPRequest(url: server.url, deadlines: .patient)).status
    }
    #expect(await eventually { server.open == 1 })
    await transport.shutdown()
    #expect(await failure(of: task)?.cause == "the transport is shut down")
    let late = Task { [transport] in try await transport.send(HTTPRequest(url: server.url, deadlines: .patient)).status
    }
    #expect(await failure(of: late)?.kind == .cancelled)
    await transport.shutdown()
    await expectNothingLeft(of: server)
  }

  @Test func byDroppingTheTransport() async throws {
    let server = ScriptedServer { connection in
      while connection.request() != nil { connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") }
    }
    do {
      // However slow the machine is, the connection is not closed for being idle.
      let own = try CurlTransport(userAgent: "tests/1", limits: ConnectionLimits(keptFor: .seconds(3600)))
      #expect(try await own.send(HTTPRequest(url: server.url, deadlines: .patient)).body.collect().count == 2)
      withExtendedLifetime(own) { #expect(server.clientSockets == 1) }
    }
    await expectNothingLeft(of: server)
  }

  @Test(.timeLimit(.minutes(5))) func atRandomMoments() async {
    let server = ScriptedServer { connection in
      while connection.request() != nil {
        guard connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"), connection.send("cde") else { return }
      }
    }
    for spins in 0..<300 {
      let task = Task { [transport] in
        try await transport.send(HTTPRequest(url: server.url, deadlines: .patient)).body.collect().count
      }
      for _ in 0..<(spins % 60) { await Task.yield() }
      task.cancel()
      let error = await failure(of: task)
      #expect(error == nil || error?.kind == .cancelled)
    }
    await transport.shutdown()
    await expectNothingLeft(of: server)
  }
}
