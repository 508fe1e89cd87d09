// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import Testing

@testable import Telemetry

/// Until when a request must be complete; in the time of the test.
@Suite struct RequestDeadlineTests {
  private let channel = EmbeddedChannel()

  init() throws {
    let ticket = try ConnectionGate(limit: 1, outputLimit: 1024).admit(channel)
    try channel.pipeline.syncOperations.addHandler(
      RequestLimitHandler(limit: 1024, deadline: .seconds(10), ticket: ticket))
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
  }

  private func receive(_ text: String) throws {
    try channel.writeInbound(channel.allocator.buffer(string: text))
  }

  private func pass(_ time: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: time) }

  @Test func whoTricklesIsCut() throws {
    for letter in "GET /heal" {
      pass(.seconds(1))
      try receive(String(letter))
    }
    #expect(channel.isActive)
    pass(.seconds(1))
    #expect(!channel.isActive)
  }

  @Test func soIsWhoSaysNothing() {
    pass(.milliseconds(9999))
    #expect(channel.isActive)
    pass(.milliseconds(1))
    #expect(!channel.isActive)
  }

  @Test func betweenRequestsThereIsMoreTime() throws {
    try receive("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    pass(.seconds(9))
    try channel.writeOutbound(channel.allocator.buffer(string: "HTTP/1.1 200 OK\r\n\r\n"))
    pass(.seconds(20))
    #expect(channel.isActive)
    try receive("GET")
    pass(.milliseconds(9999))
    #expect(channel.isActive)
    pass(.milliseconds(1))
    #expect(!channel.isActive)
  }
}
