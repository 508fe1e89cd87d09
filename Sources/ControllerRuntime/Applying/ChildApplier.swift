// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient

/// What became of one child.
public struct AppliedChild: Hashable, Sendable {
  /// What was done.
  public enum Change: Hashable, Sendable {
    /// Nothing: the child is as it should be. No request was sent.
    case unchanged
    /// The child was made.
    case created
    /// The child was there and what is desired has changed, or it was not known what was applied last.
    case updated
    /// Fields that we own held something else; `by` names the managers that own them now, if the object says.
    case repaired(fields: [String], by: [String])
    /// Nothing: someone changes the child each time it is put right, so it is left as it is for a while. `fields` and
    /// `by` are those of ``repaired(fields:by:)``; no fields means that the child is gone. No request was sent.
    case contested(fields: [String], by: [String])
    /// Nothing: the child is being deleted. It is made anew once it is gone. No request was sent.
    case beingDeleted
    /// Fields had to change that the API server lets nobody change: the child was deleted, to be made anew once it is
    /// gone. See ``ReplacementPolicy``.
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

  /// The child's place in an inventory. A child that is being deleted keeps no hash, so that it is applied anew.
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
  private let pace: RepairPace
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
    pace = RepairPace(environment: environment)
  }

  /// Makes a child as desired. Sends nothing if it is, else one request, which takes the fields that others own.
  ///
  /// - Parameters:
  ///   - desired: the whole of what we want to own, as rendered.
  ///   - live: the child in the store, with its `managedFields`; nil if it is not there.
  ///   - appliedHash: the ``AppliedChild/hash`` of the last time, if known.
  /// - Throws: ``KubernetesError`` as the API server answered it.
  public func apply(
    type: ResourceType, desired: KubernetesObject, live: KubernetesObject?, appliedHash: String?
  ) async throws(KubernetesError) -> AppliedChild {
    let child = ChildID(type: type, key: desired.key)
    let hash = canonicalHash(of: desired)
    let known = recent.current(child, stored: live)
    let appliedHash = known.isRecent ? known.hash : appliedHash
    if let live = known.object, live.isBeingDeleted {
      return AppliedChild(change: .beingDeleted, hash: hash, uid: live.uid, object: live)
    }
    let comparison = ChildComparison(desired: desired, live: known.object, appliedHash: appliedHash)
    if comparison == .unchanged, let live = known.object {
      return AppliedChild(change: .unchanged, hash: hash, uid: live.uid, object: live)
    }
    // Made before and gone, or made so and changed: not by us.
    let isRepair = comparison == .create ? appliedHash != nil : comparison != .update
    let difference = difference(desired, known.object)
    if isRepair, pace.rest(of: child) != nil {
      return AppliedChild(
        change: .contested(fields: difference.fields, by: difference.by), hash: hash, uid: known.object?.uid,
        object: known.object ?? desired)
    }
    let answer: KubernetesObject
    do throws(KubernetesError) {
      answer = try await api.apply(type, desired, ApplyOptions(fieldManager: fieldManager, force: true))
    } catch {
      guard let live = known.object, try await isReplaced(type, live, by: desired, after: error) else { throw error }
      return AppliedChild(
        change: .replacing(fields: error.immutableFields), hash: hash, uid: live.uid, object: live)
    }
    if isRepair { pace.repaired(child) }
    recent.remember(child, stored: live, hash: hash, answer: answer)
    return AppliedChild(
      change: change(comparison, difference), hash: hash, uid: answer.uid, object: answer)
  }

  /// Whether ``apply(type:desired:live:appliedHash:)`` would send a request now.
  ///
  /// Before the first one of a pass, read the owner once more: an apply on behalf of an owner that a lagging watch still
  /// shows, and that has a successor by now, would make the garbage collector delete the child.
  public func needsWrite(
    type: ResourceType, desired: KubernetesObject, live: KubernetesObject?, appliedHash: String?
  ) -> Bool {
    let child = ChildID(type: type, key: desired.key)
    let known = recent.current(child, stored: live)
    if let live = known.object, live.isBeingDeleted { return false }
    let comparison = ChildComparison(
      desired: desired, live: known.object, appliedHash: known.isRecent ? known.hash : appliedHash)
    return comparison != .unchanged
  }

  /// Deletes the child if that is what is left to do after a refusal. Its dependents go first, so that what comes anew
  /// never runs beside them; an object that does not name an owner of ours is never deleted.
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

  /// Drops what is remembered of a child: its owner is gone, and whoever comes under its name is another.
  public func forget(_ child: ChildID) {
    pace.forget(child)
    recent.forget(child)
  }

  /// How long a child is to be left alone because someone changes it each time it is put right; nil if nobody does.
  public func rest(of child: ChildID) -> Duration? {
    pace.rest(of: child)
  }

  private func change(
    _ comparison: ChildComparison, _ difference: (fields: [String], by: [String])
  ) -> AppliedChild.Change {
    switch comparison {
    case .unchanged: .unchanged
    case .create: .created
    case .update: .updated
    case .repair: .repaired(fields: difference.fields, by: difference.by)
    }
  }

  /// The fields that are not as desired, and the managers that own them now.
  private func difference(_ desired: KubernetesObject, _ live: KubernetesObject?) -> (fields: [String], by: [String]) {
    guard let live else { return ([], []) }
    let paths = ChildComparison.drift(of: live, from: desired)
    return (paths.map(\.description), FieldOwners.others(than: fieldManager, owning: paths, of: live))
  }
}
