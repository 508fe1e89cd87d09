// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import ObservabilityAPI

/// Turns what a pass found into conditions. Pure.
///
/// `Ready`, `Reconciling` and `Stalled` follow kstatus
/// (github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md): the latter two are there only while true. A
/// part that is switched off has no condition.
struct ConditionAssembly: Hashable, Sendable {
  /// One part of the object.
  struct Entry: Hashable, Sendable {
    /// The condition that tells how it is.
    var type: ConditionType
    /// Why `Ready` is not true while it is not as it should be.
    var notReady: ConditionReason
    /// How it is; nil if the object does not want it.
    var standing: Standing?
  }

  /// What is known of a part that the object wants.
  enum Standing: Hashable, Sendable {
    case known(PartState)
    /// It has not been looked at: its condition stands as it is.
    case unknown
  }

  /// Why reconciling stops until the object is changed.
  var stalled: Finding?
  /// What keeps the children from being applied, or the status from being stored whole; retried by itself.
  var blocked: Finding?
  /// What is to be known of an object that is as it should be.
  var remark: String?
  /// Every part, in the order in which conditions stand.
  var parts: [Entry] = []
  /// The conditions in the order in which one explains another: the first that is not as it should be is told in `Ready`.
  var causes: [ConditionType] = []

  /// Whether everything is as it should be.
  var isReady: Bool {
    stalled == nil && blocked == nil && !wanted.isEmpty && wanted.allSatisfy { state($0)?.isGood == true }
  }

  /// The conditions of parts that are not as they should be yet, and on their way.
  var progressing: Set<ConditionType> {
    Set(
      parts.filter { entry in
        switch state(entry) {
        case .progressing, .updating: true
        default: false
        }
      }.map(\.type))
  }

  private var wanted: [Entry] { parts.filter { $0.standing != nil } }

  private func state(_ entry: Entry) -> PartState? {
    if case .known(let state) = entry.standing { state } else { nil }
  }

  /// Why `Ready` is not true.
  private var obstacle: Finding? {
    if let finding = stalled ?? blocked { return finding }
    for type in causes {
      guard let entry = wanted.first(where: { $0.type == type }), let state = state(entry), !state.isGood else {
        continue
      }
      return Finding(entry.notReady, state.finding.message)
    }
    return isReady ? nil : Finding(.progressing, "The object has not been looked at in full yet.")
  }

  /// Writes the conditions into a set that may hold earlier ones.
  func write(to conditions: inout ConditionSet, generation: Int64, now: Timestamp) {
    func set(_ type: ConditionType, _ isTrue: Bool, _ finding: Finding) {
      assert(finding.reason.isDocumented(for: type), "\(type.rawValue) is not documented with \(finding.reason.name)")
      conditions.set(
        type.rawValue, isTrue ? .isTrue : .isFalse, reason: finding.reason.name, message: finding.message,
        generation: generation, now: now)
    }
    for entry in parts {
      switch entry.standing {
      case .known(let state): set(entry.type, state.isAvailable, state.finding)
      case .unknown: break
      case nil: conditions.remove(entry.type.rawValue)
      }
    }
    guard let obstacle else {
      let messages =
        wanted.compactMap { state($0) }.filter { !$0.isOff }.map(\.finding.message) + [remark].compactMap(\.self)
      set(.ready, true, Finding(.ready, messages.joined(separator: " ")))
      conditions.remove(ConditionType.stalled.rawValue)
      conditions.remove(ConditionType.reconciling.rawValue)
      return
    }
    // Nothing is known to be wrong, and not everything is known: `Ready` stands as it is, if it is there.
    if obstacle.reason == .progressing, blocked == nil, conditions[ConditionType.ready.rawValue] != nil,
      wanted.contains(where: { $0.standing == .unknown })
    {
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

extension ConditionAssembly {
  /// What a pass found.
  init(_ pass: Pass, _ registry: PartRegistry) {
    stalled = pass.stalled ?? pass.refused
    blocked = pass.blocked ?? pass.definition?.finding
    remark = pass.definition?.remark
    parts = registry.types.types.map { part in
      let entry = pass.parts.first { $0.id == part.id }
      var standing = entry.map { $0.report?.state.map(Standing.known) ?? .unknown }
      // Parts of a stalled object are not checked: what was last observed stands, with its generation.
      if pass.stalled != nil { standing = .unknown }
      return Entry(type: part.condition, notReady: part.notReady, standing: standing)
    }
    causes = registry.ordered.map { type(of: $0).condition }
  }
}

extension ConditionReason {
  /// Whether the documented table has the reason with that condition. A part of a test has a condition of its own.
  fileprivate func isDocumented(for type: ConditionType) -> Bool {
    conditions.contains(type) || !ConditionType.allCases.contains(type)
  }
}
