// SPDX-License-Identifier: Apache-2.0

import Backends
import CorootStub
import Synchronization
import Testing

/// What a check leaves behind that is cut off at any request: the next one ends at the same place.
@Suite struct CorootInterruptionTests {
  static let faults: [CorootServer.Fault] = [
    .refuses, .hangs, .losesAnswer, .answers(500, "text/plain; charset=utf-8", "\n"), .answers(401, "text/plain", "\n"),
  ]

  @Test("A check that fails at any request is made good by the next", arguments: faults, Array(1...14))
  func converges(_ fault: CorootServer.Fault, at position: Int) async throws {
    var fixture = try CorootFixture()
    fixture.demand.viewer = CorootViewer(email: "gate@coroot.local")
    let left = Mutex(position)
    fixture.server.fail { _ in
      left.withLock { left in
        left -= 1
        return left == 0 ? fault : nil
      }
    }
    let interrupted = await fixture.run()
    #expect(interrupted.requests <= 17)
    fixture.server.fail(nil)
    fixture.demand.putAgain = interrupted.putAgain
    fixture.demand.viewer?.session = interrupted.viewerSession
    let second = await fixture.run()
    #expect(second.outcome == .ready, "after \(interrupted.outcome)")
    // Whatever was stored, one of the two has told, so that the caller restarts the server.
    #expect(interrupted.changed.union(second.changed) == [.prometheus, .clickhouse])
    fixture.demand.putAgain = second.putAgain
    fixture.demand.viewer?.session = second.viewerSession
    let third = await fixture.run()
    #expect(third.outcome == .ready && third.changed.isEmpty && third.requests == 8)
    #expect(third.viewerSession?.text == fixture.server.session(of: "gate@coroot.local"))
  }
}
