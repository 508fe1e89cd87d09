// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import Synchronization

/// Counts connections and refuses those beyond a limit.
final class ConnectionGate: Sendable {
  private let open = Mutex(0)
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  func admit(_ channel: any Channel) throws {
    let admitted = open.withLock { count in
      guard count < limit else { return false }
      count += 1
      return true
    }
    guard admitted else { throw ChannelError.operationUnsupported }
    channel.closeFuture.whenComplete { _ in self.open.withLock { $0 -= 1 } }
  }
}

/// Ends a connection whose request is too long, and one that is silent too long.
final class RequestLimitHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let limit: Int
  private var received = 0
  private var refused = false

  init(limit: Int) { self.limit = limit }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !refused else { return }
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
    context.write(data, promise: promise)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is IdleStateHandler.IdleStateEvent {
      context.close(promise: nil)
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }
}

/// Gives each request to the responder and writes what it answers.
final class ProbeHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let responder: ProbeResponder
  private var head: HTTPRequestHead?

  init(responder: ProbeResponder) { self.responder = responder }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body: break
    case .end:
      guard let head else { return }
      self.head = nil
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
