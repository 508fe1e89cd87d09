// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import ObservabilityAPI

/// The Events for a change of the conditions. Pure.
///
/// Reported are `Ready` becoming true, and each fault when it appears or changes its reason. Progress is not: an Event
/// costs a request, and the conditions report it.
enum ConditionEvents {
  /// One Event.
  struct Item: Hashable, Sendable {
    var isWarning: Bool
    var reason: String
    var note: String
  }

  /// Reasons that another condition's Event reports already, or that pass by themselves.
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
