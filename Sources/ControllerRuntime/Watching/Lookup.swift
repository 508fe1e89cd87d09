// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore

/// What is known of one object that something depends on.
public enum Lookup: Hashable, Sendable {
  /// It has not been read yet; the reconcile is repeated when it has.
  case pending
  /// It is not there.
  case absent
  /// It is there.
  case present(KubernetesObject)
  /// It cannot be read for want of a right, or because the cluster has no such type.
  case failing(KubernetesError)
}

/// What is known of a collection.
public enum WatchedCollection: Sendable {
  /// It has not been read yet.
  case pending
  /// It has been read.
  case known(ObjectStore)
  /// It cannot be read for want of a right, or because the cluster has no such type.
  case failing(KubernetesError)
}

extension Informers {
  /// What is known of the objects of a target, as far as somebody wants it watched.
  ///
  /// While the server cannot be reached, what it last told stands: it would be wrong to say that something is missing.
  public func collection(_ target: WatchTarget) -> WatchedCollection {
    if case .failing(let error, _) = state(target), error.isForbidden || error.isNotFound { return .failing(error) }
    guard let store = store(target), store.isSynced else { return .pending }
    return .known(store)
  }

  /// What is known of the object of that type and name.
  public func lookup(_ type: ResourceType, _ key: ObjectKey) -> Lookup {
    switch collection(.named(type, key)) {
    case .pending: .pending
    case .failing(let error): .failing(error)
    case .known(let store): store.get(key).map(Lookup.present) ?? .absent
    }
  }
}
