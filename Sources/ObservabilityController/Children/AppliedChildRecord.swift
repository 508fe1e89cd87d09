// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import Rendering

/// What became of one child in a pass.
struct AppliedChildRecord: Sendable {
  var child: Child
  var change: AppliedChild.Change
  /// Why a child that the inventory has was not found; nil for one that is new.
  var before: ChildReport.Absence?
  /// What the API server makes of the child at each write.
  var alteration: Alteration?
  /// As the API server holds it, at least as new as what a store shows; nil if it is gone.
  var object: KubernetesObject?

  var id: ChildID { child.id }

  /// `DaemonSet/cozy-coroot/platform-node-agent`.
  var name: String { id.description }

  /// Whether a request was sent that changed the child.
  var wasWritten: Bool {
    switch change {
    case .created, .updated, .repaired, .replacing: true
    case .unchanged, .contested, .beingDeleted: false
    }
  }

  /// What is to be said of it.
  var report: ChildReport {
    ChildReport(
      of: id, change, absence: before, alteration: alteration, fieldManager: OperatorSettings.fieldManager)
  }
}
