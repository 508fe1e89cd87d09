// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import ObservabilityAPI

/// The Events for a change of the conditions. Pure.
///
/// Reported are `Ready` becoming true, and each fault when it appears or changes its reason. Progress is not: an Event
/// costs a request, and the conditions report it.
enum ConditionEvents {
  /// Reasons that another condition's Event reports already, or that pass by themselves.
  private static let untold: Set<String> = Set(
    [
      ConditionReason.progressing, .agentsNotReady, .backendNotReady, .gatewayNotReady, .corootNotReady,
      .uiNotExposed, .dashboardsNotPublished, .invalidSpec, .namespaceTaken, .nodesAlreadyObserved, .childRefused,
      .immutableFieldChanged,
      .rollingOut, .notCreated, .podsFailing, .notRequested, .gatekeeperNotReady, .sessionMissing, .addressPending,
      .integrating,
    ].map(\.name))

  /// The Events of one change.
  ///
  /// - Parameters:
  ///   - parts: the conditions of parts, each after those that explain it.
  ///   - progressing: those of parts that are on their way.
  ///   - progressed: those of parts that were on their way at the last change, so that no Event reported them.
  static func items(
    before: ConditionSet, after: ConditionSet, parts: [ConditionType], progressing: Set<ConditionType> = [],
    progressed: Set<ConditionType> = []
  ) -> [ObjectEvent] {
    var items: [ObjectEvent] = []
    for type in [.stalled] + parts + [.ready] where !progressing.contains(type) {
      guard let new = after[type.rawValue] else { continue }
      let old = progressed.contains(type) ? nil : before[type.rawValue]
      guard old?.status != new.status || old?.reason != new.reason else { continue }
      let isBad = (new.status == .isTrue) == (type == .stalled)
      if isBad, type == .stalled || !untold.contains(new.reason) {
        // `Ready` may repeat what the condition of a part says.
        let event = ObjectEvent(.warning, new.reason, action: "Reconcile", note: new.message)
        if !items.contains(event) { items.append(event) }
      } else if type == .ready, new.status == .isTrue {
        items.append(ObjectEvent(.normal, new.reason, action: "Reconcile", note: new.message))
      }
    }
    return items
  }
}
