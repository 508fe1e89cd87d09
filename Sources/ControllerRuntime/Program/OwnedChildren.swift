// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore
import Synchronization

/// The children that this process has applied, by owner: what is missing now and was applied before was deleted by
/// another writer. A new process begins without it and takes a missing child for a new one.
final class OwnedChildren: Sendable {
  /// A child as it was applied last.
  struct Applied: Sendable {
    var uid: String?
    var hash: String
  }

  private struct Owner {
    /// A successor of the same name is another owner.
    var uid: String?
    var children: [ChildID: Applied] = [:]
    var hasReportedRival = false
  }

  private let applier: ChildApplier
  private let owners = Mutex<[ObjectKey: Owner]>([:])

  init(applier: ChildApplier) {
    self.applier = applier
  }

  /// Returns the child as it was applied last for this owner; nil if it never was, or was deleted on purpose.
  func applied(_ child: ChildID, for key: ObjectKey, uid: String?) -> Applied? {
    if owners.withLock({ $0[key].map { $0.uid != uid } ?? false }) { forget(key) }
    return owners.withLock { $0[key]?.children[child] }
  }

  /// Remembers what an apply answered, and returns what to report of it.
  func record(_ applied: AppliedChild, of child: ChildID, for key: ObjectKey, uid: String?) -> ChildReport {
    let before = owners.withLock { owners in
      let before = owners[key]?.children[child]
      if case .replacing = applied.change {
        owners[key]?.children[child] = nil
      } else if let now = applied.uid {
        owners[key, default: Owner(uid: uid)].children[child] = Applied(uid: now, hash: applied.hash)
      }
      return before
    }
    return ChildReport(
      of: child, applied.change, absence: before.map { $0.uid == applied.uid ? .hidden : .deleted },
      alteration: applied.alteration, fieldManager: applier.fieldManager)
  }

  /// Whether a second process under the same field manager is still to be reported for this owner; true once.
  func reportsRival(for key: ObjectKey) -> Bool {
    owners.withLock { owners in
      defer { owners[key]?.hasReportedRival = true }
      return owners[key]?.hasReportedRival == false
    }
  }

  /// Forgets a child that is deleted on purpose.
  func forget(_ child: ChildID, of key: ObjectKey) {
    owners.withLock { $0[key]?.children[child] = nil }
    applier.forget(child)
  }

  /// Forgets the children of an owner that is gone.
  func forget(_ key: ObjectKey) {
    let owner = owners.withLock { $0.removeValue(forKey: key) }
    for child in owner?.children.keys ?? [:].keys { applier.forget(child) }
  }
}
