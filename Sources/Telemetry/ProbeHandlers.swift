// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// Ends a connection whose request is too long, one whose request does not come to its end in time however many bytes
/// trickle in, and one that is silent too long.
final class RequestLimitHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let limit: Int
  private let deadline: TimeAmount
  private let ticket: ConnectionGate.Ticket
  private var received = 0
  private var refused = false
  private var isFirst = true

  init(limit: Int, deadline: TimeAmount, ticket: ConnectionGate.Ticket) {
    (self.limit, self.deadline, self.ticket) = (limit, deadline, ticket)
  }

  func handlerAdded(context: ChannelHandlerContext) {
    // Who connects has something to ask.
    closeInTime(context.channel)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !refused else { return }
    if received == 0, !isFirst { closeInTime(context.channel) }
    isFirst = false
    received += unwrapInboundIn(data).readableBytes
    guard received > limit else { return context.fireChannelRead(data) }
    refused = true
    let answer = "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    let closing = context.eventLoop.makePromise(of: Void.self)
    let channel = context.channel
    closing.futureResult.whenComplete { _ in channel.close(promise: nil) }
    context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(string: answer)), promise: closing)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    // An answer goes out, so what comes next belongs to another request.
    if !refused { received = 0 }
    ticket.waits()
    context.write(data, promise: promise)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is IdleStateHandler.IdleStateEvent {
      context.close(promise: nil)
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }

  private func closeInTime(_ channel: any Channel) {
    let (ticket, turn) = (ticket, ticket.turn)
    channel.eventLoop.scheduleTask(in: deadline) {
      if ticket.turn == turn { channel.close(promise: nil) }
    }
  }
}

/// Gives each request to the responder and writes what it answers.
final class ProbeHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let responder: ProbeResponder
  private let ticket: ConnectionGate.Ticket
  private var head: HTTPRequestHead?

  init(responder: ProbeResponder, ticket: ConnectionGate.Ticket) {
    (self.responder, self.ticket) = (responder, ticket)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body: break
    case .end:
      guard let head else { return }
      self.head = nil
      ticket.isAnswered()
      let (channel, responder) = (context.channel, responder)
      channel.eventLoop.makeFutureWithTask {
        await responder.answer(method: head.method.rawValue, target: head.uri)
      }.whenSuccess { answer in Self.write(answer, to: head, on: channel) }
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private static func write(_ answer: ProbeResponder.Answer, to request: HTTPRequestHead, on channel: any Channel) {
    var headers = HTTPHeaders([
      ("Content-Type", answer.type), ("Content-Length", String(answer.body.utf8.count)),
      ("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-cache, private"),
    ])
    if let allow = answer.allow { headers.add(name: "Allow", value: allow) }
    if !request.isKeepAlive { headers.add(name: "Connection", value: "close") }
    let status = HTTPResponseStatus(statusCode: answer.status)
    let head = HTTPResponseHead(version: request.version, status: status, headers: headers)
    channel.write(HTTPServerResponsePart.head(head), promise: nil)
    if request.method != .HEAD {
      let body = channel.allocator.buffer(string: answer.body)
      channel.write(HTTPServerResponsePart.body(.byteBuffer(body)), promise: nil)
    }
    let last = channel.writeAndFlush(HTTPServerResponsePart.end(nil))
    if !request.isKeepAlive { last.whenComplete { _ in channel.close(promise: nil) } }
  }
}
