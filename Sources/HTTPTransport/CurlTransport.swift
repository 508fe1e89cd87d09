// SPDX-License-Identifier: Apache-2.0

/// HTTP/1.1 over libcurl: streaming bodies with back-pressure, cancellation at every point, deadlines of its own.
///
/// One thread owns one multi handle and is this actor's executor, so every call of libcurl is isolated without a lock.
///
/// - Ordinary requests share a few kept-alive connections per host and wait their turn, first come first served. A
///   request with `ownConnection` gets one that is neither counted nor used again.
/// - If a kept-alive connection turns out to be dead before any byte of the answer came, libcurl sends the request again
///   on a fresh one.
/// - At most 256 KiB of a body wait for the reader; beyond that the socket is not read.
/// - Redirects are not followed, cookies not kept, `.netrc` not read.
/// - Proxies named in the environment are not used: an operator talks to its own cluster, and a `https_proxy` that
///   reached its pod by a platform-wide default would break just that.
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
    executor = try CurlExecutor(userAgent: userAgent, connectionsPerHost: connectionsPerHost)
  }

  deinit { executor.stop() }

  /// Cancels every transfer, closes every connection and refuses what comes after.
  ///
  /// The thread ends with the last reference to the transport.
  public func shutdown() async {
    executor.engine.shutDown()
  }

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
