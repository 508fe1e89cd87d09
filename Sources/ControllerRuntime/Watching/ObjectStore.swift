// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import Synchronization

/// The objects of one watch target as the API server last told of them.
///
/// A list takes effect as a whole: until the last page is there, readers see the state before.
public final class ObjectStore: Sendable {
  /// What becomes of an object before it is kept: itself, a part of it, or nil if it is not to be kept.
  public typealias Projection = @Sendable (KubernetesObject) -> KubernetesObject?

  fileprivate struct Contents {
    var objects: [ObjectKey: KubernetesObject] = [:]
    var owned: [String: Set<ObjectKey>] = [:]
    var isSynced = false
    var version = 0
  }

  private let contents = Mutex(Contents())
  private let projection: Projection

  /// An empty store that no list has filled yet.
  public init(projection: @escaping Projection = { $0 }) {
    self.projection = projection
  }

  /// The object of that key.
  public func get(_ key: ObjectKey) -> KubernetesObject? {
    contents.withLock { $0.objects[key] }
  }

  /// All objects, sorted by key.
  public func all() -> [KubernetesObject] {
    let objects = contents.withLock { $0.objects }
    return objects.sorted { $0.key < $1.key }.map(\.value)
  }

  /// The objects that name an owner of that UID, sorted by key.
  public func owned(by uid: String) -> [KubernetesObject] {
    contents.withLock { contents in
      (contents.owned[uid] ?? []).sorted().compactMap { contents.objects[$0] }
    }
  }

  /// The number of objects.
  public var count: Int { contents.withLock { $0.objects.count } }

  /// A number that changes with each change of the contents, so that what was made of the objects can be kept until then.
  public var version: Int { contents.withLock { $0.version } }

  /// Whether a whole list has been taken in. Stays true while the server cannot be reached later.
  public var isSynced: Bool { contents.withLock { $0.isSynced } }

  /// What of an object is kept; nil if it is not kept at all.
  ///
  /// A list is put through it piece by piece as it comes, so that what is dropped never adds up.
  func kept(of object: KubernetesObject) -> KubernetesObject? { projection(object) }

  /// Takes in a whole list at once, of what is kept of its objects, and says what it changed: deletions first, then the
  /// rest, each sorted by key. Of several states of one object the last counts.
  func replace(with objects: [KubernetesObject]) -> [StoreChange] {
    var next: [ObjectKey: KubernetesObject] = [:]
    next.reserveCapacity(objects.count)
    for object in objects { next[object.key] = object }
    return contents.withLock { contents in
      let isInitial = !contents.isSynced
      let old = contents.objects
      var changes = old.keys.filter { next[$0] == nil }.sorted().map { StoreChange(key: $0, old: old[$0], new: nil) }
      for (key, object) in next.sorted(by: { $0.key < $1.key }) {
        let before = old[key]
        if let before, before == object {
          // The very object that was there: what was made of it may share its memory, which would else be kept twice.
          next[key] = before
        } else {
          changes.append(StoreChange(key: key, old: before, new: object, isInitial: isInitial))
        }
      }
      contents = Contents(objects: next, isSynced: true, version: contents.version + 1)
      for (key, object) in next { contents.addOwners(of: object, at: key) }
      return changes
    }
  }

  /// Takes in an object as it is now; nil if nothing changed that the store keeps.
  func put(_ object: KubernetesObject) -> StoreChange? {
    guard let kept = projection(object) else { return remove(object.key) }
    return contents.withLock { contents in
      let old = contents.objects[kept.key]
      guard old != kept else { return nil }
      contents.put(kept, at: kept.key)
      return StoreChange(key: kept.key, old: old, new: kept)
    }
  }

  /// Takes an object out; nil if it was not in.
  func remove(_ key: ObjectKey) -> StoreChange? {
    contents.withLock { contents in
      contents.take(at: key).map { StoreChange(key: key, old: $0, new: nil) }
    }
  }
}

extension ObjectStore.Contents {
  fileprivate mutating func put(_ object: KubernetesObject, at key: ObjectKey) {
    version += 1
    if let old = objects.updateValue(object, forKey: key) { removeOwners(of: old, at: key) }
    addOwners(of: object, at: key)
  }

  fileprivate mutating func take(at key: ObjectKey) -> KubernetesObject? {
    guard let object = objects.removeValue(forKey: key) else { return nil }
    version += 1
    removeOwners(of: object, at: key)
    return object
  }

  fileprivate mutating func addOwners(of object: KubernetesObject, at key: ObjectKey) {
    for owner in object.ownerReferences {
      if let uid = owner["uid"]?.string { owned[uid, default: []].insert(key) }
    }
  }

  private mutating func removeOwners(of object: KubernetesObject, at key: ObjectKey) {
    for owner in object.ownerReferences {
      guard let uid = owner["uid"]?.string else { continue }
      owned[uid]?.remove(key)
      if owned[uid]?.isEmpty == true { owned[uid] = nil }
    }
  }
}
