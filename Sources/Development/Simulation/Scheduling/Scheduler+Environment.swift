// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesCore

extension Scheduler {
  /// Time and chance of this simulation, for the runtime under test.
  var environment: RuntimeEnvironment {
    RuntimeEnvironment(
      now: { self.now }, sleep: { try await self.sleep($0) },
      timestamp: {
        let (seconds, attoseconds) = self.now.components
        return Timestamp(
          secondsSinceEpoch: Self.epoch + seconds, nanoseconds: Int32(attoseconds / 1_000_000_000))
      }, random: { self.fraction() })
  }

  /// The time of day at which simulations begin.
  static let epoch: Int64 = 1_700_000_000
}
