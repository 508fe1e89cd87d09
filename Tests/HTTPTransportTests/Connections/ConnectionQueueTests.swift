// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HTTPTransport

@Suite struct ConnectionQueueTests {
  @Test func servesInOrderAndForgetsWhoLeft() {
    var queue = ConnectionQueue(ConnectionLimits(perHost: 2))
    #expect(queue.enter(1, host: "a", own: false) == .starts)
    #expect(queue.enter(2, host: "a", own: false) == .starts)
    #expect(queue.enter(3, host: "a", own: false) == .waits)
    #expect(queue.enter(4, host: "a", own: false) == .waits)
    #expect(queue.enter(5, host: "b", own: false) == .starts)
    #expect(queue.waitingCount == 2)
    #expect(queue.leave(3) == nil)
    #expect(queue.leave(1) == 4)
    #expect(queue.leave(9) == nil)
    #expect(queue.leave(2) == nil)
    #expect(queue.leave(4) == nil)
    #expect(queue.enter(6, host: "a", own: false) == .starts)
    #expect(queue.waitingCount == 0)
  }

  @Test func theTotalHoldsAcrossHosts() {
    var queue = ConnectionQueue(ConnectionLimits(perHost: 2, total: 3))
    for (id, host) in [(1, "a"), (2, "a"), (3, "b")] { #expect(queue.enter(id, host: host, own: false) == .starts) }
    #expect(queue.enter(4, host: "a", own: false) == .waits)
    #expect(queue.enter(5, host: "c", own: false) == .waits)
    // The first in the line has no room at its host, so the next one goes.
    #expect(queue.leave(3) == 5)
    #expect(queue.leave(5) == nil)
    #expect(queue.leave(1) == 4)
  }

  @Test func ownConnectionsCountByThemselves() {
    var queue = ConnectionQueue(ConnectionLimits(perHost: 1, own: 2))
    #expect(queue.enter(1, host: "a", own: true) == .starts)
    #expect(queue.enter(2, host: "a", own: true) == .starts)
    #expect(queue.enter(3, host: "b", own: true) == .refused)
    #expect(queue.enter(4, host: "a", own: false) == .starts)
    #expect(queue.leave(1) == nil)
    #expect(queue.enter(5, host: "b", own: true) == .starts)
  }
}
