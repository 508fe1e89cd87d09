// SPDX-License-Identifier: Apache-2.0

import JSON
import Logging

/// Deletes what has lost its owners (`pkg/controller/garbagecollector`).
extension APIServer {
  private struct Dependent {
    var storage: StorageKey
    var object: JSONValue
  }

  func collectGarbage() {
    var uids: Set<String> = []
    var deletingInForeground: Set<String> = []
    var dependents: [String: [Dependent]] = [:]
    var owned: [Dependent] = []
    var waiting: [Dependent] = []
    for storage in store.storages {
      for object in store.objects(storage) {
        uids.insert(object.uid)
        if object.isBeingDeleted, object.finalizers.contains("foregroundDeletion") {
          deletingInForeground.insert(object.uid)
        }
        if object.isBeingDeleted, object.finalizers.contains(where: { $0 == "foregroundDeletion" || $0 == "orphan" }) {
          waiting.append(Dependent(storage: storage, object: object))
        }
        guard !object.ownerReferences.isEmpty else { continue }
        let dependent = Dependent(storage: storage, object: object)
        owned.append(dependent)
        for owner in object.ownerReferences { dependents[owner["uid"]?.string ?? "", default: []].append(dependent) }
      }
    }
    for owner in waiting { finish(owner, dependents[owner.object.uid] ?? []) }
    for dependent in owned { collect(dependent, uids, deletingInForeground) }
  }

  /// Lets the dependents of an owner go, one way or the other, and then the owner.
  private func finish(_ owner: Dependent, _ dependents: [Dependent]) {
    if owner.object.finalizers.contains("orphan") {
      for dependent in dependents {
        guard var object = store.object(dependent.storage, dependent.object.objectKey) else { continue }
        object.ownerReferences.removeAll { $0["uid"]?.string == owner.object.uid }
        _ = store.put(object, dependent.storage, object.objectKey)
      }
      free(owner, of: "orphan")
    } else {
      let blocking = dependents.filter { dependent in
        dependent.object.ownerReferences.contains {
          $0["uid"]?.string == owner.object.uid && $0["blockOwnerDeletion"]?.bool == true
        }
      }
      if blocking.isEmpty { free(owner, of: "foregroundDeletion") }
    }
  }

  private func free(_ owner: Dependent, of finalizer: String) {
    guard var object = store.object(owner.storage, owner.object.objectKey) else { return }
    object.finalizers.removeAll { $0 == finalizer }
    release(object, owner.storage)
  }

  private func collect(_ dependent: Dependent, _ uids: Set<String>, _ deletingInForeground: Set<String>) {
    guard let type = types.stored(dependent.storage), !dependent.object.isBeingDeleted,
      let object = store.object(dependent.storage, dependent.object.objectKey), object.uid == dependent.object.uid
    else { return }
    let owners = object.ownerReferences
    let alive = owners.filter { uids.contains($0["uid"]?.string ?? "") }
    let staying = alive.filter { !deletingInForeground.contains($0["uid"]?.string ?? "") }
    guard staying.isEmpty, !owners.isEmpty else { return }
    var options = DeleteOptions()
    // A dependent in the middle of a foreground deletion has its own dependents go first as well.
    if !alive.isEmpty { options.propagation = .foreground }
    logger.info(
      "object collected",
      metadata: [
        "type": "\(dependent.storage.plural)", "object": "\(object.objectKey.text)",
        "owner": "\(owners.first?["kind"]?.string ?? "")/\(owners.first?["name"]?.string ?? "")",
      ])
    _ = remove(object, type, options)
  }
}
