// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient

/// What is known of one object that something depends on.
enum Lookup: Hashable, Sendable {
  /// It has not been read yet; the reconcile is repeated when it has.
  case pending
  /// It is not there.
  case absent
  case present(KubernetesObject)
  /// It cannot be read.
  case failing(KubernetesError)
}

extension Informers {
  /// What is known of the object of that type and name, as far as somebody wants it watched.
  func lookup(_ type: ResourceType, _ key: ObjectKey) -> Lookup {
    let target = WatchTarget.named(type, key)
    if let error = obstacle(target) { return .failing(error) }
    guard let store = store(target), store.isSynced else { return .pending }
    return store.get(key).map(Lookup.present) ?? .absent
  }

  /// Why a target cannot be read; nil if it can, or is still to be.
  ///
  /// What was read once is believed as long as the server does not answer: a restart of the API server says nothing
  /// about the objects. That a right or a type is gone is an answer.
  func obstacle(_ target: WatchTarget) -> KubernetesError? {
    guard case .failing(let error, _) = state(target) else { return nil }
    return error.isForbidden || error.isNotFound || store(target)?.isSynced != true ? error : nil
  }
}
