// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// Closes a connection whose request is too long, or not complete in time however steadily it trickles, and one that is
/// silent too long.
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
    // A peer that connects has something to ask.
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

/// Passes each request to the responder and writes its answer.
final class ProbeHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let responder: ProbeResponder
  private let writer: AnswerWriter
  private var head: HTTPRequestHead?

  init(responder: ProbeResponder, writer: AnswerWriter) {
    (self.responder, self.writer) = (responder, writer)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body: break
    case .end:
      guard let head else { return }
      self.head = nil
      writer.ticket.isAsked()
      let (channel, responder, writer) = (context.channel, responder, writer)
      channel.eventLoop.makeFutureWithTask {
        await responder.answer(method: head.method.rawValue, target: head.uri)
      }.whenSuccess { answer in writer.write(answer, to: head, on: channel) }
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}

/// Writes answers, one at a time for each connection.
///
/// NIO's pipelining handler passes on the next request when the end of an answer is written. So the end, which has no bytes,
/// is written only after the system has taken all bytes before it: a peer that sends request upon request and reads nothing
/// makes the server hold one answer. A peer that does not take an answer in time is cut off.
struct AnswerWriter: Sendable {
  let ticket: ConnectionGate.Ticket
  /// How long a peer may take over one answer.
  let deadline: TimeAmount

  /// Writes an answer; to be called on the channel's event loop.
  func write(_ answer: ProbeResponder.Answer, to request: HTTPRequestHead, on channel: any Channel) {
    let hasBody = request.method != .HEAD && !answer.body.isEmpty
    ticket.isWritten(bytes: hasBody ? answer.body.utf8.count : 0)
    let head = HTTPServerResponsePart.head(Self.head(of: answer, to: request))
    let taken: EventLoopFuture<Void>
    if hasBody {
      channel.write(head, promise: nil)
      let body = channel.allocator.buffer(string: answer.body)
      taken = channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(body)))
    } else {
      taken = channel.writeAndFlush(head)
    }
    let stalled = channel.eventLoop.scheduleTask(in: deadline) { channel.close(promise: nil) }
    taken.whenComplete { result in
      stalled.cancel()
      ticket.isTaken()
      guard case .success = result else { return }
      let end = channel.writeAndFlush(HTTPServerResponsePart.end(nil))
      if !request.isKeepAlive { end.whenComplete { _ in channel.close(promise: nil) } }
    }
  }

  private static func head(of answer: ProbeResponder.Answer, to request: HTTPRequestHead) -> HTTPResponseHead {
    var headers = HTTPHeaders([
      ("Content-Type", answer.type), ("Content-Length", String(answer.body.utf8.count)),
      ("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-cache, private"),
    ])
    if let allow = answer.allow { headers.add(name: "Allow", value: allow) }
    if !request.isKeepAlive { headers.add(name: "Connection", value: "close") }
    return HTTPResponseHead(
      version: request.version, status: HTTPResponseStatus(statusCode: answer.status), headers: headers)
  }
}
