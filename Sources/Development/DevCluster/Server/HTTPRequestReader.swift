// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// Puts the parts of an HTTP request together.
enum HTTPRequestReader {
  /// What came.
  enum Received {
    case request(APIRequest, keepsAlive: Bool)
    /// The body is longer than it may be; what is left of it was not read.
    case tooLarge

    var keepsAlive: Bool {
      switch self {
      case .request(_, let keepsAlive): keepsAlive
      case .tooLarge: false
      }
    }
  }

  /// The next request of a connection, or nil when the client is done.
  static func next(
    _ parts: inout NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator,
    _ outbound: NIOAsyncChannelOutboundWriter<HTTPPart<HTTPResponseHead, ByteBuffer>>, bodyLimit: Int
  ) async throws -> Received? {
    guard case .head(let head)? = try await parts.next() else { return nil }
    if head.headers["expect"].contains(where: { $0.lowercased() == "100-continue" }) {
      try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: .continue)))
    }
    var body: [UInt8] = []
    while let part = try await parts.next() {
      switch part {
      case .head: return nil
      case .body(let buffer):
        guard body.count + buffer.readableBytes <= bodyLimit else { return .tooLarge }
        body.append(contentsOf: buffer.readableBytesView)
      case .end:
        let request = APIRequest(
          head.method.rawValue, head.uri, headers: head.headers.map { ($0.name, $0.value) }, body: body)
        return .request(request, keepsAlive: head.isKeepAlive)
      }
    }
    return nil
  }
}
