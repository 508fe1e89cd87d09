// SPDX-License-Identifier: Apache-2.0

import CCurl

/// HTTP/1.1 over libcurl: streaming bodies with back-pressure, cancellation at every point, deadlines of its own.
///
/// One thread owns one multi handle and is this actor's executor, so every call of libcurl is isolated without a lock.
///
/// - Ordinary requests share a few kept-alive connections per host and wait their turn, first come first served. A
///   request with `ownConnection` gets one that is neither shared nor used again.
/// - A kept-alive connection only serves requests with the same TLS options and proxy as the one it was made for.
/// - If a kept-alive connection turns out to be dead before any byte of the answer came, libcurl sends the request again
///   on a fresh one.
/// - At most 256 KiB of a body wait for the reader; beyond that the socket is not read.
/// - Redirects are not followed, cookies not kept, `.netrc` not read.
/// - Proxies named in the environment are not used unless a request names them, see ``ProxyOptions``: an operator talks to
///   its own cluster, and a `https_proxy` that reached its pod by a platform-wide default would break just that.
/// - User name and password in a URL are sent as Basic authentication and never appear in an error.
public actor CurlTransport: HTTPTransport {
  private let executor: CurlExecutor

  /// The thread that owns libcurl's handles.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// Starts the thread.
  ///
  /// - Parameters:
  ///   - userAgent: sent with requests that do not set `User-Agent` themselves.
  ///   - connectionsPerHost: how many ordinary requests go to one host at a time.
  /// - Throws: ``TransportError`` if the system has no thread or file descriptor to give.
  public init(userAgent: String, connectionsPerHost: Int = 4) throws(TransportError) {
    try self.init(userAgent: userAgent, limits: ConnectionLimits(perHost: connectionsPerHost))
  }

  /// Starts the thread.
  ///
  /// - Parameters:
  ///   - userAgent: sent with requests that do not set `User-Agent` themselves.
  ///   - limits: how many connections there may be.
  /// - Throws: ``TransportError`` if the system has no thread or file descriptor to give.
  public init(userAgent: String, limits: ConnectionLimits) throws(TransportError) {
    executor = try CurlExecutor(userAgent: userAgent, limits: limits)
  }

  deinit { executor.stop() }

  /// Cancels every transfer, closes every connection and refuses what comes after.
  ///
  /// The thread ends with the last reference to the transport.
  public func shutdown() async {
    executor.engine.shutDown()
  }

  /// Lets no kept-alive connection of now serve a later request, and closes them: those under the same TLS options and
  /// proxy as a request that is running together with it, when it ends, the others at once.
  ///
  /// For when the certificate authorities or our certificate changed. A request under new TLS options never uses a
  /// connection made under others, so this is about not keeping the old ones open. Connections of a request's own are
  /// left alone.
  public func closeIdleConnections() async {
    executor.engine.closeIdleConnections()
  }

  /// When the thread last came round. It waits for a minute at most, so this is never much older.
  public nonisolated var lastTurn: ContinuousClock.Instant { executor.heartbeat.lastTurn }

  /// Whether the thread has been at one turn, or has let work lie or a deadline pass, for longer than that.
  ///
  /// Cheap, and answers also while the thread hangs: for a liveness probe.
  public nonisolated func isStuck(longerThan limit: Duration) -> Bool {
    executor.heartbeat.isStuck(longerThan: limit, .now)
  }

  /// What the engine holds: for the proof that nothing is left behind.
  var census: Census { executor.engine.census }

  /// Sends the request and returns once the response's head is there; the body streams.
  ///
  /// - Throws: ``TransportError``.
  public func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    let target = try RequestTarget(request)
    guard !Task.isCancelled else { throw .cancelled(.connect, target.host) }
    let id = try executor.engine.submit(request, target)
    let transfer = TransferHandle(id: id, executor: executor)
    // The cancellation call queues behind this job, and so runs after the waiter below is in place.
    let head = await withTaskCancellationHandler {
      await withCheckedContinuation { executor.engine.waitForHead(id, $0) }
    } onCancel: {
      transfer.cancel()
    }
    let (status, headers) = try head.get()
    return HTTPResponse(
      status: status, headers: headers,
      body: HTTPBody { () async throws(TransportError) in try await self.chunk(of: transfer) })
  }

  private func chunk(of transfer: TransferHandle) async throws(TransportError) -> [UInt8]? {
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { executor.engine.waitForChunk(transfer.id, $0) }
    } onCancel: {
      transfer.cancel()
    }
    return try result.get()
  }
}

/// Keeps a transfer alive: when the last reference goes, whatever is left of it ends.
final class TransferHandle: Sendable {
  let id: Int
  private let executor: CurlExecutor

  init(id: Int, executor: CurlExecutor) {
    self.id = id
    self.executor = executor
  }

  deinit {
    let id = id
    executor.call { $0.drop(id) }
  }

  func cancel() {
    let id = id
    executor.call { $0.cancel(id) }
  }
}

extension CurlTransport {
  /// The libraries behind every request with their versions, as they report them themselves: libcurl, its TLS library and
  /// zlib.
  public static var libraries: [(name: String, version: String)] {
    guard let information = ccurl_version()?.pointee else { return [] }
    var libraries = [(name: "libcurl", version: String(cString: information.version))]
    // `OpenSSL/3.0.19`; with several backends the ones not in use stand in parentheses.
    if let tls = information.ssl_version.map({ String(cString: $0) }) {
      for backend in tls.split(separator: " ") where !backend.hasPrefix("(") {
        let parts = backend.split(separator: "/", maxSplits: 1)
        libraries.append((name: String(parts[0]), version: parts.count > 1 ? String(parts[1]) : "unknown"))
      }
    }
    if let zlib = information.libz_version { libraries.append((name: "zlib", version: String(cString: zlib))) }
    return libraries
  }
}
