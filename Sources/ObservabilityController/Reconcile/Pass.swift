// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering

/// One pass over one object: what is known at its start, and what each step adds.
struct Pass: Sendable {
  /// The object as the store has it.
  let object: KubernetesObject

  /// The object read; nil until it is, and if it is invalid.
  var observability: Observability?
  /// The nodes, read once for the pass.
  var nodes: [NodeView] = []
  /// What the object asks for, with what was found on nodes; nil until that is known.
  var pool: NodePool?
  /// Whether the namespace of the children is there, and stays.
  var hasNamespace = false
  /// What has been applied, from the status or from memory, whichever is newer.
  var inventory: [InventoryEntry]

  var resolution = MetricsResolution.pending
  var answer: BackendMonitor.Answer?
  /// What became of the children that were applied.
  var applied: [AppliedChildRecord] = []
  /// Whether every child that is wanted is there as rendered.
  var everyChildApplied = false
  var agents: AgentsObservation?
  /// The agents that began to fail.
  var failureNews: [AgentFailure] = []
  /// When to look again although nothing changes.
  var nextLooks: [Duration] = []
  /// Nodes that count as eligible although something about them is odd, sorted by name.
  var oddNodes: [NodeEvents.Odd] = []
  var conditions = ConditionAssembly()

  /// Something has not been read yet: the pass ends without a word and is repeated when it has.
  var isPending = false
  /// The object has changed since the store read it.
  var isOutdated = false
  /// Whether the API server was asked in this pass whether the object is still as it is known.
  var isConfirmed = false
  /// The first failure that is worth trying again by itself.
  var failure: KubernetesError?

  /// Whether the steps that act are to be left out.
  var isStalled: Bool { conditions.stalled != nil }
  /// Whether the pass changed a child.
  var changedSomething: Bool { applied.contains(where: \.wasWritten) }
}

/// What became of one child in a pass.
struct AppliedChildRecord: Sendable {
  var child: Child
  var change: AppliedChild.Change
  /// Why a child that the inventory has was not found; nil for one that is new.
  var before: Absence?
  /// What the API server makes of the child at each write.
  var alteration: Alteration?

  /// Why a child was not found.
  enum Absence: Hashable, Sendable {
    /// It is another object now: somebody had deleted it.
    case deleted
    /// It is the same object, but it had lost the label by which it is watched.
    case hidden
  }
  /// As the API server holds it, at least as new as what a store shows; nil if it is gone.
  var object: KubernetesObject?

  var id: ChildID { Self.id(child) }

  /// Which object a child is.
  static func id(_ child: Child) -> ChildID {
    child.id
  }

  /// `DaemonSet/cozy-coroot/platform-node-agent`.
  var name: String { id.description }

  /// Whether a request was sent that changed the child.
  var wasWritten: Bool {
    switch change {
    case .created, .updated, .repaired, .replacing: true
    case .unchanged, .contested, .beingDeleted: false
    }
  }
}
