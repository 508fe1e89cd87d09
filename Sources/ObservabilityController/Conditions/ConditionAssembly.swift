// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore
import ObservabilityAPI

/// Turns what a pass found into conditions. Pure.
///
/// `Ready`, `Reconciling` and `Stalled` follow kstatus
/// (github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md): the latter two are there only while true. A
/// part that is switched off has no condition.
struct ConditionAssembly: Hashable, Sendable {
  /// Why reconciling stops until the object is changed.
  var stalled: Finding?
  /// What keeps the children from being applied; retried by itself.
  var blocked: Finding?
  var agents: PartState?
  var metrics: PartState?
  /// What the object asks for, this release does not do, and `Ready` does not stand for.
  var dashboards: PartState?

  /// Whether everything is as it should be.
  var isReady: Bool {
    stalled == nil && blocked == nil && agents?.isGood == true && metrics?.isGood == true
  }

  /// Why `Ready` is not true.
  private var obstacle: Finding? {
    if let stalled { return stalled }
    if let blocked { return blocked }
    if let metrics, !metrics.isGood { return Finding(.backendNotReady, metrics.finding.message) }
    if let agents, !agents.isGood { return Finding(.agentsNotReady, agents.finding.message) }
    return isReady ? nil : Finding(.progressing, "The object has not been looked at in full yet.")
  }

  /// Writes the conditions into a set that may hold earlier ones.
  func write(to conditions: inout ConditionSet, generation: Int64, now: Timestamp) {
    func set(_ type: ConditionType, _ isTrue: Bool, _ finding: Finding) {
      assert(finding.reason.conditions.contains(type), "\(type.rawValue) is not documented with \(finding.reason.name)")
      conditions.set(
        type.rawValue, isTrue ? .isTrue : .isFalse, reason: finding.reason.name, message: finding.message,
        generation: generation, now: now)
    }
    func set(_ type: ConditionType, _ part: PartState?) {
      // Parts of a stalled object are not checked: what was last observed stands, with its generation.
      guard let part else { return stalled == nil ? conditions.remove(type.rawValue) : () }
      set(type, part.isAvailable, part.finding)
    }
    set(.agentsAvailable, agents)
    set(.metricsBackendReady, metrics)
    set(.dashboardsPublished, dashboards)
    guard let obstacle else {
      let parts = [agents, metrics].compactMap { $0?.finding.message }
      set(.ready, true, Finding(.ready, parts.joined(separator: " ")))
      conditions.remove(ConditionType.stalled.rawValue)
      conditions.remove(ConditionType.reconciling.rawValue)
      return
    }
    set(.ready, false, obstacle)
    if let stalled {
      set(.stalled, true, stalled)
      conditions.remove(ConditionType.reconciling.rawValue)
    } else {
      conditions.remove(ConditionType.stalled.rawValue)
      set(.reconciling, true, blocked ?? Finding(.progressing, obstacle.message))
    }
  }
}
