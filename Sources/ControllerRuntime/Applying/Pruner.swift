// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient

/// Deletes what a ``PrunePlan`` names, one object at a time, never a successor of the same name.
public struct Pruner: Sendable {
  /// What became of one deletion.
  public enum Result: Hashable, Sendable {
    /// The server has accepted the deletion.
    case deleted
    /// The object was gone, or another of the same name has taken its place.
    case gone
    /// The object has no known UID and does not name our owner, so it is not ours to delete.
    case notOurs
  }

  private let api: any KubernetesAPI

  /// A pruner that deletes through `api`.
  public init(api: any KubernetesAPI) {
    self.api = api
  }

  /// Deletes one object, provided that it still has the UID of the entry.
  ///
  /// Without a UID in the entry the object is read first, and deleted only if `ownerUID` is among its owners.
  /// - Throws: ``KubernetesError`` as the API server answered it.
  public func delete(
    _ entry: InventoryEntry, type: ResourceType, ownerUID: String
  ) async throws(KubernetesError) -> Result {
    var uid = entry.uid
    do throws(KubernetesError) {
      if uid == nil {
        let object = try await api.get(type, entry.id.key)
        guard object.ownerReferences.contains(where: { $0["uid"]?.string == ownerUID }) else { return .notOurs }
        uid = object.uid
      }
      try await api.delete(type, entry.id.key, DeleteOptions(uid: uid, propagation: .background))
      return .deleted
    } catch {
      if error.isNotFound { return .gone }
      // The UID precondition fails with a conflict, but not every conflict is of that kind.
      guard error.isConflict, try await !isThere(entry, type, uid) else { throw error }
      return .gone
    }
  }

  /// Whether the object of that UID is still there. A list of its name takes no right that a watch does not take too.
  private func isThere(
    _ entry: InventoryEntry, _ type: ResourceType, _ uid: String?
  ) async throws(KubernetesError) -> Bool {
    let query = ListQuery(namespace: entry.namespace, fieldSelector: "metadata.name=\(entry.name)")
    return try await api.list(type, query).items.contains { $0.key == entry.id.key && $0.uid == uid }
  }
}
