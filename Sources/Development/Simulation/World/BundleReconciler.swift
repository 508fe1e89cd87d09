// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import Synchronization

/// Makes the children of a bundle as it says: the pattern that the documentation of the runtime shows.
final class BundleReconciler: Sendable {
  private struct Memory {
    var uid: String
    var inventory: [InventoryEntry]
  }

  private let api: any KubernetesAPI
  private let informers: Informers
  private let applier: ChildApplier
  private let pruner: Pruner
  private let status: StatusWriter
  private let events: EventRecorder
  private let defect: Defect?
  private let environment: RuntimeEnvironment
  private let memories = Mutex<[ObjectKey: Memory]>([:])

  init(
    api: any KubernetesAPI, informers: Informers, events: EventRecorder, environment: RuntimeEnvironment,
    defect: Defect?
  ) {
    self.api = api
    self.informers = informers
    self.events = events
    self.defect = defect
    self.environment = environment
    applier = ChildApplier(api: api, fieldManager: "bundles", environment: environment)
    pruner = Pruner(api: api)
    status = StatusWriter(api: api, fieldManager: "bundles", environment: environment)
  }

  /// Takes note of a change; says which bundle is to be looked at because of it.
  func observed(_ target: WatchTarget, _ change: StoreChange) -> Set<ObjectKey> {
    if target == Bundle.objects { return status.observed(Bundle.type, change) ? [] : [change.key] }
    applier.observed(.configMaps, change)
    return Set(
      [change.old, change.new].compactMap { object in
        object?.labels[Bundle.label].map { ObjectKey(namespace: Bundle.namespace, name: $0) }
      })
  }

  func reconcile(_ key: ObjectKey) async throws -> Outcome {
    guard let stored = informers.store(Bundle.objects)?.get(key) else {
      forget(key)
      return .settled
    }
    let bundle = status.latest(Bundle.type, stored)
    guard !bundle.isBeingDeleted, let uid = bundle.uid else { return .settled }
    if memories.withLock({ $0[key]?.uid }) != uid { forget(key) }
    var inventory = memories.withLock { $0[key]?.inventory } ?? Self.inventory(of: bundle)
    var pass = Pass()
    try await apply(bundle, &inventory, &pass)
    guard !pass.isOver else { return .requeue(after: .seconds(10)) }
    if pass.isComplete || defect == .prunesAfterFailure { await prune(bundle, uid, &inventory, &pass) }
    let kept = inventory.sorted()
    memories.withLock { $0[key] = Memory(uid: uid, inventory: kept) }
    if let failure = pass.failure {
      if defect == .forgetsToRetry { return .settled }
      throw failure
    }
    var told: JSONObject = ["inventory": .array(kept.map(\.json))]
    if let generation = bundle.generation { told["observedGeneration"] = .integer(generation) }
    if defect == .notesTheTime { told["at"] = .string("\(environment.now())") }
    do {
      try await status.write(type: Bundle.type, live: bundle, status: told)
    } catch {
      // The bundle has gone, or another has taken its place; its watch tells in a moment.
      guard error.isNotFound || error.isConflict else { throw error }
      return .requeue(after: .seconds(5))
    }
    var due = pass.applied.compactMap { applier.remainingBackoff(of: $0) }
    if let backoff = status.remainingBackoff(Bundle.type, key) { due.append(backoff) }
    if pass.applied.contains(where: { applier.isAwaited($0) }) { due.append(.seconds(10)) }
    if pass.isOutdated || status.isAwaited(Bundle.type, key) { due.append(.seconds(10)) }
    if defect == .notesTheTime { due.append(.seconds(5)) }
    return due.min().map(Outcome.requeue) ?? .settled
  }

  private struct Pass {
    var applied: [ChildID] = []
    var isComplete = true
    /// The bundle has gone meanwhile.
    var isOver = false
    /// The bundle is another one by now than what is known of it.
    var isOutdated = false
    var failure: KubernetesError?
  }

  private func apply(_ bundle: KubernetesObject, _ inventory: inout [InventoryEntry], _ pass: inout Pass) async throws {
    let live = informers.store(Bundle.children)
    var isConfirmed = false
    for child in Bundle.render(bundle) {
      try Task.checkCancellation()
      let id = ChildID(type: .configMaps, key: child.key)
      let entry = inventory.first { $0.id == id }
      do throws(KubernetesError) {
        let plan = applier.plan(
          type: .configMaps, desired: child, live: live?.get(child.key), appliedHash: entry?.hash)
        if plan.isWrite, !isConfirmed {
          isConfirmed = try await isAsKnown(bundle)
          guard isConfirmed else {
            pass.isOver = true
            return
          }
        }
        let result = try await applier.apply(plan)
        inventory.removeAll { $0.id == id }
        inventory.append(result.inventoryEntry)
        pass.applied.append(id)
        report(result.change, child: id, of: bundle)
        switch result.change {
        case .beingDeleted, .contested: pass.isComplete = false
        default: break
        }
      } catch {
        pass.isComplete = false
        pass.failure = pass.failure ?? error
      }
    }
  }

  private func prune(
    _ bundle: KubernetesObject, _ uid: String, _ inventory: inout [InventoryEntry], _ pass: inout Pass
  ) async {
    let live = informers.store(Bundle.children)?.owned(by: uid) ?? []
    let plan = PrunePlan(inventory: inventory, live: live, ownerUID: uid, desired: Set(pass.applied))
    for entry in plan.deletions {
      do throws(KubernetesError) {
        // A watch may lag: who has just become leader may know less than its predecessor did.
        guard try await isAsKnown(bundle) else {
          pass.isOutdated = true
          return
        }
        _ = try await pruner.delete(entry, type: .configMaps, ownerUID: uid)
        inventory.removeAll { $0.id == entry.id }
      } catch {
        pass.failure = pass.failure ?? error
      }
    }
  }

  /// Whether the bundle is still the one that is being reconciled.
  private func isAsKnown(_ bundle: KubernetesObject) async throws(KubernetesError) -> Bool {
    if defect == .trustsItsView { return true }
    do throws(KubernetesError) {
      let now = try await api.get(Bundle.type, bundle.key)
      if now.uid == bundle.uid, now.generation == bundle.generation, now["spec"] == bundle["spec"],
        !now.isBeingDeleted
      {
        return true
      }
    } catch {
      guard error.isNotFound else { throw error }
    }
    status.forget(Bundle.type, bundle.key)
    return false
  }

  private func report(_ change: AppliedChild.Change, child: ChildID, of bundle: KubernetesObject) {
    guard case .repaired(let fields, _) = change else { return }
    events.record(
      regarding: bundle, type: .warning, reason: "ChildRepaired", action: "Repair",
      note: "\(child) was changed in \(fields.joined(separator: ", ")); repaired.")
  }

  private func forget(_ key: ObjectKey) {
    let memory = memories.withLock { $0.removeValue(forKey: key) }
    for entry in memory?.inventory ?? [] { applier.forget(entry.id) }
  }

  private static func inventory(of bundle: KubernetesObject) -> [InventoryEntry] {
    (bundle[path: "status", "inventory"]?.array ?? []).compactMap { InventoryEntry($0) }
  }
}
