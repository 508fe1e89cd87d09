// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesCore
import ObservabilityAPI

/// Every child that was applied, with the part that it is of. A value.
struct Inventory: Hashable, Sendable {
  private struct Item: Hashable, Sendable {
    var entry: InventoryEntry
    /// Nil for what a release before parts applied, until it is applied again.
    var part: PartID?
  }

  private var items: [ChildID: Item] = [:]

  init() {}

  /// What a status says was applied.
  init(status: JSONValue?) {
    for child in ObservabilityStatus.inventory(in: status) {
      let entry = InventoryEntry(
        group: child.group, kind: child.kind, namespace: child.namespace.isEmpty ? nil : child.namespace,
        name: child.name, uid: child.uid.isEmpty ? nil : child.uid, hash: child.hash)
      items[entry.id] = Item(entry: entry, part: child.part.isEmpty ? nil : PartID(rawValue: child.part))
    }
  }

  /// All entries, sorted.
  var entries: [InventoryEntry] { items.values.map(\.entry).sorted() }
  var isEmpty: Bool { items.isEmpty }

  /// The entry of that child.
  subscript(_ id: ChildID) -> InventoryEntry? { items[id]?.entry }

  /// The part that a child is of: the one that applied it or, if a release before parts did, the one that would now. Nil
  /// for a child that no part knows.
  func part(of id: ChildID, _ types: PartTypes) -> PartID? { items[id]?.part ?? types.part(of: id) }

  /// The entries of a part.
  func entries(of part: PartID, _ types: PartTypes) -> [InventoryEntry] {
    entries.filter { self.part(of: $0.id, types) == part }
  }

  /// Takes in what became of a child.
  mutating func set(_ entry: InventoryEntry, of part: PartID) { items[entry.id] = Item(entry: entry, part: part) }

  mutating func remove(_ id: ChildID) { items[id] = nil }

  /// As a status holds it.
  var status: [ObservabilityStatus.Child] {
    items.values.map {
      ObservabilityStatus.Child(
        group: $0.entry.group, kind: $0.entry.kind, namespace: $0.entry.namespace ?? "", name: $0.entry.name,
        uid: $0.entry.uid ?? "", hash: $0.entry.hash, part: $0.part?.rawValue ?? "")
    }
  }
}
