// SPDX-License-Identifier: Apache-2.0

import JSON

/// What may have become of the history of a server that comes back.
public enum Restart: Hashable, Sendable {
  /// The watches end, the history is as it was.
  case plain
  /// The history is compacted: watches and pages from before get 410 Expired.
  case compacted
  /// The state is that of so many revisions ago, as after a restore from a backup. As etcd's guide to disaster recovery
  /// demands, the counter of revisions goes on ahead of what any client has seen, and everything before is compacted
  /// (etcd.io/docs, "Restoring with revision bump").
  case restored(revisions: Int64)
}

extension APIServer {
  /// Ends all watches and lets go of requests that wait, as a server that is started anew does.
  public func restart(_ kind: Restart = .plain) {
    switch kind {
    case .plain: break
    case .compacted: store.compact()
    case .restored(let revisions):
      store.restore(to: max(store.revision - revisions, store.oldestReadable))
      delivered = store.revision
    }
    frozen = nil
    releaseHeld()
    endWatches()
    settle()
  }

  /// Lets watches, and reads that may be answered from a cache, see nothing newer than what is there now, as a server
  /// that lags behind, until ``thaw()``. Writes take effect, and reads that name no version see them.
  public func freeze() { frozen = frozen ?? store.revision }

  /// Lets reads and watches see everything again.
  public func thaw() {
    frozen = nil
    deliver()
  }

  /// Takes a Lease away from its holder, as another candidate would; says whether there is one.
  @discardableResult
  public func takeLease(_ name: String, namespace: String, by holder: String, seconds: Int64 = 15) -> Bool {
    let storage = StorageKey(group: "coordination.k8s.io", plural: "leases")
    let key = ObjectKey(namespace: namespace, name: name)
    guard var lease = store.object(storage, key) else { return false }
    let transitions = lease[path: "spec", "leaseTransitions"]?.integer ?? 0
    let now = configuration.now().rfc3339.dropLast() + ".000000Z"
    lease["spec"] = [
      "holderIdentity": .string(holder), "leaseDurationSeconds": .integer(seconds),
      "acquireTime": .string(String(now)), "renewTime": .string(String(now)),
      "leaseTransitions": .integer(transitions + 1),
    ]
    _ = store.put(lease, storage, key)
    settle()
    return true
  }
}
