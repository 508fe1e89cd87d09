// SPDX-License-Identifier: Apache-2.0

import Logging

/// Runs the controllers until none of them finds anything to do, in a fixed order, after each request.
///
/// They are level-triggered: what changed only decides which objects a controller looks at, not what it does about them.
extension APIServer {
  private static let roundLimit = 1000

  func settle() {
    var rounds = 0
    while store.revision != settled {
      let news = store.changes(after: settled)
      settled = store.revision
      let touched = news.map { Set($0.map(\.storage)) }
      func isTouched(_ storages: StorageKey...) -> Bool { touched.map { !$0.isDisjoint(with: storages) } ?? true }

      if isTouched(CustomResourceDefinition.storage) || isDefined(touched) { reconcileDefinitions() }
      if configuration.runsControllers {
        if isTouched(Self.namespaces, Self.serviceAccounts) { reconcileServiceAccounts() }
        if news?.contains(where: mattersToGarbage) ?? true { collectGarbage() }
        if store.objects(Self.namespaces).contains(where: \.isBeingDeleted) { reconcileNamespaces() }
        reconcileDaemonSets(after: news)
        if isTouched(Self.deployments, Self.statefulSets) { reconcileWorkloads() }
        if isTouched(Self.grafanas, Self.grafanaDashboards, Self.rules) { reconcileNeighbours() }
      }
      rounds += 1
      if rounds == Self.roundLimit {
        logger.error("controllers do not come to rest", metadata: ["rounds": "\(rounds)"])
        break
      }
    }
    deliver()
  }

  /// Whether objects of a definition that is being deleted are among what changed.
  private func isDefined(_ touched: Set<StorageKey>?) -> Bool {
    guard let touched else { return true }
    return types.types.contains { $0.isCustom && touched.contains($0.storage) }
  }

  /// Whether a change can make somebody an orphan, or free an owner that waits.
  private func mattersToGarbage(_ change: Store.Change) -> Bool {
    if change.kind == .deleted || change.object.isBeingDeleted { return true }
    return change.object.ownerReferences != change.previous?.ownerReferences ?? []
  }
}
