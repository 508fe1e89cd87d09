// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime

/// Why a child was written, as the label `cause` of `observability_child_writes_total` names it.
enum ChildWriteCause: String, CaseIterable, Hashable, Sendable {
  /// It was new.
  case created
  /// What is desired of it had changed, or it was not known what was applied last.
  case updated
  /// Another writer had changed or deleted it.
  case drifted
  /// Immutable fields had to change: it was deleted, to be recreated. Its creation counts as ``created``.
  case replaced
  /// It was no longer wanted, and was deleted.
  case pruned

  /// The cause of what became of a child; nil if no request changed it.
  ///
  /// - Parameter absence: why a child that was applied before was not found.
  init?(_ change: AppliedChild.Change, absence: ChildReport.Absence?) {
    switch change {
    case .unchanged, .contested, .beingDeleted: return nil
    case .created: self = absence == nil ? .created : .drifted
    case .updated: self = .updated
    case .repaired: self = .drifted
    case .replacing: self = .replaced
    }
  }
}
