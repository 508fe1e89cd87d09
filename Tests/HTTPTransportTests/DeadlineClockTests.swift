// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HTTPTransport

@Suite struct DeadlineClockTests {
  private let start = ContinuousClock.now
  private let deadlines = Deadlines(connect: .seconds(5), total: .seconds(60), idle: .seconds(30))

  @Test func connectThenIdleThenTotal() {
    var clock = DeadlineClock(deadlines, start: start)
    #expect(clock.next(isPaused: false)?.name == .total)
    clock.began(start + .seconds(1))
    #expect(clock.next(isPaused: false)?.cause(in: "tls") == "tls: timed out after 5s")
    #expect(clock.next(isPaused: false)?.instant == start + .seconds(6))
    clock.connected(start + .seconds(2))
    #expect(clock.next(isPaused: false)?.cause(in: "body") == "body: no byte for 30s")
    #expect(clock.next(isPaused: true)?.cause(in: "body") == "body: not finished 60s after the start")
    clock.touched(start + .seconds(40))
    #expect(clock.next(isPaused: false)?.name == .total)
  }

  @Test func onlyNewBytesCount() {
    var clock = DeadlineClock(deadlines, start: start)
    clock.connected(start)
    #expect(clock.moved(uploaded: 5, downloaded: 0, start + .seconds(1)) == true)
    #expect(clock.moved(uploaded: 5, downloaded: 0, start + .seconds(9)) == false)
    #expect(clock.next(isPaused: false)?.instant == start + .seconds(31))
  }

  @Test(arguments: [
    (Duration.milliseconds(250), "250ms"), (.seconds(5), "5s"), (.milliseconds(1500), "1.5s"), (.zero, "0ms"),
  ])
  func shortText(_ duration: Duration, _ text: String) {
    #expect(duration.short == text)
  }
}
