// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Telemetry

/// One connection whose peer takes bytes only when the test says so; in the time of the test.
@Suite("Answers to a peer that does not read") final class AnswerWriterTests {
  private let channel = EmbeddedChannel()
  private let gate = ConnectionGate(limit: 1, outputLimit: 1024)
  private let peer = Peer()
  private let asked = Asked()
  private static let request = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"

  init() throws {
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(peer)
    try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: true)
    asked.writer = AnswerWriter(ticket: try gate.admit(channel), deadline: .seconds(10))
    try pipeline.addHandler(asked)
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
  }

  /// The handlers and the channel hold each other until it is closed.
  deinit {
    peer.fail()
    _ = try? channel.finish(acceptAlreadyClosed: true)
  }

  private func receive(_ text: String) throws {
    try channel.writeInbound(channel.allocator.buffer(string: text))
  }

  @Test("No request is passed on until the answer to the one before is taken, however many came at once")
  func oneAtATime() throws {
    try receive(String(repeating: Self.request, count: 600))
    for count in 1...600 {
      try #require(asked.count == count)
      try #require(gate.output == Asked.body.utf8.count)
      peer.take()
    }
    #expect(gate.output == 0)
    #expect(asked.count == 600)
  }

  @Test("A peer that has not taken an answer after ten seconds is cut off") func stalled() throws {
    try receive(Self.request)
    channel.embeddedEventLoop.advanceTime(by: .milliseconds(9999))
    #expect(channel.isActive && gate.output > 0)
    channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
    #expect(!channel.isActive)
    peer.fail()
    #expect(gate.output == 0)
  }

  @Test("Each answer has its own time") func notStalled() throws {
    try receive(Self.request + Self.request)
    for _ in 1...2 {
      channel.embeddedEventLoop.advanceTime(by: .seconds(9))
      peer.take()
    }
    channel.embeddedEventLoop.advanceTime(by: .seconds(20))
    #expect(channel.isActive)
  }

  @Test("A connection that is not kept alive is closed after its answer is taken, not before") func close() throws {
    try receive("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    #expect(channel.isActive)
    peer.take()
    #expect(!channel.isActive)
  }

  @Test("The answer to HEAD has no body and waits for nothing else") func head() throws {
    try receive("HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(asked.count == 1 && gate.output == 0)
    peer.take()
    try receive(Self.request)
    #expect(asked.count == 2)
  }

  /// Holds what is written until the peer takes it.
  private final class Peer: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    private var held: [EventLoopPromise<Void>] = []

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
      if unwrapOutboundIn(data).readableBytes == 0 { promise?.succeed() } else if let promise { held.append(promise) }
    }

    func flush(context: ChannelHandlerContext) {}

    func take() { end { $0.succeed() } }
    func fail() { end { $0.fail(ChannelError.ioOnClosedChannel) } }

    private func end(_ end: (EventLoopPromise<Void>) -> Void) {
      let promises = held
      held = []
      promises.forEach(end)
    }
  }

  /// Answers each request at once.
  private final class Asked: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    static let body = String(repeating: "x", count: 500)
    var writer: AnswerWriter?
    private(set) var count = 0
    private var head: HTTPRequestHead?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head): self.head = head
      case .body: break
      case .end:
        count += 1
        if let head {
          writer?.write(ProbeResponder.Answer(status: 200, body: Self.body), to: head, on: context.channel)
        }
      }
    }
  }
}
