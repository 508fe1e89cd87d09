// SPDX-License-Identifier: Apache-2.0

import KubernetesCore

/// Which changes of an object call for work.
///
/// An object that is new, gone, or a successor of the same name always does: a predicate only ever compares two states of
/// one UID, so an object that was deleted and recreated between two reads is never passed over.
///
/// Beware of what a predicate hides. One by ``specification`` alone does not see that somebody wiped the status
/// (`sigs.k8s.io/controller-runtime/pkg/predicate/predicate.go`, `GenerationChangedPredicate`); add ``status`` if that
/// is to be repaired.
public struct ChangePredicate: Sendable {
  private let differs: @Sendable (_ old: KubernetesObject, _ new: KubernetesObject) -> Bool

  /// A predicate by a comparison of two states of one object.
  public init(_ differs: @escaping @Sendable (_ old: KubernetesObject, _ new: KubernetesObject) -> Bool) {
    self.differs = differs
  }

  /// Whether the change calls for work.
  public func callsForWork(_ change: StoreChange) -> Bool {
    guard let old = change.old, let new = change.new, let uid = new.uid, old.uid == uid else { return true }
    return differs(old, new)
  }

  /// What either of two predicates lets through.
  public func or(_ other: ChangePredicate) -> ChangePredicate {
    ChangePredicate { differs($0, $1) || other.differs($0, $1) }
  }

  /// Any change that the store keeps.
  public static let any = ChangePredicate { _, _ in true }

  /// A new generation, or a mark for deletion. Types that the API server does not count generations of, such as
  /// ConfigMaps, pass with every change.
  public static let specification = ChangePredicate { old, new in
    new.generation == nil || old.generation != new.generation || old.isBeingDeleted != new.isBeingDeleted
  }

  /// A change of the status.
  public static let status = ChangePredicate { $0["status"] != $1["status"] }

  /// A change of one of these annotations.
  public static func annotations(_ names: Set<String>) -> ChangePredicate {
    ChangePredicate { old, new in
      names.contains {
        old[path: "metadata", "annotations", $0] != new[path: "metadata", "annotations", $0]
      }
    }
  }

  /// A change of one of these labels.
  public static func labels(_ names: Set<String>) -> ChangePredicate {
    ChangePredicate { old, new in
      names.contains { old[path: "metadata", "labels", $0] != new[path: "metadata", "labels", $0] }
    }
  }
}
