// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore

/// What became of one child.
public struct AppliedChild: Hashable, Sendable {
  /// What was done.
  public enum Change: Hashable, Sendable {
    /// Nothing: the child is as it should be, or as like it as the API server lets it be; see ``alteration``.
    case unchanged
    /// The child was made.
    case created
    /// The child was there and what is desired has changed, or it was not known what was applied last.
    case updated
    /// Fields that we own held something else; `by` names the managers that own them now, if the object says.
    case repaired(fields: [String], by: [String])
    /// Nothing: another writer undoes each repair, so the child is left as it is until the backoff ends. `fields` and
    /// `by` are those of ``repaired(fields:by:)``; no fields means that the child is gone. No request was sent.
    case contested(fields: [String], by: [String])
    /// Nothing: the child is being deleted. It is recreated once it is gone. No request was sent.
    case beingDeleted
    /// Immutable fields had to change: the child was deleted, and is recreated once it is gone. See
    /// ``ReplacementPolicy``.
    case replacing(fields: [String])
  }

  /// What was done.
  public let change: Change
  /// The hash of what is desired, to be handed in as `appliedHash` next time.
  public let hash: String
  /// The child's UID.
  public let uid: String?
  /// The child as the API server holds it.
  public let object: KubernetesObject
  /// What admission, or a feature of the API server that is switched off, changes of the child at each write; nil if
  /// nothing. Such a child is not as desired, though it counts as ``Change/unchanged`` until it is written again.
  public var alteration: Alteration?

  /// The child's place in an inventory. A child that is being deleted keeps no hash, so that it is applied again.
  public var inventoryEntry: InventoryEntry {
    let isLeaving =
      switch change {
      case .beingDeleted, .replacing: true
      default: false
      }
    return InventoryEntry(object, uid: uid, hash: isLeaving ? "" : hash)
  }
}

/// Applies children on the server's side (KEP-555), and only those that need it.
///
/// A store lags behind what was just written. An applier therefore remembers, for a few seconds, what the server
/// answered, and takes that for the live object as long as the store still shows the state before the write. Keep one
/// applier for the life of the process, and tell it of every change of a child with ``observed(_:_:)``.
public struct ChildApplier: Sendable {
  /// The field manager under which children are applied.
  public let fieldManager: String

  private let api: any KubernetesAPI
  private let recent: RecentWrites
  private let pace: RepairBackoff
  private let alterations: Alterations
  private let replacement: @Sendable (ResourceType) -> ReplacementPolicy

  /// An applier that writes under that name.
  ///
  /// - Parameter replacement: what to do when a field has to change that cannot.
  public init(
    api: any KubernetesAPI, fieldManager: String, environment: RuntimeEnvironment = .live,
    replacement: @escaping @Sendable (ResourceType) -> ReplacementPolicy = ReplacementPolicy.standard
  ) {
    self.api = api
    self.fieldManager = fieldManager
    self.replacement = replacement
    recent = RecentWrites(environment: environment)
    pace = RepairBackoff(environment: environment)
    alterations = Alterations(environment: environment)
  }

  /// Makes a child as desired. Sends nothing if it is, else one request, which takes the fields that others own.
  ///
  /// This is a ``plan(type:desired:live:appliedHash:)``, carried out at once.
  ///
  /// - Parameters:
  ///   - desired: the whole of what we want to own, as rendered.
  ///   - live: the child in the store, with its `managedFields`; nil if it is not there.
  ///   - appliedHash: the ``AppliedChild/hash`` of the last time, if known.
  /// - Throws: ``KubernetesError`` as the API server answered it.
  public func apply(
    type: ResourceType, desired: KubernetesObject, live: KubernetesObject?, appliedHash: String?
  ) async throws(KubernetesError) -> AppliedChild {
    try await apply(plan(type: type, desired: desired, live: live, appliedHash: appliedHash))
  }

  /// Decides what is to be done so that a child is as desired; sends nothing. The parameters are those of
  /// ``apply(type:desired:live:appliedHash:)``.
  public func plan(
    type: ResourceType, desired: KubernetesObject, live: KubernetesObject?, appliedHash: String?
  ) -> ApplyPlan {
    let child = ChildID(type: type, key: desired.key)
    let hash = canonicalHash(of: desired)
    let known = recent.current(child, stored: live)
    return ApplyPlan(
      type: type, child: child, desired: desired, hash: hash, stored: live, known: known.object,
      decision: decide(child, desired, hash, known.object, appliedHash: known.isRecent ? known.hash : appliedHash))
  }

  /// Carries a plan out. Sends nothing unless ``ApplyPlan/isWrite``.
  ///
  /// - Throws: ``KubernetesError`` as the API server answered it.
  public func apply(_ plan: ApplyPlan) async throws(KubernetesError) -> AppliedChild {
    func outcome(
      _ change: AppliedChild.Change, _ object: KubernetesObject?, _ alteration: Alteration?
    ) -> AppliedChild {
      AppliedChild(
        change: change, hash: plan.hash, uid: object?.uid, object: object ?? plan.desired, alteration: alteration)
    }
    switch plan.decision {
    case .rest(let change): return outcome(change, plan.known, alterations.known(plan.child, hash: plan.hash))
    case .write(let change, let isRepair):
      let answer: KubernetesObject
      do throws(KubernetesError) {
        answer = try await api.apply(plan.type, plan.desired, ApplyOptions(fieldManager: fieldManager, force: true))
      } catch {
        guard let live = plan.known, try await isReplaced(plan.type, live, by: plan.desired, after: error) else {
          throw error
        }
        return outcome(.replacing(fields: error.immutableFields), live, nil)
      }
      let altered = ChildComparison.drift(of: answer, from: plan.desired).map(\.description)
      let alteration = alterations.answered(plan.child, hash: plan.hash, fields: altered)
      if isRepair {
        let changers = if case .repaired(_, let managers) = change { managers } else { [String]() }
        pace.repaired(plan.child, changedBy: changers)
      }
      recent.remember(plan.child, stored: plan.stored, hash: plan.hash, answer: answer)
      return outcome(change, answer, alteration)
    }
  }

  /// Carries a plan out that makes a child, by a request that never changes one which is there already.
  ///
  /// For a child with content that is made once, such as a password: `content` is what is desired and that content. Later
  /// plans are made of what is desired without it, so that it is neither compared nor sent again; it is owned under the
  /// name ``creationManager`` and survives each apply.
  ///
  /// - Throws: ``KubernetesError`` as the API server answered it; a conflict if an object of that name is there.
  public func create(_ plan: ApplyPlan, _ content: KubernetesObject) async throws(KubernetesError) -> AppliedChild {
    let answer = try await api.create(plan.type, content, WriteOptions(fieldManager: creationManager))
    if case .write(_, isRepair: true) = plan.decision { pace.repaired(plan.child, changedBy: []) }
    recent.remember(plan.child, stored: plan.stored, hash: plan.hash, answer: answer)
    return AppliedChild(change: .created, hash: plan.hash, uid: answer.uid, object: answer, alteration: nil)
  }

  /// The field manager of what is created once and kept.
  public var creationManager: String { "\(fieldManager)-once" }

  private func decide(
    _ child: ChildID, _ desired: KubernetesObject, _ hash: String, _ live: KubernetesObject?, appliedHash: String?
  ) -> ApplyPlan.Decision {
    if live?.isBeingDeleted == true { return .rest(.beingDeleted) }
    switch ChildComparison(desired: desired, hash: hash, live: live, appliedHash: appliedHash) {
    case .unchanged:
      alterations.forget(child)
      return .rest(.unchanged)
    case .update: return .write(.updated, isRepair: false)
    case .create where appliedHash == nil: return .write(.created, isRepair: false)
    // Made before and gone: not by us.
    case .create:
      return pace.remainingBackoff(of: child) == nil
        ? .write(.created, isRepair: true) : .rest(.contested(fields: [], by: []))
    case .repair(let drifted):
      let altered = alterations.fields(of: child, hash: hash)
      let fields = drifted.filter { !altered.contains($0) }
      // Nothing but what the server alters: not somebody's change, and of no use to write often.
      if fields.isEmpty {
        return alterations.remainingBackoff(of: child) == nil
          ? .write(.unchanged, isRepair: false) : .rest(.unchanged)
      }
      let others = live.map { overruled($0, desired) } ?? []
      return pace.remainingBackoff(of: child) == nil
        ? .write(.repaired(fields: fields, by: others), isRepair: true)
        : .rest(.contested(fields: fields, by: others))
    }
  }

  /// Deletes the child if only that remains after a refusal. Its dependents go first, so that the new child's pods
  /// never run beside them; an object that does not name an owner of ours is never deleted.
  private func isReplaced(
    _ type: ResourceType, _ live: KubernetesObject, by desired: KubernetesObject, after error: KubernetesError
  ) async throws(KubernetesError) -> Bool {
    guard !error.immutableFields.isEmpty, replacement(type) == .recreate, let uid = live.uid,
      desired.ownerReferences.contains(where: { $0["uid"]?.string.map(live.isOwned) == true })
    else { return false }
    do throws(KubernetesError) {
      try await api.delete(type, live.key, DeleteOptions(uid: uid, propagation: .foreground))
    } catch {
      // Gone already, or another by now: the next look tells.
      guard error.isNotFound || error.isConflict else { throw error }
    }
    return true
  }

  /// Takes note of a change that a store has seen, so that a child which was made and deleted again in a moment is not
  /// taken to be there still.
  public func observed(_ type: ResourceType, _ change: StoreChange) {
    recent.observed(ChildID(type: type, key: change.key), change)
  }

  /// Whether a store has not been told yet of what was written to a child.
  ///
  /// It always is in a moment, or after 10 s the store is believed as it is; look again then.
  public func isAwaited(_ child: ChildID) -> Bool {
    recent.isAwaited(child)
  }

  /// Drops what is remembered of a child: its owner is gone, and a successor of the same name is another object.
  public func forget(_ child: ChildID) {
    pace.forget(child)
    alterations.forget(child)
    recent.forget(child)
  }

  /// How long a child is left alone because something else changes it each time it is repaired, or the API server alters
  /// it at each write; nil if it may be written now.
  public func remainingBackoff(of child: ChildID) -> Duration? {
    pace.remainingBackoff(of: child) ?? alterations.remainingBackoff(of: child)
  }

  /// What changed a child before it was repaired last: the names of field managers, as far as the child tells.
  public func changers(of child: ChildID) -> [String] { pace.changers(of: child) }

  /// The managers that own now what is not as desired.
  ///
  /// If it is still our own manager, the value was applied in our name: by another process, as of a second release.
  private func overruled(_ live: KubernetesObject, _ desired: KubernetesObject) -> [String] {
    let drifted = ChildComparison.drift(of: live, from: desired)
    let others = FieldOwners.others(than: fieldManager, owning: drifted, of: live)
    guard others.isEmpty, FieldOwners.owns(fieldManager, oneOf: drifted, of: live) else { return others }
    return [Self.otherProcess(as: fieldManager)]
  }

  /// How a process is named that applies under the same field manager.
  public static func otherProcess(as fieldManager: String) -> String {
    "another process that applies as \(fieldManager)"
  }
}
