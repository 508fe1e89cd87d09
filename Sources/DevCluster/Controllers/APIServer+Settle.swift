// SPDX-License-Identifier: Apache-2.0

import Logging

/// Runs the controllers until none of them finds anything to do: level-triggered, in a fixed order, after each request.
extension APIServer {
  private static let roundLimit = 1000

  func settle() {
    var rounds = 0
    while store.revision != settled {
      settled = store.revision
      reconcileDefinitions()
      if configuration.runsControllers {
        reconcileServiceAccounts()
        collectGarbage()
        reconcileNamespaces()
        reconcileDaemonSets()
        reconcileWorkloads()
      }
      rounds += 1
      if rounds == Self.roundLimit {
        logger.error("controllers do not come to rest", metadata: ["rounds": "\(rounds)"])
        break
      }
    }
    deliver()
  }
}
