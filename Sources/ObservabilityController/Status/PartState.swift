// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// How one part of an object's result is.
enum PartState: Hashable, Sendable {
  /// As it should be.
  case good(Finding)
  /// Good enough to serve, and on its way to what it should be.
  case updating(Finding)
  /// Not yet, but on its way.
  case progressing(Finding)
  /// Not as it should be.
  case bad(Finding)
  /// Off, since the object does not ask for it: the condition says so, and how to do without; `Ready` does not wait for it.
  case off(Finding)

  var finding: Finding {
    switch self {
    case .good(let finding), .updating(let finding), .progressing(let finding), .bad(let finding), .off(let finding):
      finding
    }
  }

  /// What is wrong, if something is.
  var badFinding: Finding? {
    if case .bad(let finding) = self { finding } else { nil }
  }

  /// Whether nothing is to be waited for.
  var isGood: Bool {
    switch self {
    case .good, .off: true
    case .updating, .progressing, .bad: false
    }
  }

  /// Whether the object does not ask for it.
  var isOff: Bool {
    if case .off = self { true } else { false }
  }

  /// Whether the part serves: what its condition says.
  var isAvailable: Bool {
    switch self {
    case .good, .updating: true
    case .progressing, .bad, .off: false
    }
  }
}

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
