// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import ObservabilityAPI

/// What is worth an Event between two states of the conditions. Pure.
///
/// Told are: `Ready` becoming true, and what becomes wrong or wrong in another way. What is merely on its way is not:
/// an Event costs a request, and the conditions say it.
enum ConditionNews {
  struct Item: Hashable, Sendable {
    var isWarning: Bool
    var reason: String
    var note: String
  }

  static func items(before: ConditionSet, after: ConditionSet, isProgressing: (ConditionType) -> Bool) -> [Item] {
    var items: [Item] = []
    func changed(_ type: ConditionType) -> (old: Condition?, new: Condition)? {
      guard let new = after[type.rawValue] else { return nil }
      let old = before[type.rawValue]
      return old?.status == new.status && old?.reason == new.reason ? nil : (old, new)
    }
    if let (_, stalled) = changed(.stalled), stalled.status == .true {
      items.append(Item(isWarning: true, reason: stalled.reason, note: stalled.message))
    }
    for type in [ConditionType.metricsBackendReady, .agentsAvailable] {
      guard let (_, part) = changed(type), part.status == .false, !isProgressing(type) else { continue }
      items.append(Item(isWarning: true, reason: part.reason, note: part.message))
    }
    if let (old, ready) = changed(.ready), ready.status == .true, old?.status != .true {
      items.append(Item(isWarning: false, reason: ready.reason, note: ready.message))
    }
    return items
  }
}
