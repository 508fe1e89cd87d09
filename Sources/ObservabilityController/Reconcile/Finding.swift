// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// What a step found, as a condition reports it: a reason from the documented table, and a sentence that names the object
/// and the remedy.
struct Finding: Hashable, Sendable {
  var reason: ConditionReason
  var message: String

  init(_ reason: ConditionReason, _ message: String) {
    self.reason = reason
    self.message = message
  }
}
