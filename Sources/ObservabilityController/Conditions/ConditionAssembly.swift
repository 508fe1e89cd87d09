// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import ObservabilityAPI

/// Turns what a pass found into conditions. Pure.
///
/// `Ready`, `Reconciling` and `Stalled` follow kstatus
/// (github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md); they are always there, so that one can wait
/// for either value. A part that is switched off has no condition.
struct ConditionAssembly: Hashable, Sendable {
  /// Why nothing goes on until the object is changed; nil if it does.
  var stalled: Finding?
  var agents: PartState?
  var metrics: PartState?
  /// What the object asks for, this release does not do, and the rest does not need.
  var dashboards: PartState?

  /// The parts that `Ready` stands for, in the order in which one would look.
  private var parts: [PartState] { [metrics, agents].compactMap(\.self) }

  /// Whether everything is as it should be.
  var isReady: Bool { stalled == nil && !parts.isEmpty && parts.allSatisfy(\.isGood) }

  /// Writes the conditions into a set that may hold earlier ones.
  func write(to conditions: inout ConditionSet, generation: Int64, now: Timestamp) {
    func set(_ type: ConditionType, _ status: Condition.Status, _ finding: Finding) {
      conditions.set(
        type: type.rawValue, status: status, reason: finding.reason.rawValue, message: finding.message,
        observedGeneration: generation, now: now)
    }
    func set(_ type: ConditionType, _ part: PartState?) {
      guard let part else { return conditions.remove(type: type.rawValue) }
      set(type, part.isGood ? .true : .false, part.finding)
    }
    set(.agentsAvailable, agents)
    set(.metricsBackendReady, metrics)
    set(.dashboardsPublished, dashboards)
    set(.ready, isReady ? .true : .false, ready)
    if let stalled {
      set(.stalled, .true, stalled)
      set(.reconciling, .false, Finding(.stalled, "Nothing goes on until the object is changed: see Stalled."))
    } else {
      set(.stalled, .false, Finding(.notStalled, "Work goes on by itself."))
      if let open = parts.first(where: { !$0.isGood }) {
        set(.reconciling, .true, open.finding)
      } else {
        set(.reconciling, .false, Finding(.settled, "Everything is as rendered."))
      }
    }
  }

  private var ready: Finding {
    if let stalled { return stalled }
    if let open = parts.first(where: { !$0.isGood }) { return open.finding }
    return Finding(.ready, parts.map(\.finding.message).joined(separator: " "))
  }
}
