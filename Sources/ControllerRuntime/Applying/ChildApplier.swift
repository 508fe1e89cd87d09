// SPDX-License-Identifier: Apache-2.0

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
    /// Nothing: the child is being deleted. It is made anew once it is gone. No request was sent.
    case beingDeleted
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
    InventoryEntry(object, uid: uid, hash: change == .beingDeleted ? "" : hash)
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

  /// An applier that writes under that name.
  public init(api: any KubernetesAPI, fieldManager: String, environment: RuntimeEnvironment = .live) {
    self.api = api
    self.fieldManager = fieldManager
    recent = RecentWrites(environment: environment)
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
    let answer = try await api.apply(type, desired, ApplyOptions(fieldManager: fieldManager, force: true))
    recent.remember(child, stored: live, hash: hash, answer: answer)
    return AppliedChild(
      change: change(comparison, desired, known.object), hash: hash, uid: answer.uid, object: answer)
  }

  /// Takes note of a change that a store has seen, so that a child which was made and deleted again in a moment is not
  /// taken to be there still.
  public func observed(_ type: ResourceType, _ change: StoreChange) {
    recent.observed(ChildID(type: type, key: change.key), change)
  }

  /// Whether a store has not been told yet of what was written to a child.
  ///
  /// It always is in a moment, or after 3 s the store is believed as it is; look again then.
  public func isAwaited(_ child: ChildID) -> Bool {
    recent.isAwaited(child)
  }

  private func change(
    _ comparison: ChildComparison, _ desired: KubernetesObject, _ live: KubernetesObject?
  ) -> AppliedChild.Change {
    switch comparison {
    case .unchanged: return .unchanged
    case .create: return .created
    case .update: return .updated
    case .repair(let fields):
      guard let live else { return .created }
      let paths = ChildComparison.drift(of: live, from: desired)
      return .repaired(fields: fields, by: FieldOwners.others(than: fieldManager, owning: paths, of: live))
    }
  }
}
