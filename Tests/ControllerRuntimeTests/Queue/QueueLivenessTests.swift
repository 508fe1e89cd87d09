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

  @Test func whoWaitsForIdleWaitsForWhatIsReadyOrDueSoon() async {
    let time = TestTime()
    let queue = WorkQueue<String>(name: "test", environment: time.environment)
    let order = Recorded<String>()
    queue.add("a")
    // Immediate: it looks at the queue before this test goes on.
    let idle = Task.immediate {
      await queue.waitUntilIdle()
      order.append("idle")
    }
    order.append("added")
    #expect(await queue.next() == "a")
    queue.done("a")
    await idle.value

    queue.add("b", after: .seconds(5))
    await queue.waitUntilIdle(dueWithin: .seconds(4))
    order.append("nothing due")
    let rest = Task.immediate {
      await queue.waitUntilIdle(dueWithin: .seconds(5))
      order.append("rest")
    }
    order.append("due")
    queue.shutDown()
    await rest.value
    #expect(order.values == ["added", "idle", "nothing due", "due", "rest"])
  }
}
