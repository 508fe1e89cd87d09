// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// Which children to delete: those of an earlier generation that this one does not render.
public struct PrunePlan: Hashable, Sendable {
  /// What to delete, sorted.
  public let deletions: [InventoryEntry]

  /// Plans from two sources, so that neither a lost inventory nor a lost label leaves anything behind.
  ///
  /// PersistentVolumeClaims are never in a plan: what is stored outlives the object that asked for it.
  ///
  /// - Parameters:
  ///   - inventory: what was applied, as the status tells it.
  ///   - live: children found by our label. Only those that name `ownerUID` as an owner count: a label can be copied.
  ///   - ownerUID: the UID of the object that owns the children.
  ///   - desired: what is rendered now.
  public init(inventory: [InventoryEntry], live: [KubernetesObject], ownerUID: String, desired: Set<ChildID>) {
    var candidates: [ChildID: InventoryEntry] = [:]
    for entry in inventory { candidates[entry.id] = entry }
    for object in live where object.isOwned(by: ownerUID) {
      let entry = InventoryEntry(object, hash: candidates[ChildID(object)]?.hash ?? "")
      candidates[entry.id] = entry
    }
    deletions = candidates.values.filter { entry in
      !desired.contains(entry.id) && !(entry.kind == "PersistentVolumeClaim" && entry.group.isEmpty)
    }.sorted()
  }
}
