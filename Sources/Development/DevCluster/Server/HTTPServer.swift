// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOHTTP1
import NIOPosix

/// Carries requests over HTTP/1.1 to whatever answers them, with keep-alive and streamed answers.
public struct HTTPServer: Sendable {
  /// Answers one request.
  public typealias Handler = @Sendable (APIRequest) async -> APIResponse
  typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPPart<HTTPResponseHead, ByteBuffer>>
  typealias Listener = NIOAsyncChannel<Connection, Never>

  private let listener: Listener
  private let open: OpenConnections
  private let handler: Handler
  private let bodyLimit: Int
  private let logger: Logger

  /// The port that it listens on.
  public let port: Int
  /// The host that it listens on.
  public let host: String

  /// `http://127.0.0.1:34567`
  public var url: String { "http://\(host):\(port)" }

  /// Begins to listen; requests are answered once ``run()`` runs.
  ///
  /// - Parameters:
  ///   - port: 0 for one that is free.
  ///   - bodyLimit: the largest body in bytes that is read; a longer one is answered with 413.
  /// - Throws: if the address cannot be had.
  public init(
    host: String = "127.0.0.1", port: Int = 0, bodyLimit: Int = 4 << 20,
    logger: Logger = Logger(label: "devcluster.http"),
    handler: @escaping Handler
  ) async throws {
    let open = OpenConnections()
    listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .bind(host: host, port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(ResponsePartHandler())
          let connection = try Connection(wrappingChannelSynchronously: channel)
          open.add(connection)
          return connection
        }
      }
    self.open = open
    self.host = host
    self.port = listener.channel.localAddress?.port ?? port
    self.handler = handler
    self.bodyLimit = bodyLimit
    self.logger = logger
  }

  /// An API server behind HTTP.
  public init(host: String = "127.0.0.1", port: Int = 0, serving server: APIServer) async throws {
    try await self.init(host: host, port: port) { await server.handle($0) }
  }

  /// Answers requests until the task is cancelled; then all connections are closed.
  ///
  /// - Throws: if the listening socket fails.
  public func run() async throws {
    defer { open.close() }
    do {
      try await listen()
    } catch is CancellationError {
      logger.debug("stopped listening", metadata: ["port": "\(port)"])
    }
  }

  private func listen() async throws {
    try await withThrowingDiscardingTaskGroup { group in
      try await listener.executeThenClose { connections in
        for try await connection in connections {
          group.addTask { await serve(connection) }
        }
      }
      group.cancelAll()
    }
  }

  private func serve(_ connection: Connection) async {
    do {
      try await connection.executeThenClose { inbound, outbound in
        var parts = inbound.makeAsyncIterator()
        while let received = try await HTTPRequestReader.next(&parts, outbound, bodyLimit: bodyLimit) {
          let response: APIResponse
          switch received {
          case .request(let request, _): response = await handler(request)
          case .tooLarge:
            response = APIResponse(
              status: 413,
              json: APIStatus(
                code: 413, reason: "RequestEntityTooLarge",
                message: "Request entity too large: limit is \(bodyLimit)"
              ).body)
          }
          guard try await write(response, to: outbound, on: connection.channel, keepsAlive: received.keepsAlive),
            received.keepsAlive
          else { return }
        }
      }
    } catch {
      // The client went away in the middle; there is nobody to tell.
      logger.debug("connection ended", metadata: ["cause": "\(error)"])
    }
  }

  /// Writes an answer; says whether the connection can go on.
  private func write(
    _ response: APIResponse, to outbound: NIOAsyncChannelOutboundWriter<HTTPPart<HTTPResponseHead, ByteBuffer>>,
    on channel: any Channel, keepsAlive: Bool
  ) async throws -> Bool {
    var headers = HTTPHeaders(response.headers.map { ($0.name, $0.value) })
    if !keepsAlive { headers.add(name: "Connection", value: "close") }
    let status = HTTPResponseStatus(statusCode: response.status)
    switch response.body {
    case .closeConnection: return false
    case .bytes(let bytes):
      if response.status != 204 { headers.add(name: "Content-Length", value: String(bytes.count)) }
      try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)))
      let sent = response.cutAfter.map { bytes.prefix(max(0, $0)) } ?? bytes[...]
      if !sent.isEmpty { try await outbound.write(.body(ByteBuffer(bytes: sent))) }
      if response.cutAfter != nil { return false }
      try await outbound.write(.end(nil))
      return true
    case .stream(let stream):
      headers.add(name: "Transfer-Encoding", value: "chunked")
      // A watch ends as soon as its client is gone, not at the next frame.
      channel.closeFuture.whenComplete { _ in stream.cancel() }
      defer { stream.cancel() }
      try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)))
      var left = response.cutAfter ?? .max
      for await frame in stream.frames {
        try await outbound.write(.body(ByteBuffer(bytes: frame.prefix(left))))
        left -= min(left, frame.count)
        if left == 0 { return false }
      }
      try await outbound.write(.end(nil))
      return true
    }
  }
}

/// Turns our answers into what NIO's encoder takes.
private final class ResponsePartHandler: ChannelOutboundHandler {
  typealias OutboundIn = HTTPPart<HTTPResponseHead, ByteBuffer>
  typealias OutboundOut = HTTPServerResponsePart

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let part: HTTPServerResponsePart =
      switch unwrapOutboundIn(data) {
      case .head(let head): .head(head)
      case .body(let buffer): .body(.byteBuffer(buffer))
      case .end(let trailers): .end(trailers)
      }
    context.write(wrapOutboundOut(part), promise: promise)
  }
}
