// SPDX-License-Identifier: Apache-2.0

/// Which pool of kept-alive connections a request draws from, and when a pool is closed.
///
/// There is one pool for each set of TLS options, proxy and refusal of addresses, so a connection that was verified by one certificate
/// authority, or that showed one client certificate, never serves a request that names another.
struct ConnectionPools {
  /// What two requests must have in common to share a connection; hosts are told apart by libcurl.
  struct Key: Hashable {
    /// Nil if nothing of the way is encrypted.
    let tls: TLSOptions?
    let proxy: ProxyTarget?
    let refusesLinkLocal: Bool

    init(_ request: HTTPRequest, _ target: RequestTarget) {
      proxy = target.proxy
      refusesLinkLocal = request.refusesLinkLocal
      tls = target.isTLS || target.proxy?.isTLS == true ? request.tls : nil
    }
  }

  private struct Pool {
    /// Nil once no new request may draw from it.
    var key: Key?
    var users = 0
    var idleSince: ContinuousClock.Instant
  }

  /// The most pools: client certificates may be renewed every few minutes.
  static let limit = 32

  private let keptFor: Duration
  private var pools: [Int: Pool] = [:]
  private var byKey: [Key: Int] = [:]
  private var lastID = 0

  init(keptFor: Duration) {
    self.keptFor = keptFor
  }

  /// How many pools are open.
  var count: Int { pools.count }

  /// The pool for such a request, whether it is new, and which ones are to be closed for it.
  mutating func enter(
    _ key: Key, _ now: ContinuousClock.Instant
  ) -> (pool: Int, isNew: Bool, closed: [Int]) {
    if let id = byKey[key] {
      pools[id]?.users += 1
      return (id, false, [])
    }
    var closed: [Int] = []
    if pools.count >= Self.limit,
      let oldest = pools.filter({ $0.value.users == 0 }).min(by: { $0.value.idleSince < $1.value.idleSince })
    {
      closed = close([oldest.key])
    }
    lastID += 1
    pools[lastID] = Pool(key: key, users: 1, idleSince: now)
    byKey[key] = lastID
    return (lastID, true, closed)
  }

  /// A transfer is done with its pool; the pools to close now.
  mutating func leave(_ id: Int, _ now: ContinuousClock.Instant) -> [Int] {
    guard var pool = pools[id] else { return [] }
    pool.users -= 1
    pool.idleSince = now
    pools[id] = pool
    return pool.users == 0 && pool.key == nil ? close([id]) : []
  }

  /// No connection of now serves a later request; the pools to close now, the others are closed by who leaves last.
  mutating func retireAll() -> [Int] {
    byKey = [:]
    for id in pools.keys { pools[id]?.key = nil }
    return close(pools.filter { $0.value.users == 0 }.map(\.key))
  }

  /// The pools that have been idle for long enough, to be closed now.
  mutating func expire(_ now: ContinuousClock.Instant) -> [Int] {
    close(pools.filter { $0.value.users == 0 && $0.value.idleSince + keptFor <= now }.map(\.key))
  }

  /// When the next pool expires, if none is used until then.
  var nextExpiry: ContinuousClock.Instant? {
    pools.values.filter { $0.users == 0 }.map { $0.idleSince + keptFor }.min()
  }

  private mutating func close(_ ids: [Int]) -> [Int] {
    for id in ids {
      if let key = pools.removeValue(forKey: id)?.key { byKey[key] = nil }
    }
    return ids
  }
}
