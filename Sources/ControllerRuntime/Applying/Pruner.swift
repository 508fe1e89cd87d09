// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore

/// Deletes what a ``PrunePlan`` names, one object at a time: never a successor of the same name, and never what does not
/// name our owner, whatever an inventory says. An inventory in a status is only as good as everyone who may write there.
public struct Pruner: Sendable {
  /// What became of one deletion.
  public enum Result: Hashable, Sendable {
    /// The server has accepted the deletion.
    case deleted
    /// The object was gone, or another of the same name has taken its place.
    case gone
    /// The object does not name our owner, so it is not ours to delete.
    case notOurs
  }

  private let api: any KubernetesAPI

  /// A pruner that deletes through `api`.
  public init(api: any KubernetesAPI) {
    self.api = api
  }

  /// Deletes one object, provided that it still has the UID of the entry and that `ownerUID` is among its owners.
  ///
  /// Without a live object that shows both it is read first, by a list of its name: a client that watches the type has
  /// that right.
  ///
  /// - Parameter live: the object as a store has it, if it does.
  /// - Throws: ``KubernetesError`` as the API server answered it.
  public func delete(
    _ entry: InventoryEntry, type: ResourceType, ownerUID: String, live: KubernetesObject? = nil
  ) async throws(KubernetesError) -> Result {
    var known = live
    if known?.uid == nil || entry.uid != nil && known?.uid != entry.uid || known?.isOwned(by: ownerUID) != true {
      known = try await read(entry, type)
    }
    guard let object = known, let uid = object.uid, entry.uid == nil || entry.uid == uid else { return .gone }
    guard object.isOwned(by: ownerUID) else { return .notOurs }
    do throws(KubernetesError) {
      try await api.delete(type, entry.id.key, DeleteOptions(uid: uid, propagation: .background))
      return .deleted
    } catch {
      if error.isNotFound { return .gone }
      // The UID precondition fails with a conflict, but not every conflict is of that kind.
      guard error.isConflict, try await read(entry, type)?.uid != uid else { throw error }
      return .gone
    }
  }

  private func read(_ entry: InventoryEntry, _ type: ResourceType) async throws(KubernetesError) -> KubernetesObject? {
    let query = ListQuery(namespace: entry.namespace, fieldSelector: "metadata.name=\(entry.name)")
    do throws(KubernetesError) {
      return try await api.list(type, query).items.first { $0.name == entry.name }
    } catch {
      // The type itself is gone, and all objects with it.
      guard error.isNotFound else { throw error }
      return nil
    }
  }
}
