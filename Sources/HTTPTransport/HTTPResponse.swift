// SPDX-License-Identifier: Apache-2.0

/// The head of a response, and its body as a stream.
public struct HTTPResponse: Sendable {
  /// The status code.
  public let status: Int
  /// The header fields, in the order in which they came.
  public let headers: [HTTPField]
  /// The body; to be read once.
  public let body: HTTPBody

  /// A response made of its parts, for transports.
  public init(status: Int, headers: [HTTPField], body: HTTPBody) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The first field of that name, compared without regard to case.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}

/// The body of a response as it comes in, in chunks of whatever size the network gave.
///
/// Read it once, to its end or until you no longer need it; dropping the iterator ends the transfer.
public struct HTTPBody: AsyncSequence, Sendable {
  /// A chunk.
  public typealias Element = [UInt8]
  /// What reading throws.
  public typealias Failure = TransportError

  private let next: @Sendable () async throws(TransportError) -> [UInt8]?

  /// A body whose chunks come from a function that yields nil at the end.
  public init(next: @escaping @Sendable () async throws(TransportError) -> [UInt8]?) {
    self.next = next
  }

  /// An iterator over the chunks.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let body: HTTPBody

    /// The next chunk, or nil at the end.
    public mutating func next() async throws(TransportError) -> [UInt8]? {
      try await body.next()
    }

    /// The next chunk, or nil at the end.
    public mutating func next(isolation actor: isolated (any Actor)?) async throws(TransportError) -> [UInt8]? {
      try await body.next()
    }
  }

  /// An iterator; all of a body's share one place in it.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(body: self)
  }

  /// The whole body.
  ///
  /// The request's `bodyLimit` bounds it.
  public func collect() async throws(TransportError) -> [UInt8] {
    var bytes: [UInt8] = []
    while let chunk = try await next() { bytes.append(contentsOf: chunk) }
    return bytes
  }
}
