// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import Logging
import ObservabilityAPI
import Rendering

extension ObservabilityReconciler {
  /// Deletes what earlier generations rendered and this one does not: of each part once all that it renders is there, and
  /// of a part that is no longer wanted at once, unless the part says what has to come first.
  func prune(_ pass: inout Pass) async {
    guard let subject = pass.subject, !pass.isOver else { return }
    let live = liveChildren(subject, pass.inventory)
    let plan = PrunePlan(
      inventory: pass.inventory.entries, live: live, ownerUID: subject.observability.uid,
      desired: Set(pass.parts.flatMap { $0.plan.children.map(\.id) }))
    let due = plan.deletions.filter { item in
      parts.types.kind(of: item.id)?.kind.outlivesPart != true && mayPrune(item.id, pass)
    }
    guard !due.isEmpty else { return }
    do {
      guard try await isAsKnown(&pass) else { return }
    } catch {
      pass.failure = pass.failure ?? error
      return
    }
    for item in due {
      await prune(item, live.first { ChildID($0) == item.id }, subject, &pass)
    }
    let inventory = pass.inventory
    remember(subject.name) { $0.inventory = inventory }
  }

  /// The children that are found by their label.
  private func liveChildren(_ subject: Subject, _ inventory: Inventory) -> [KubernetesObject] {
    let types = Set(parts.types.children.map(\.type))
    return Watches.needed(for: subject.spec, parts: parts, inventory: inventory, serves: served.isServed)
      .filter { types.contains($0.type) && $0.labelSelector == Watches.objectLabel }
      .flatMap { target -> [KubernetesObject] in
        guard let store = informers.store(target), store.isSynced else { return [] }
        return store.owned(by: subject.observability.uid)
      }
  }

  /// Whether what has to come before the deletion has happened.
  private func mayPrune(_ id: ChildID, _ pass: Pass) -> Bool {
    guard let owner = pass.inventory.part(of: id, parts.types),
      let part = parts.parts.first(where: { $0.id == owner })
    else {
      // No part knows it: a release before this one may have made it, and so everything of this one comes first.
      return pass.parts.allSatisfy(\.isComplete)
    }
    let isDone = { (id: PartID) in pass.parts.first { $0.id == id }?.isComplete ?? true }
    return isDone(owner) && type(of: part).prunesAfter.allSatisfy(isDone)
  }

  private func prune(
    _ item: InventoryEntry, _ live: KubernetesObject?, _ subject: Subject, _ pass: inout Pass
  ) async {
    guard let type = parts.types.type(of: item.id) else { return }
    do {
      let result = try await pruner.delete(item, type: type, ownerUID: subject.observability.uid, live: live)
      pass.inventory.remove(item.id)
      if result == .deleted { metrics.wrote(type.kind, .pruned) }
      report(item, result, subject)
    } catch {
      pass.failure = pass.failure ?? error
      let finding = Finding(
        error.isForbidden ? .notPermitted : .applyFailed,
        "\(item), which is no longer wanted, cannot be deleted: \(error).")
      let owner = pass.inventory.part(of: item.id, parts.types)
      let index = pass.parts.firstIndex { $0.id == owner } ?? pass.parts.indices.first
      if let index { pass.parts[index].block(finding) }
    }
  }

  private func report(_ item: InventoryEntry, _ result: Pruner.Result, _ subject: Subject) {
    let metadata: Logger.Metadata = ["object": "\(subject.name)", "child": "\(item)"]
    switch result {
    case .deleted:
      logger.info("child pruned", metadata: metadata)
      tellWhatStays(of: item, subject.object)
    case .gone: break
    // Somebody took the owner reference off, or wrote into the inventory what was never made here.
    case .notOurs: logger.warning("child left alone, it does not name the object as its owner", metadata: metadata)
    }
  }

  /// Says in an Event what a child that is gone left behind, if it did.
  func tellWhatStays(of item: InventoryEntry, _ object: KubernetesObject) {
    guard let what = parts.types.kind(of: item.id)?.kind.stays?(item.id.key.name) else { return }
    events.record(
      ObjectEvent(.normal, "DataKept", action: "Prune", note: "\(item) goes; \(what), stay. Delete them by hand."),
      regarding: object)
  }
}
