// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HTTPTransport

@Suite struct HeadParserTests {
  private func parse(_ lines: [String]) throws -> Transfer.Head? {
    var parser = HeadParser()
    var head: Transfer.Head?
    for line in lines { head = try Array((line + "\r\n").utf8).withUnsafeBufferPointer { try parser.take($0) } ?? head }
    return head
  }

  @Test func passesOverInterimResponses() throws {
    let head = try parse([
      "HTTP/1.1 103 Early Hints", "Link: x", "", "HTTP/1.1 200 OK", "A: 1", "b:  two words ", "Empty:", "",
    ])
    #expect(head?.status == 200)
    #expect(head?.headers == [HTTPField("A", "1"), HTTPField("b", "two words"), HTTPField("Empty", "")])
  }

  @Test func boundsNumberAndSize() {
    #expect(throws: HeadParser.TooLarge.self) {
      try parse(["HTTP/1.1 200 OK"] + (0...HeadParser.fieldLimit).map { "x-\($0): y" })
    }
    #expect(throws: HeadParser.TooLarge.self) {
      try parse(["HTTP/1.1 200 OK", "x: " + String(repeating: "y", count: HeadParser.byteLimit)])
    }
  }
}

@Suite struct ConnectionQueueTests {
  @Test func servesInOrderAndForgetsWhoLeft() {
    var queue = ConnectionQueue(limit: 2)
    #expect(queue.enter(1, host: "a"))
    #expect(queue.enter(2, host: "a"))
    #expect(!queue.enter(3, host: "a"))
    #expect(!queue.enter(4, host: "a"))
    #expect(queue.enter(5, host: "b"))
    #expect(queue.leave(3, host: "a") == nil)
    #expect(queue.leave(1, host: "a") == 4)
    #expect(queue.leave(9, host: "a") == nil)
    #expect(queue.leave(2, host: "a") == nil)
    #expect(queue.leave(4, host: "a") == nil)
    #expect(queue.enter(6, host: "a"))
  }
}

@Suite struct DeadlineClockTests {
  private let start = ContinuousClock.now
  private let deadlines = Deadlines(connect: .seconds(5), total: .seconds(60), idle: .seconds(30))

  @Test func connectThenIdleThenTotal() {
    var clock = DeadlineClock(deadlines, start: start)
    #expect(clock.next(isPaused: false)?.name == .total)
    clock.began(start + .seconds(1))
    #expect(clock.next(isPaused: false)?.cause(in: .tls) == "tls: timed out after 5s")
    #expect(clock.next(isPaused: false)?.instant == start + .seconds(6))
    clock.connected(start + .seconds(2))
    #expect(clock.next(isPaused: false)?.cause(in: .body) == "idle: no byte for 30s")
    #expect(clock.next(isPaused: true)?.cause(in: .body) == "total: not finished after 60s")
    clock.touched(start + .seconds(40))
    #expect(clock.next(isPaused: false)?.name == .total)
  }

  @Test func onlyNewBytesCount() {
    var clock = DeadlineClock(deadlines, start: start)
    clock.connected(start)
    #expect(clock.moved(uploaded: 5, downloaded: 0, start + .seconds(1)))
    #expect(!clock.moved(uploaded: 5, downloaded: 0, start + .seconds(9)))
    #expect(clock.next(isPaused: false)?.instant == start + .seconds(31))
  }

  @Test(arguments: [
    (Duration.milliseconds(250), "250ms"), (.seconds(5), "5s"), (.milliseconds(1500), "1.5s"), (.zero, "0ms"),
  ])
  func shortText(_ duration: Duration, _ text: String) {
    #expect(duration.short == text)
  }
}
