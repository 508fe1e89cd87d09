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
    if let error = obstacle(to: target) { return .failing(error) }
    guard let store = store(target), store.isSynced else { return .pending }
    return store.get(key).map(Lookup.present) ?? .absent
  }

  /// Why what is known of a target cannot be relied on; nil if it can, or if it has not been read yet.
  ///
  /// A server that is away for a moment takes nothing back of what it told: that is the matter of the log, not of the
  /// objects.
  func obstacle(to target: WatchTarget) -> KubernetesError? {
    guard case .failing(let error, _) = state(target) else { return nil }
    let isAnswer = error.isForbidden || error.isNotFound
    return isAnswer || store(target)?.isSynced != true ? error : nil
  }
}
