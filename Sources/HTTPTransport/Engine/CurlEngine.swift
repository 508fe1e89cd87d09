// SPDX-License-Identifier: Apache-2.0

import CCurl
import Glibc

/// The multi handle and its transfers. Confined to the thread of ``CurlExecutor``.
final class CurlEngine {
  private var multi: UnsafeMutableRawPointer?
  private var transfers: [Int: Transfer] = [:]
  private var running: [UnsafeMutableRawPointer: Transfer] = [:]
  private var queue: ConnectionQueue
  private var pools: ConnectionPools
  private var shares: [Int: UnsafeMutableRawPointer] = [:]
  private var lastID = 0
  private let userAgent: String

  /// libcurl's own set-up, once in a process. Its flags make no difference: OpenSSL is what there is to set up.
  private static let globalResult = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

  init(userAgent: String, limits: ConnectionLimits) throws(TransportError) {
    guard Self.globalResult == CURLE_OK, let multi = curl_multi_init() else {
      throw .system("curl_multi_init", ENOMEM)
    }
    self.userAgent = userAgent
    self.multi = multi
    queue = ConnectionQueue(limits)
    pools = ConnectionPools(keptFor: limits.keptFor)
    // Holds for each pool by itself.
    _ = ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, limits.kept)
    _ = ccurl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
  }

  /// Takes a request on; it starts at once or when its host has a free connection.
  func submit(_ request: HTTPRequest, _ target: RequestTarget) throws(TransportError) -> Int {
    guard multi != nil else { throw .cancelled(.connect, target.host, "the transport is shut down") }
    lastID += 1
    let transfer = Transfer(id: lastID, request, target, now: .now)
    switch queue.enter(lastID, host: target.host, own: request.ownConnection) {
    case .starts:
      transfers[lastID] = transfer
      start(transfer)
    case .waits: transfers[lastID] = transfer
    case .refused:
      let cause = "connect: as many requests as are allowed have a connection of their own"
      throw TransportError(kind: .unreachable, phase: .connect, host: target.host, cause: cause)
    }
    return lastID
  }

  /// What the engine holds.
  var census: Census {
    Census(
      transfers: transfers.count, running: running.count, waiting: queue.waitingCount, pools: pools.count,
      phases: running.values.map(\.step.phase))
  }

  /// Closes the pools without a user; the others when their last user is done.
  func closeIdleConnections() { close(pools.retireAll()) }

  func waitForHead(_ id: Int, _ waiter: Transfer.HeadWaiter) {
    guard let transfer = transfers[id] else { return waiter.resume(returning: .failure(.cancelled(.connect, ""))) }
    transfer.waitForHead(waiter)
  }

  func waitForChunk(_ id: Int, _ waiter: Transfer.ChunkWaiter) {
    guard let transfer = transfers[id] else { return waiter.resume(returning: .failure(.cancelled(.body, ""))) }
    transfer.waitForChunk(waiter, now: .now)
  }

  /// Ends the transfer; its waiter gets a cancellation error.
  func cancel(_ id: Int) {
    guard let transfer = transfers[id] else { return }
    end(transfer, .failure(.cancelled(transfer.step.phase, transfer.host)))
  }

  /// Ends the transfer and forgets it.
  func drop(_ id: Int) {
    cancel(id)
    transfers[id] = nil
  }

  /// Cancels everything and closes every connection.
  func shutDown() {
    for transfer in transfers.values where !transfer.isEnded {
      end(transfer, .failure(.cancelled(transfer.step.phase, transfer.host, "the transport is shut down")))
    }
    closeIdleConnections()
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
    close(pools.expire(now))
  }

  /// When there is something to do next, even if nothing happens until then.
  var nextTurn: ContinuousClock.Instant {
    let deadlines = transfers.values.compactMap(\.nextDeadline) + [pools.nextExpiry].compactMap(\.self)
    return min(deadlines.min() ?? .now + .seconds(60), .now + .seconds(60))
  }

  /// Waits until a socket is ready, the instant has come or the descriptor becomes readable.
  func wait(_ descriptor: Int32, until instant: ContinuousClock.Instant) {
    let timeout = Self.milliseconds(instant - .now)
    guard let multi else {
      var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      poll(&poller, 1, timeout)
      return
    }
    var waiter = curl_waitfd(fd: descriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
    curl_multi_poll(multi, &waiter, 1, timeout, nil)
  }

  /// Rounded up, so that a deadline is never polled for in a busy loop.
  private static func milliseconds(_ duration: Duration) -> Int32 {
    let (seconds, attoseconds) = duration.components
    let whole = min(max(seconds, 0), 86_400) * 1000
    return max(0, Int32(clamping: whole + attoseconds / 1_000_000_000_000_000 + 1))
  }

  private func start(_ transfer: Transfer) {
    guard let multi else { return }
    do throws(TransportError) {
      let share = try transfer.isOwn ? nil : enterPool(transfer)
      let easy = try transfer.start(userAgent: userAgent, pool: share, now: .now)
      running[easy] = transfer
      let code = curl_multi_add_handle(multi, easy)
      guard code == CURLM_OK else {
        throw .invalid(transfer.host, String(cString: curl_multi_strerror(code)))
      }
    } catch {
      end(transfer, .failure(error))
    }
  }

  private func enterPool(_ transfer: Transfer) throws(TransportError) -> UnsafeMutableRawPointer? {
    let (pool, isNew, closed) = pools.enter(transfer.poolKey, .now)
    transfer.pool = pool
    close(closed)
    if isNew { shares[pool] = ccurl_pool() }
    guard let share = shares[pool] else { throw .system("curl_share_init", ENOMEM) }
    return share
  }

  private func close(_ pools: [Int]) {
    // Refused only while a transfer uses it, and none does.
    for pool in pools { curl_share_cleanup(shares.removeValue(forKey: pool)) }
  }

  /// Frees everything that the transfer holds, resumes its waiter, and starts the next in the queue.
  private func end(_ transfer: Transfer, _ result: Result<Void, TransportError>) {
    guard !transfer.isEnded else { return }
    if let easy = transfer.easy {
      if let multi { curl_multi_remove_handle(multi, easy) }
      running[easy] = nil
    }
    transfer.end(result)
    if let pool = transfer.pool { close(pools.leave(pool, .now)) }
    transfer.pool = nil
    let next = queue.leave(transfer.id)
    if let next, let transfer = transfers[next] { start(transfer) }
  }
}

/// What an engine holds at a moment.
struct Census: Equatable, Sendable {
  /// Requests whose response somebody still holds, whether or not they have ended.
  var transfers = 0
  /// Those of them that libcurl works on.
  var running = 0
  /// Those of them that wait for a connection.
  var waiting = 0
  /// Pools of kept-alive connections.
  var pools = 0
  /// Where those stand that libcurl works on, in no order.
  var phases: [TransportError.Phase] = []
}
