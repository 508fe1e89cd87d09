// SPDX-License-Identifier: Apache-2.0

import CCurl
import Glibc

/// The multi handle and its transfers. Confined to the thread of ``CurlExecutor``.
final class CurlEngine {
  private var multi: UnsafeMutableRawPointer?
  private var transfers: [Int: Transfer] = [:]
  private var running: [UnsafeMutableRawPointer: Transfer] = [:]
  private var queue: ConnectionQueue
  private var lastID = 0
  private let userAgent: String

  /// libcurl's own set-up, once in a process.
  private static let globalResult = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

  init(userAgent: String, connectionsPerHost: Int) throws(TransportError) {
    guard Self.globalResult == CURLE_OK, let multi = curl_multi_init() else {
      throw .system("curl_multi_init", ENOMEM)
    }
    self.userAgent = userAgent
    self.multi = multi
    queue = ConnectionQueue(limit: connectionsPerHost)
    // Connections in use count too, so it must leave room for watches beside those that wait to be used again.
    _ = ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 64)
    _ = ccurl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
  }

  /// Takes a request on; it starts at once or when its host has a free connection.
  func submit(_ request: HTTPRequest, _ target: RequestTarget) throws(TransportError) -> Int {
    guard multi != nil else { throw .cancelled(.connect, target.host, "the transport is shut down") }
    lastID += 1
    let transfer = Transfer(id: lastID, request, target, now: .now)
    transfers[lastID] = transfer
    if request.ownConnection || queue.enter(lastID, host: target.host) { start(transfer) }
    return lastID
  }

  func waitForHead(_ id: Int, _ waiter: Transfer.HeadWaiter) {
    guard let transfer = transfers[id] else { return waiter.resume(returning: .failure(.cancelled(.connect, ""))) }
    transfer.waitForHead(waiter)
  }

  func waitForChunk(_ id: Int, _ waiter: Transfer.ChunkWaiter) {
    guard let transfer = transfers[id] else { return waiter.resume(returning: .failure(.cancelled(.body, ""))) }
    transfer.waitForChunk(waiter, now: .now)
  }

  /// Ends the transfer; whoever waits for it is told that it was cancelled.
  func cancel(_ id: Int) {
    guard let transfer = transfers[id] else { return }
    end(transfer, .failure(.cancelled(transfer.currentPhase, transfer.host)))
  }

  /// Ends the transfer and forgets it.
  func drop(_ id: Int) {
    cancel(id)
    transfers[id] = nil
  }

  /// Cancels everything and closes every connection.
  func shutDown() {
    for transfer in transfers.values where !transfer.isEnded {
      end(transfer, .failure(.cancelled(transfer.currentPhase, transfer.host, "the transport is shut down")))
    }
    if let multi { curl_multi_cleanup(multi) }
    multi = nil
  }

  /// Moves every transfer as far as it goes without waiting.
  func drive() {
    guard let multi else { return }
    var active: Int32 = 0
    curl_multi_perform(multi, &active)
    var code = CURLE_OK
    while let easy = ccurl_multi_next_done(multi, &code) {
      guard let transfer = running[easy] else { continue }
      end(transfer, transfer.outcome(code))
    }
    let now = ContinuousClock.now
    for transfer in transfers.values {
      if let error = transfer.overdue(now) { end(transfer, .failure(error)) }
    }
  }

  /// Waits until a socket is ready, a deadline is near or the descriptor becomes readable.
  func wait(_ descriptor: Int32) {
    let deadline = transfers.values.compactMap(\.nextDeadline).min()
    let timeout = deadline.map { Self.milliseconds($0 - .now) } ?? 60_000
    guard let multi else {
      var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      poll(&poller, 1, timeout)
      return
    }
    var waiter = curl_waitfd(fd: descriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
    curl_multi_poll(multi, &waiter, 1, timeout, nil)
  }

  /// Rounded up, so that a deadline is never polled for in a busy loop, and a minute at most.
  private static func milliseconds(_ duration: Duration) -> Int32 {
    let (seconds, attoseconds) = duration.components
    guard seconds < 60 else { return 60_000 }
    return max(0, Int32(seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1))
  }

  private func start(_ transfer: Transfer) {
    guard let multi else { return }
    do throws(TransportError) {
      let easy = try transfer.start(userAgent: userAgent, now: .now)
      running[easy] = transfer
      let code = curl_multi_add_handle(multi, easy)
      guard code == CURLM_OK else {
        throw .invalid(transfer.host, String(cString: curl_multi_strerror(code)))
      }
    } catch {
      end(transfer, .failure(error))
    }
  }

  /// Gives back all that the transfer holds, tells whoever waits for it, and lets the next in the queue start.
  private func end(_ transfer: Transfer, _ result: Result<Void, TransportError>) {
    guard !transfer.isEnded else { return }
    if let easy = transfer.easy {
      if let multi { curl_multi_remove_handle(multi, easy) }
      running[easy] = nil
    }
    transfer.end(result)
    let next = queue.leave(transfer.id, host: transfer.host)
    if let next, let transfer = transfers[next] { start(transfer) }
  }
}
