// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import Synchronization

/// Carries requests to an API server in this process, without a socket. An answer that a fault cuts breaks at that byte
/// here too.
public struct InProcessTransport: HTTPTransport {
  let server: APIServer

  /// A transport to that server.
  public init(_ server: APIServer) {
    self.server = server
  }

  /// Hands the request to the server and its answer back.
  public func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    let parts = request.url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 4 else { throw Self.error(.invalidRequest, "not a URL") }
    let answer = await server.handle(
      APIRequest(
        request.method, "/" + parts[3], headers: request.headers.map { ($0.name, $0.value) },
        body: request.body ?? []))
    let headers = answer.headers.map { HTTPField($0.name, $0.value) }
    switch answer.body {
    case .bytes(let bytes):
      let body = Self.body([bytes])
      return HTTPResponse(status: answer.status, headers: headers, body: Self.cut(body, after: answer.cutAfter))
    case .closeConnection:
      if Task.isCancelled { throw Self.error(.cancelled, "cancelled") }
      throw Self.error(.broken, "the connection was closed")
    case .stream(let stream):
      let frames = FrameReader(stream)
      let body = HTTPBody { () async throws(TransportError) in
        let frame = await withTaskCancellationHandler {
          await frames.next()
        } onCancel: {
          stream.cancel()
        }
        if Task.isCancelled { throw Self.error(.cancelled, "cancelled") }
        return frame
      }
      return HTTPResponse(status: answer.status, headers: headers, body: Self.cut(body, after: answer.cutAfter))
    }
  }

  /// A body made of chunks.
  public static func body(_ chunks: [[UInt8]]) -> HTTPBody {
    let rest = ChunkList(chunks)
    return HTTPBody { () async throws(TransportError) in await rest.next() }
  }

  /// The body up to so many bytes, and the end of its connection then.
  private static func cut(_ body: HTTPBody, after bytes: Int?) -> HTTPBody {
    guard let bytes else { return body }
    let left = Mutex(bytes)
    return HTTPBody { () async throws(TransportError) in
      guard left.withLock({ $0 }) > 0 else { throw error(.broken, "the connection was cut", .body) }
      var chunks = body.makeAsyncIterator()
      guard let chunk = try await chunks.next() else { return nil }
      return left.withLock { left in
        defer { left -= min(left, chunk.count) }
        return Array(chunk.prefix(left))
      }
    }
  }

  static func error(
    _ kind: TransportError.Kind, _ cause: String, _ phase: TransportError.Phase = .firstByte
  ) -> TransportError {
    TransportError(kind: kind, phase: phase, host: "in-process", cause: cause)
  }
}

private actor ChunkList {
  private var chunks: ArraySlice<[UInt8]>

  init(_ chunks: [[UInt8]]) {
    self.chunks = chunks[...]
  }

  func next() -> [UInt8]? { chunks.popFirst() }
}

/// Ends the watch when nobody reads it any longer.
private final class FrameReader: Sendable {
  private let reader: Reader
  private let cancel: @Sendable () -> Void

  init(_ stream: DevCluster.WatchStream) {
    reader = Reader(stream.frames)
    cancel = stream.cancel
  }

  deinit { cancel() }

  func next() async -> [UInt8]? { await reader.next() }

  private actor Reader {
    private var frames: AsyncStream<[UInt8]>.AsyncIterator?

    init(_ stream: AsyncStream<[UInt8]>) {
      frames = stream.makeAsyncIterator()
    }

    func next() async -> [UInt8]? {
      guard var iterator = frames else { return nil }
      frames = nil
      let frame = await iterator.next(isolation: self)
      frames = iterator
      return frame
    }
  }
}
