// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering

/// One pass over one object: what is known at its start, and what each stage adds.
struct Pass: Sendable {
  /// The object as the store has it.
  let object: KubernetesObject
  /// The object read; nil until it is, and if it is invalid.
  var subject: Subject?
  /// What is known of the namespace of the children.
  var namespace = NamespaceState.pending
  /// What has been applied, from the status or from memory, whichever is newer.
  var inventory: Inventory
  /// The parts that the object wants, in the order in which they are worked on.
  var parts: [PartPass] = []
  /// What has been resolved so far.
  var upstream = Upstream()

  /// Why nothing more happens until the object, or another one, is changed.
  var stalled: Finding?
  /// What the API server refuses for good; the other parts go on.
  var refused: Finding?
  /// How the cluster's definition of the kind differs from that of this release, if it does.
  var definition: DefinitionDifference?
  /// When to look again although nothing changes.
  var nextLooks: [Duration] = []
  /// Something that all parts stand on has not been read yet: the pass ends without a word and is repeated when it has.
  var isPending = false
  /// The object has changed since the store read it: the pass is over.
  var isOutdated = false
  /// Whether the API server was asked in this pass whether the object is still as it is known.
  var isConfirmed = false
  /// The first failure that is worth trying again by itself.
  var failure: KubernetesError?

  /// Whether the pass ends without acting.
  var isOver: Bool { isPending || isOutdated || stalled != nil }
  /// Whether a part waits for something that has not been read yet.
  var hasPendingPart: Bool { parts.contains { $0.plan.isPending } }
  /// What keeps children from being applied: that of the first part that something keeps.
  var blocked: Finding? { parts.lazy.compactMap(\.obstacle).first }
  /// What became of the children that were applied.
  var applied: [AppliedChildRecord] { parts.flatMap(\.applied) }
  /// Whether the pass changed a child.
  var changedSomething: Bool { parts.contains { $0.applied.contains(where: \.wasWritten) } }
}

/// One part in a pass.
struct PartPass: Sendable {
  let part: any Part
  /// What it asks for.
  var plan: PartPlan
  /// What became of its children.
  var applied: [AppliedChildRecord] = []
  /// Whether every child of the part is there as rendered.
  var isComplete = false
  /// What keeps its children from being as rendered, or from being deleted; retried by itself.
  var obstacle: Finding?
  /// What the API server refuses for good.
  var refused: Finding?
  /// What the part says of itself; nil until it was asked.
  var report: PartReport?

  var id: PartID { part.id }

  /// Notes what keeps the part from being as it is to be; what was noted first stands.
  mutating func block(_ finding: Finding) { obstacle = obstacle ?? finding }
}

/// What a part asks for in a pass.
struct PartPlan: Sendable {
  /// What it was rendered from.
  var inputs: (any Sendable)?
  var children: [Child] = []
  /// Whether ``children`` are all that the part has, so that others may be deleted.
  var isWhole = false
  /// Something has not been read yet.
  var isPending = false
  /// What the part's own condition is to say.
  var finding: Finding?
  /// What `Ready` is to say.
  var held: Finding?
  var stalled: Finding?
}

extension Part {
  /// Resolves and renders.
  func plan(_ subject: Subject, _ view: ClusterView, _ upstream: Upstream) -> PartPlan {
    switch resolve(subject, view, upstream) {
    case .ready(let inputs): PartPlan(inputs: inputs, children: render(inputs, subject), isWhole: true)
    case .partial(let inputs, let finding): PartPlan(inputs: inputs, children: render(inputs, subject), held: finding)
    case .pending: PartPlan(isPending: true)
    case .waiting: PartPlan()
    case .blocked(let finding): PartPlan(finding: finding)
    case .stalled(let finding): PartPlan(stalled: finding)
    }
  }

  /// Whether a child of a plan may be changed, given the child as a store has it now.
  func isCurrent(_ plan: PartPlan, _ child: Child, live: KubernetesObject?, _ subject: Subject) -> Bool {
    guard let inputs = plan.inputs as? Inputs else { return true }
    return isCurrent(inputs, child, live: live, subject)
  }

  /// Asks how the part is. What is remembered for another kind of part is not this one's.
  func report(
    _ pass: PartPass, of subject: Subject, upstream: Finding?, children: AppliedChildren, view: ClusterView,
    memory: inout (any PartMemory)?
  ) -> PartReport {
    var own = memory as? Memory ?? Memory()
    defer { memory = own }
    return observe(
      Observation(
        subject: subject, inputs: pass.plan.inputs as? Inputs, finding: pass.plan.finding,
        obstacle: pass.refused ?? pass.obstacle, upstream: upstream, children: children, view: view), &own)
  }
}
