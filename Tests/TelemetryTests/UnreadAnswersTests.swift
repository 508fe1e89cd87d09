// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization
import Testing
import Waiting

@testable import Telemetry

/// Over real sockets. Counts answers and bytes, not time.
@Suite("Clients that ask and do not read", .timeLimit(.minutes(5))) struct UnreadAnswersTests {
  private static let request = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
  /// More than the system's buffers of both sides hold, so that it is not taken unless it is read.
  private static let help = String(repeating: "x", count: 4 << 20)

  /// Serves metrics of that length, and counts how often they are rendered.
  private func serving(outputLimit: Int, _ body: (Int, ProbeServer, () -> Int) async throws -> Void) async throws {
    let rendered = Mutex(0)
    let registry = MetricsRegistry()
    registry.computed("things", help: Self.help, kind: .gauge) {
      rendered.withLock { $0 += 1 }
      return 1
    }
    let server = ProbeServer(
      address: ProbeAddress(host: "127.0.0.1", port: 0), registry: registry, requestDeadline: .minutes(4),
      answerDeadline: .minutes(4), idleDeadline: .minutes(4),
      outputLimit: outputLimit)
    let port = try await server.start().port
    do {
      try await body(port, server) { rendered.withLock { $0 } }
    } catch {
      await server.shutdown()
      throw error
    }
    await server.shutdown()
  }

  @Test("600 pipelined requests are answered one by one, each after the answer before was read")
  func oneAnswerEach() async throws {
    try await serving(outputLimit: 64 << 20) { port, server, rendered in
      let wires = [try await Wire.connect(to: port), try await Wire.connect(to: port)]
      for wire in wires { try await wire.send(String(repeating: Self.request, count: 3)) }
      for wire in wires { try await wire.send(String(repeating: Self.request, count: 300)) }
      try await eventually("both have an answer to read") { server.output > 2 * Self.help.utf8.count }
      #expect(try await get(port, "/healthz").0 == 200)
      #expect(rendered() == 2)
      #expect(server.output < 2 * Self.help.utf8.count + 1024)
      try await wires[0].receive(bytes: Self.help.utf8.count + 1024)
      try await eventually("the next answer is made") { rendered() == 3 }
      #expect(server.output < 2 * Self.help.utf8.count + 1024)
    }
  }

  @Test("What waits for all clients together is bounded, and the client that stalls longest is closed")
  func allTogether() async throws {
    let limit = 3 * Self.help.utf8.count
    try await serving(outputLimit: limit) { port, server, rendered in
      var wires: [Wire] = []
      for count in 1...8 {
        let wire = try await Wire.connect(to: port)
        try await wire.send(Self.request + Self.request)
        try await eventually("its answer is made") { rendered() == count }
        #expect(server.output <= limit)
        wires.append(wire)
      }
      #expect(try await get(port, "/healthz").0 == 200)
      #expect(server.output <= limit)
      let cut = try await wires[0].receive().utf8.count
      #expect(cut < Self.help.utf8.count, "the first was closed before it had its answer")
      try await wires[7].receive(bytes: Self.help.utf8.count + 1024)
    }
  }
}
