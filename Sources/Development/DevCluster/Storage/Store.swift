// SPDX-License-Identifier: Apache-2.0

import JSON

/// What etcd is to the real server: every object under one counter of revisions, and the recent changes.
struct Store: Sendable {
  /// One change.
  struct Change: Sendable {
    enum Kind: Sendable { case added, modified, deleted }
    var kind: Kind
    var storage: StorageKey
    var key: ObjectKey
    var revision: Int64
    /// The object after the change; for a deletion, the last state with the deletion's revision.
    var object: JSONValue
    /// The object before the change.
    var previous: JSONValue?
  }

  /// The counter that every write moves.
  private(set) var revision: Int64 = 1
  private var collections: [StorageKey: [ObjectKey: JSONValue]] = [:]
  /// The recent changes, oldest first.
  private(set) var changes: [Change] = []
  /// The revision at which a type began to be served; watches cannot start before it.
  private var served: [StorageKey: Int64] = [:]
  /// The revision of the newest change that was forgotten.
  private var forgotten: Int64 = 0
  private let historyLimit: Int

  /// - Parameter historyLimit: how many changes are remembered for watches that start in the past.
  init(historyLimit: Int) { self.historyLimit = max(1, historyLimit) }

  func object(_ storage: StorageKey, _ key: ObjectKey) -> JSONValue? { collections[storage]?[key] }

  /// The objects of a type in one namespace, or in all, in etcd's order.
  func objects(
    _ storage: StorageKey, namespace: String? = nil, where isWanted: (JSONValue) -> Bool = { _ in true }
  ) -> [JSONValue] {
    guard let collection = collections[storage] else { return [] }
    return collection.filter { (namespace == nil || $0.key.namespace == namespace) && isWanted($0.value) }
      .sorted { $0.key < $1.key }.map(\.value)
  }

  /// Every place that holds something.
  var storages: [StorageKey] {
    collections.filter { !$0.value.isEmpty }.keys.sorted { ($0.group, $0.plural) < ($1.group, $1.plural) }
  }

  /// The oldest revision of which a snapshot can be had.
  var oldestReadable: Int64 { max(forgotten, 1) }

  /// Forgets all changes.
  mutating func compact() {
    forgotten = revision
    changes = []
  }

  /// Makes everything as it was at a revision, in a history that begins anew with a revision that is beyond all others.
  mutating func restore(to past: Int64) {
    for change in changes.reversed() where change.revision > past {
      collections[change.storage, default: [:]][change.key] = change.previous
    }
    revision += 1_000
    compact()
  }

  /// The oldest revision from which the changes of a type are known.
  func oldestWatchable(_ storage: StorageKey) -> Int64 { max(served[storage] ?? 0, forgotten) }

  /// The objects as they were at a revision, or nil if that is too long ago.
  func snapshot(_ storage: StorageKey, at past: Int64) -> [(key: ObjectKey, object: JSONValue)]? {
    guard past >= forgotten else { return nil }
    var collection = collections[storage] ?? [:]
    for change in (changes(after: past) ?? []).reversed() where change.storage == storage {
      collection[change.key] = change.previous
    }
    return collection.map { ($0.key, $0.value) }.sorted { $0.key < $1.key }
  }

  /// The changes after a revision, or nil if some of them are forgotten.
  func changes(after past: Int64) -> ArraySlice<Change>? {
    // Every change moves the counter by one, so their number is known.
    past < forgotten ? nil : changes.suffix(Int(revision - max(past, revision - Int64(changes.count))))
  }

  /// Keeps an object, new or changed, with a new revision, and gives it back with that.
  mutating func put(_ object: JSONValue, _ storage: StorageKey, _ key: ObjectKey) -> JSONValue {
    revision += 1
    let previous = collections[storage]?[key]
    var object = object
    object.resourceVersion = revision
    collections[storage, default: [:]][key] = object
    remember(
      Change(
        kind: previous == nil ? .added : .modified, storage: storage, key: key, revision: revision, object: object,
        previous: previous))
    return object
  }

  /// Makes the objects of a type what they read as from now on. That is no change: no revision is used, and no watch told.
  mutating func reread(_ storage: StorageKey, as read: (JSONValue) -> JSONValue) {
    collections[storage] = collections[storage]?.mapValues(read)
  }

  /// Forgets an object; its last state goes out with the deletion's revision.
  mutating func remove(_ storage: StorageKey, _ key: ObjectKey, last: JSONValue? = nil) {
    guard let previous = collections[storage]?.removeValue(forKey: key) else { return }
    revision += 1
    var object = last ?? previous
    object.resourceVersion = revision
    remember(
      Change(
        kind: .deleted, storage: storage, key: key, revision: revision, object: object, previous: previous))
  }

  /// Notes that a type is served from now on.
  mutating func beginServing(_ storage: StorageKey) { served[storage] = revision }

  private mutating func remember(_ change: Change) {
    changes.append(change)
    // Cut a quarter at a time, so that forgetting costs little.
    if changes.count > historyLimit + historyLimit / 4 {
      let surplus = changes.count - historyLimit
      forgotten = changes[surplus - 1].revision
      changes.removeFirst(surplus)
    }
  }
}
