// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HTTPTransport

@Suite struct ConnectionPoolsTests {
  private let start = ContinuousClock.now
  private var pools = ConnectionPools(keptFor: .seconds(60))

  private func key(_ url: String = "https://a.b", ca: String = "one", proxy: String? = nil) throws
    -> ConnectionPools.Key
  {
    let request = HTTPRequest(
      url: url, tls: TLSOptions(certificateAuthorities: Array(ca.utf8)), proxy: proxy.map { ProxyOptions(url: $0) })
    return ConnectionPools.Key(request, try RequestTarget(request))
  }

  @Test func whatTellsPoolsApart() throws {
    #expect(try key() == key("https://c.d"))
    #expect(try key() != key(ca: "two"))
    #expect(try key() != key(proxy: "http://p:1"))
    #expect(try key(proxy: "http://u:a@p:1") != key(proxy: "http://u:b@p:1"))
    #expect(try key("http://a.b", ca: "one") == key("http://a.b", ca: "two"))
    // The way to an encrypted proxy is verified too.
    #expect(try key("http://a.b", ca: "one", proxy: "https://p") != key("http://a.b", ca: "two", proxy: "https://p"))
  }

  @Test mutating func sharedWhileNothingChanges() throws {
    let first = try pools.enter(key(), start)
    #expect(first.isNew)
    let second = try pools.enter(key(), start)
    #expect(second.pool == first.pool)
    #expect(!second.isNew)
    let other = try pools.enter(key(ca: "two"), start)
    #expect(other.isNew)
    #expect(other.pool != first.pool)
    #expect(pools.nextExpiry == nil)
  }

  @Test mutating func closedOnceNobodyUsedItForLong() throws {
    let pool = try pools.enter(key(), start).pool
    #expect(pools.expire(start + .seconds(100)).isEmpty)
    #expect(pools.leave(pool, start + .seconds(100)).isEmpty)
    #expect(pools.nextExpiry == start + .seconds(160))
    #expect(pools.expire(start + .seconds(159)).isEmpty)
    #expect(pools.expire(start + .seconds(160)) == [pool])
    #expect(pools.count == 0)
    #expect(try pools.enter(key(), start).isNew)
  }

  @Test mutating func retiredOnesCloseWithTheirLastUser() throws {
    let busy = try pools.enter(key(), start).pool
    let idle = try pools.enter(key(ca: "two"), start).pool
    _ = pools.leave(idle, start)
    #expect(pools.retireAll() == [idle])
    let next = try pools.enter(key(), start)
    #expect(next.isNew)
    #expect(pools.leave(busy, start) == [busy])
    #expect(pools.leave(next.pool, start).isEmpty)
    #expect(pools.count == 1)
  }

  @Test mutating func bounded() throws {
    var ids: [Int] = []
    for index in 0..<ConnectionPools.limit {
      let now = start + .milliseconds(index)
      let id = try pools.enter(key(ca: "\(index)"), now).pool
      ids.append(id)
      // The first stays in use.
      if index > 0 { _ = pools.leave(id, now) }
    }
    #expect(try pools.enter(key(ca: "one more"), start).closed == [ids[1]])
    #expect(pools.count == ConnectionPools.limit)
  }
}
