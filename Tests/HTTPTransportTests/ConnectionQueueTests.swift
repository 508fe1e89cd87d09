// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HTTPTransport

@Suite struct ConnectionQueueTests {
  @Test func servesInOrderAndForgetsWhoLeft() {
    var queue = ConnectionQueue(limit: 2)
    #expect(queue.enter(1, host: "a") == true)
    #expect(queue.enter(2, host: "a") == true)
    #expect(queue.enter(3, host: "a") == false)
    #expect(queue.enter(4, host: "a") == false)
    #expect(queue.enter(5, host: "b") == true)
    #expect(queue.leave(3, host: "a") == nil)
    #expect(queue.leave(1, host: "a") == 4)
    #expect(queue.leave(9, host: "a") == nil)
    #expect(queue.leave(2, host: "a") == nil)
    #expect(queue.leave(4, host: "a") == nil)
    #expect(queue.enter(6, host: "a") == true)
  }
}
