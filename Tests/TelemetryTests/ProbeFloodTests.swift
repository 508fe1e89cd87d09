// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import Telemetry

/// Who only holds connections open must not keep a kubelet out.
@Suite(.timeLimit(.minutes(5))) struct ProbeFloodTests {
  private static let request = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"

  private func serving(
    requestDeadline: TimeAmount = .minutes(4), liveness: [HealthCheck] = [], _ body: (Int) async throws -> Void
  ) async throws {
    let server = ProbeServer(
      address: ProbeAddress(host: "127.0.0.1", port: 0), registry: MetricsRegistry(), liveness: liveness,
      requestDeadline: requestDeadline, answerDeadline: .minutes(4), idleDeadline: .minutes(4))
    let port = try await server.start().port
    do {
      try await body(port)
    } catch {
      await server.shutdown()
      throw error
    }
    await server.shutdown()
  }

  @Test func theOldestOfThoseThatTrickleGivesWay() async throws {
    try await serving { port in
      var trickling: [Wire] = []
      for _ in 0..<ProbeServer.connectionLimit {
        let wire = try await Wire.connect(to: port)
        try await wire.send("GET /he")
        trickling.append(wire)
      }
      #expect(try await get(port, "/healthz").0 == 200)
      #expect(try await trickling[0].receive() == "", "the oldest was closed")
      // The others are still heard.
      try await trickling[1].send("althz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      #expect(try await trickling[1].receive().hasSuffix("\r\n\r\nok"))
    }
  }

  @Test func whatIsIdleLongestGivesWayAndNotWhatHasJustAsked() async throws {
    try await serving { port in
      var open: [Wire] = []
      for _ in 0..<ProbeServer.connectionLimit {
        let wire = try await Wire.connect(to: port)
        try await wire.send(Self.request)
        #expect(try await wire.receive(until: "ok").hasSuffix("ok"))
        open.append(wire)
      }
      try await open[0].send(Self.request)
      #expect(try await open[0].receive(until: "ok").hasSuffix("ok"))
      #expect(try await get(port, "/healthz").0 == 200)
      #expect(try await open[1].receive() == "")
      try await open[0].send(Self.request)
      #expect(try await open[0].receive(until: "ok").hasSuffix("ok"))
    }
  }

  /// Until when a request must be complete is for ``RequestDeadlineTests``; here, that the server holds to it.
  @Test func aRequestThatDoesNotEndInTimeIsCut() async throws {
    try await serving(requestDeadline: .seconds(2)) { port in
      async let trickling = exchange(port, "GET /healthz HTTP/1.1\r\nHost:")
      async let silent = exchange(port, "")
      let answers = try await [trickling, silent]
      #expect(answers == ["", ""])
    }
  }

  @Test func whatIsBeingAnsweredNeverGivesWay() async throws {
    let gate = Gate()
    let slow = HealthCheck("slow") {
      await gate.wait()
      return nil
    }
    try await serving(liveness: [slow]) { port in
      var asking: [Wire] = []
      for _ in 0..<ProbeServer.connectionLimit {
        let wire = try await Wire.connect(to: port)
        try await wire.send(Self.request)
        asking.append(wire)
      }
      await gate.untilWaiting(ProbeServer.connectionLimit)
      #expect(try await exchange(port, "") == "", "there is no room")
      await gate.open()
      for wire in asking { #expect(try await wire.receive(until: "ok").hasSuffix("ok")) }
    }
  }
}

/// Holds everyone until it is opened.
private actor Gate {
  private var isOpen = false
  private var held: [CheckedContinuation<Void, Never>] = []
  private var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

  func wait() async {
    guard !isOpen else { return }
    await withCheckedContinuation { continuation in
      held.append(continuation)
      for watcher in watchers where watcher.count == held.count { watcher.continuation.resume() }
    }
  }

  func untilWaiting(_ count: Int) async {
    guard held.count < count else { return }
    await withCheckedContinuation { watchers.append((count, $0)) }
  }

  func open() {
    isOpen = true
    for continuation in held { continuation.resume() }
    held = []
  }
}
