// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import ObservabilityAPI

/// What is worth an Event between two states of the conditions. Pure.
///
/// Told are: `Ready` becoming true, and what becomes wrong, or wrong in another way. What is merely on its way is not: an
/// Event costs a request, and the conditions say it.
enum ConditionEvents {
  /// One Event.
  struct Item: Hashable, Sendable {
    var isWarning: Bool
    var reason: String
    var note: String
  }

  /// Reasons that another condition's Event tells already, or that pass by themselves.
  private static let untold: Set<String> = Set(
    [
      ConditionReason.progressing, .agentsNotReady, .backendNotReady, .invalidSpec, .notImplemented,
      .nodesAlreadyObserved, .childRefused, .immutableFieldChanged, .rollingOut, .notCreated, .podsFailing,
    ].map(\.name))

  static func items(before: ConditionSet, after: ConditionSet) -> [Item] {
    var items: [Item] = []
    for type in [ConditionType.stalled, .metricsBackendReady, .agentsAvailable, .ready] {
      guard let new = after[type.rawValue] else { continue }
      let old = before[type.rawValue]
      guard old?.status != new.status || old?.reason != new.reason else { continue }
      let isBad = (new.status == .isTrue) == (type == .stalled)
      if isBad, type == .stalled || !untold.contains(new.reason) {
        items.append(Item(isWarning: true, reason: new.reason, note: new.message))
      } else if type == .ready, new.status == .isTrue {
        items.append(Item(isWarning: false, reason: new.reason, note: new.message))
      }
    }
    return items
  }
}
