// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import Logging
import ObservabilityAPI
import Rendering

extension ObservabilityReconciler {
  /// Applies the children of each part that differ from what is there. What keeps one part keeps no other.
  func applyChildren(_ pass: inout Pass) async {
    for index in pass.parts.indices where pass.parts[index].plan.inputs != nil {
      await apply(index, &pass)
      if pass.isOutdated { return }
    }
  }

  private func apply(_ index: Int, _ pass: inout Pass) async {
    let plan = pass.parts[index].plan
    // What holds the rest of a part does not hold what it renders meanwhile; anything else does.
    guard pass.parts[index].obstacle == plan.held else { return }
    var children = plan.children
    switch readability(of: children) {
    case .known: pass.parts[index].isComplete = plan.isWhole
    case .pending:
      pass.parts[index].plan.isPending = true
      return
    case .failing(let finding):
      pass.parts[index].block(finding)
      children.removeAll { parts.types.kind(of: $0.id)?.kind.standsAlone != true }
      guard case .known = readability(of: children) else { return }
    }
    for child in children {
      guard await apply(child, index, &pass) else { return }
    }
  }

  /// Applies one child if it differs from what is there; false if the pass is over.
  private func apply(_ child: Child, _ index: Int, _ pass: inout Pass) async -> Bool {
    let store = informers.store(Watches.children(child.type, in: child.namespace))
    let entry = pass.inventory[child.id]
    let desired = child.manifest
    var live = store?.get(child.key)
    var plan = applier.plan(type: child.type, desired: desired, live: live, appliedHash: entry?.hash)
    // What was written before may have come back by watch between the look at the store and the one at what is awaited;
    // then the store has it by now.
    if plan.isWrite {
      live = store?.get(child.key)
      plan = applier.plan(type: child.type, desired: desired, live: live, appliedHash: entry?.hash)
    }
    let part = pass.parts[index]
    if plan.isWrite, let subject = pass.subject, !part.part.isCurrent(part.plan, child, live: live, subject) {
      // The watch that brought the change brings the next pass.
      pass.parts[index].plan.isPending = true
      return false
    }
    do {
      let isFirst = entry == nil && live == nil && isNew(pass.object)
      if plan.isWrite, !isFirst, !(try await confirm(&pass)) { return false }
      let result = try await carryOut(plan, child, owner: pass.object.uid)
      pass.inventory.set(result.inventoryEntry, of: pass.parts[index].id)
      let inventory = pass.inventory
      let wasReplaced = remember(pass.object.name) { memory in
        memory.inventory = inventory
        if case .replacing = result.change { memory.replaced.insert(child.id) }
        return result.change == .created && memory.replaced.remove(child.id) != nil
      }
      let record = AppliedChildRecord(
        child: child, change: result.change,
        before: wasReplaced ? nil : entry.map { $0.uid == result.uid ? .hidden : .deleted },
        alteration: result.alteration, object: result.uid == nil ? nil : result.object)
      if let finding = hold(record) { pass.parts[index].block(finding) }
      if !isAsRendered(record) { pass.parts[index].isComplete = false }
      pass.parts[index].applied.append(record)
      if let cause = ChildWriteCause(record.change, absence: record.before) {
        metrics.wrote(child.type.kind, cause)
      }
      report(record, object: pass.object)
    } catch let error as KubernetesError {
      pass.parts[index].isComplete = false
      refused(child, error, index, &pass)
    } catch {
      pass.parts[index].isComplete = false
      // No watch shows a stranger's object go.
      pass.nextLooks.append(Self.refusalRetry)
      if let error = error as? ForeignChild { pass.parts[index].block(Finding(.applyFailed, error.description)) }
    }
    return true
  }

  private func carryOut(_ plan: ApplyPlan, _ child: Child, owner: String?) async throws -> AppliedChild {
    guard plan.isCreation, let kind = parts.types.kind(of: child.id)?.kind, !kind.generated.isEmpty else {
      return try await applier.apply(plan)
    }
    return try await create(plan, child, kind, owner: owner)
  }

  /// Whether the object was created a moment ago, so that what is known of it and of its children cannot be old.
  private func isNew(_ object: KubernetesObject) -> Bool {
    guard let created = object.creationTimestamp.flatMap({ Timestamp(rfc3339: $0) }) else { return false }
    return environment.timestamp().secondsSinceEpoch - created.secondsSinceEpoch < Self.novelty
  }

  /// Whether the object is still the one that this pass is about, asked at most once a pass.
  private func confirm(_ pass: inout Pass) async throws(KubernetesError) -> Bool {
    if !pass.isConfirmed { pass.isConfirmed = try await isAsKnown(&pass) }
    return pass.isConfirmed
  }

  /// Whether the object is still the one that this pass is about, asked of the API server before a child is changed,
  /// brought back or deleted for it: the watch that told of it may lag, as that of a replica that takes over may. A child
  /// that is gone may be gone because the object is, and then nothing must bring it back; a child of a successor must not
  /// be given an owner that was deleted; and what a later generation wants must not be undone or deleted.
  ///
  /// The first child of a new object costs no such read, since what is known of it cannot be older than the object. If the
  /// object is gone all the same, the garbage collector takes the child; if it was changed, its watch brings the next pass.
  /// Only a successor that was created, and whose children were made by another leader, within that minute would lose a
  /// child for a moment; a generated Secret never, since its creation does not change one that is there.
  ///
  /// If it is not, the pass is over: the watch tells of the difference in a moment, and if not, the next look does.
  func isAsKnown(_ pass: inout Pass) async throws(KubernetesError) -> Bool {
    let known = pass.object
    do throws(KubernetesError) {
      let now = try await api.get(.observabilities, known.key)
      // A server restored from a backup counts its generations again.
      if now.uid == known.uid, now.generation == known.generation, now["spec"] == known["spec"], !now.isBeingDeleted {
        return true
      }
    } catch {
      guard error.isNotFound else { throw error }
    }
    statusWriter.forget(.observabilities, known.key)
    pass.isOutdated = true
    return false
  }

  /// Reports each repair of another writer's change once, and each replacement of a child.
  private func report(_ record: AppliedChildRecord, object: KubernetesObject) {
    let report = record.report
    for event in report.events { events.record(event, regarding: object) }
    guard let rival = report.rival else { return }
    let isNews = remember(object.name) { memory in
      defer { memory.hasReportedRival = true }
      return !memory.hasReportedRival
    }
    if isNews { rival.write(to: logger, object: object.name) }
  }
}
