// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ObservabilityController

/// When the status waits for a moment.
@Suite struct StatusDebounceTests {
  /// What a pass found, when, and whether the status then waits.
  typealias Look = (hasChanged: Bool, isSettled: Bool, at: Duration, waits: Bool)

  @Test(
    arguments: [
      ("without a change nothing waits", [(false, false, .zero, false), (false, true, .zero, false)]),
      (
        "a look that comes sooner does not end it",
        [
          (true, false, .zero, true), (false, false, .milliseconds(1), true),
          (false, false, StatusDebounce.time, false),
        ]
      ),
      (
        "it ends at once when all is well, but not with the change itself",
        [(true, true, .zero, true), (false, true, .milliseconds(1), false)]
      ),
      (
        "another change begins it anew",
        [
          (true, false, .zero, true), (true, false, .milliseconds(90), true), (false, false, .milliseconds(110), true),
          (false, false, .milliseconds(190), false),
        ]
      ),
    ] as [(String, [Look])])
  func theStatusWaits(_ name: String, _ looks: [Look]) {
    var debounce = StatusDebounce()
    for look in looks {
      let waits = debounce.waits(hasChanged: look.hasChanged, isSettled: look.isSettled, now: look.at)
      #expect(waits == look.waits, "\(name), at \(look.at)")
      #expect(debounce.isWaiting == look.waits, "\(name), at \(look.at)")
    }
  }

  @Test func changesThatDoNotEndAreNotWaitedFor() {
    var debounce = StatusDebounce()
    var now = Duration.zero
    while debounce.waits(hasChanged: true, isSettled: false, now: now) { now += .milliseconds(50) }
    #expect(now == StatusDebounce.limit)
  }
}
