// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ControllerRuntime

@Suite struct QueueLivenessTests {
  @Test func aCandidateThatDoesNotLeadIsNotStuck() async {
    let time = TestTime()
    let queue = WorkQueue<String>(name: "test", environment: time.environment)
    queue.add("a")
    queue.add("b")
    time.advance(by: .seconds(7200))
    #expect(queue.stuck() == nil, "nobody was to work yet")
    #expect(await queue.next() == "a")
    #expect(queue.stuck() == nil, "it has just begun to lead")
    time.advance(by: .seconds(601))
    #expect(queue.longestWait == .seconds(601))
    #expect(queue.stuck() != nil)
  }
}
