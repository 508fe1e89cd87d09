// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import Logging

/// What one reconcile of a ``ControllerProgram`` has at hand: the key, what the watches have read, and the ways to make
/// and unmake children.
public struct ReconcileContext: Sendable {
  /// The object to look at. It need not exist any more.
  public let key: ObjectKey
  /// The cluster, for what the other members do not do.
  public let api: any KubernetesAPI
  /// Tells of objects in Events.
  public let events: EventRecorder
  /// For log lines; each should say the object.
  public let logger: Logger

  let cache: @Sendable (ResourceType, ObjectKey) -> KubernetesObject?
  let applier: ChildApplier
  let queue: WorkQueue<ObjectKey>

  /// An object of a watched type as it was last read; nil if there is none.
  public func object(_ type: ResourceType, _ key: ObjectKey) -> KubernetesObject? {
    cache(type, key)
  }

  /// Makes a child as desired, with its owner in `ownerReferences`; sends nothing if it is so already.
  ///
  /// Each change is logged. A change by another writer is repaired, and an Event on the owner names that writer. A
  /// child that is changed after each repair is left alone until its backoff ends.
  ///
  /// - Parameters:
  ///   - desired: all fields that the controller wants to own. Must have the labels by which its type is watched.
  ///   - owner: the object that the child goes with: when it is deleted, the API server deletes the child. In the
  ///     child's namespace, or in none.
  /// - Throws: ``KubernetesError`` as the API server answered it.
  @discardableResult
  public func apply(
    _ type: ResourceType, _ desired: KubernetesObject, ownedBy owner: KubernetesObject
  ) async throws(KubernetesError) -> AppliedChild {
    var desired = desired
    desired["metadata"]?["ownerReferences"] = [OwnerReference(owner).json]
    let child = ChildID(type: type, key: desired.key)
    let live = cache(type, desired.key)
    // What was applied last is remembered on the child itself, so that a new process need not write everything again.
    let (note, hash) = ("\(applier.fieldManager)/applied-hash", canonicalHash(of: desired))
    var annotations = desired[path: "metadata", "annotations"] ?? [:]
    annotations[note] = .string(hash)
    desired["metadata"]?["annotations"] = annotations
    let applied = try await applier.apply(
      type: type, desired: desired, live: live,
      appliedHash: live?.annotations[note] == hash ? canonicalHash(of: desired) : nil)
    report(applied.change, of: child, on: owner)
    if let alteration = applied.alteration, alteration.isNew { report(alteration, of: child, on: owner) }
    if let backoff = applier.remainingBackoff(of: child) { queue.add(key, priority: .low, after: backoff) }
    return applied
  }

  /// Deletes a child that the owner has no use for any more; does nothing if there is none, or if it is not the owner's.
  ///
  /// - Throws: ``KubernetesError`` as the API server answered it.
  public func delete(
    _ type: ResourceType, _ child: ObjectKey, ownedBy owner: KubernetesObject
  ) async throws(KubernetesError) {
    guard let live = cache(type, child), !live.isBeingDeleted, let uid = live.uid,
      live.isOwned(by: owner.uid)
    else { return }
    do throws(KubernetesError) {
      try await api.delete(type, child, DeleteOptions(uid: uid))
    } catch {
      // Gone already, or replaced by an object that is not ours to delete.
      guard error.isNotFound || error.isConflict else { throw error }
    }
    applier.forget(ChildID(type: type, key: child))
    logger.info("child deleted", metadata: ["object": "\(key)", "child": "\(ChildID(live))"])
  }

  private func report(_ alteration: Alteration, of child: ChildID, on owner: KubernetesObject) {
    let fields = alteration.fields.joined(separator: ", ")
    logger.warning(
      "child altered on admission", metadata: ["object": "\(key)", "child": "\(child)", "fields": "\(fields)"])
    events.record(
      regarding: owner, type: .warning, reason: "ChildAltered", action: "Apply",
      note: "\(child) is stored with other values in \(fields) than were applied: a mutating admission policy or "
        + "webhook changes them, or a feature of the API server is off. Exempt the object there.")
  }

  private func report(_ change: AppliedChild.Change, of child: ChildID, on owner: KubernetesObject) {
    var metadata: Logger.Metadata = ["object": "\(key)", "child": "\(child)"]
    switch change {
    case .unchanged, .beingDeleted: return
    case .created: metadata["change"] = "created"
    case .updated: metadata["change"] = "updated"
    case .replacing(let fields):
      // Its deletion is a change of its own, which leads to the new one.
      metadata["change"] = "replacing"
      metadata["fields"] = "\(fields.joined(separator: ","))"
    case .repaired(let fields, let by), .contested(let fields, let by):
      metadata["fields"] = "\(fields.joined(separator: ","))"
      metadata["by"] = "\(by.joined(separator: ","))"
      let who = by.isEmpty ? "somebody" : by.joined(separator: ", ")
      guard case .repaired = change else {
        logger.warning("child contested", metadata: metadata)
        events.record(
          regarding: owner, type: .warning, reason: "ChildContested", action: "Apply",
          note: "\(child) is changed by \(who) after each repair; the next repair waits")
        return
      }
      metadata["change"] = "repaired"
      events.record(
        regarding: owner, type: .warning, reason: "ChildRepaired", action: "Apply",
        note: "\(child): \(fields.joined(separator: ", ")) had been changed by \(who)")
    }
    logger.info("child applied", metadata: metadata)
  }
}
