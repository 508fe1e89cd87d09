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
  let children: OwnedChildren
  let queue: WorkQueue<ObjectKey>

  /// An object of a watched type as it was last read; nil if there is none.
  public func object(_ type: ResourceType, _ key: ObjectKey) -> KubernetesObject? {
    cache(type, key)
  }

  /// Makes a child as desired, with its owner in `ownerReferences`; sends nothing if it is so already.
  ///
  /// Each change is logged. A change by another writer is repaired, and an Event on the owner names that writer, as
  /// ``ChildReport`` has it. A child that is changed after each repair is left alone until its backoff ends.
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
    let before = children.applied(child, for: key, uid: owner.uid)
    let isAsNoted = live?.annotations[note] == hash
    let applied = try await applier.apply(
      type: type, desired: desired, live: live,
      appliedHash: live == nil ? before?.hash : isAsNoted ? canonicalHash(of: desired) : nil)
    report(children.record(applied, of: child, for: key, uid: owner.uid), on: owner)
    if let backoff = applier.remainingBackoff(of: child) { queue.add(key, priority: .low, after: backoff) }
    return applied
  }

  /// Deletes a child that the owner has no use for any more; does nothing if there is none, or if it is not the owner's.
  ///
  /// - Throws: ``KubernetesError`` as the API server answered it.
  public func delete(
    _ type: ResourceType, _ child: ObjectKey, ownedBy owner: KubernetesObject
  ) async throws(KubernetesError) {
    // Once it is not wanted, a child that is missing was not deleted by another writer.
    defer { children.forget(ChildID(type: type, key: child), of: key) }
    guard let live = cache(type, child), !live.isBeingDeleted, let uid = live.uid,
      live.isOwned(by: owner.uid)
    else { return }
    do throws(KubernetesError) {
      try await api.delete(type, child, DeleteOptions(uid: uid))
    } catch {
      // Gone already, or replaced by an object that is not ours to delete.
      guard error.isNotFound || error.isConflict else { throw error }
    }
    logger.info("child deleted", metadata: ["object": "\(key)", "child": "\(ChildID(live))"])
  }

  private func report(_ report: ChildReport, on owner: KubernetesObject) {
    for line in report.lines { line.write(to: logger, object: key) }
    for event in report.events { events.record(event, regarding: owner) }
    if let rival = report.rival, children.reportsRival(for: key) { rival.write(to: logger, object: key) }
  }
}
