// SPDX-License-Identifier: Apache-2.0

import JSON

/// Which DaemonSets a batch of changes can concern, so that the controller looks at those and not at all of them.
struct DaemonSetNews {
  private var concernsAll = false
  private var sets: Set<String> = []
  private var accounts: Set<ObjectKey> = []
  private var namespaces: Set<String> = []

  /// - Parameter changes: nil if some are forgotten; then every set may be concerned.
  init(_ changes: ArraySlice<Store.Change>?) {
    guard let changes else {
      concernsAll = true
      return
    }
    for change in changes {
      switch change.storage {
      case APIServer.nodes: concernsAll = true
      case APIServer.daemonSets: sets.insert(change.object.uid)
      case APIServer.pods: sets.formUnion(Self.controllers(change.object) + Self.controllers(change.previous))
      case APIServer.serviceAccounts: accounts.insert(change.key)
      case APIServer.namespaces: namespaces.insert(change.key.name)
      default: break
      }
    }
  }

  var isEmpty: Bool { !concernsAll && sets.isEmpty && accounts.isEmpty && namespaces.isEmpty }

  func concern(_ set: JSONValue) -> Bool {
    concernsAll || sets.contains(set.uid) || namespaces.contains(set.namespace)
      || !accounts.isEmpty && accounts.contains(Self.account(of: set))
  }

  /// The ServiceAccount without which the set gets no pods.
  static func account(of set: JSONValue) -> ObjectKey {
    ObjectKey(
      namespace: set.namespace, name: set[path: "spec", "template", "spec", "serviceAccountName"]?.string ?? "default")
  }

  private static func controllers(_ pod: JSONValue?) -> [String] {
    (pod?.ownerReferences ?? []).filter { $0["controller"]?.bool == true }.compactMap { $0["uid"]?.string }
  }
}
