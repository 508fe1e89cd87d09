// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import Testing

@testable import ControllerRuntime

@Suite struct WatchResumptionTests {
  /// A machine whose watch could not be taken up again.
  private func failing(_ error: KubernetesError) -> ReflectorStateMachine {
    var machine = ReflectorStateMachine()
    _ = machine.start(random: 0)
    _ = machine.listed(ObjectList(items: [], resourceVersion: "7", continueToken: nil))
    _ = machine.replaced(random: 0)
    _ = machine.failed(error, now: .zero, random: 0)
    return machine
  }

  @Test func aWatchTakenUpAgainIsWellBeforeItHasNews() {
    for error in [KubernetesError.reset, .status(429, "TooManyRequests")] {
      var machine = failing(error)
      #expect(machine.state == .failing(error, attempts: 1))
      machine.opened()
      #expect(machine.state == .synced)
    }
  }

  @Test func anErrorInTheFirstFrameIsNotForgottenBetweenTwoTries() {
    var machine = failing(.unavailable)
    machine.opened()
    #expect(machine.state == .failing(.unavailable, attempts: 1))
  }
}
