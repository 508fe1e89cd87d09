// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Harness
import Synchronization

/// How often something was refused.
final class Refusals: Sendable {
  private let refused = Mutex(0)

  var count: Int { refused.withLock { $0 } }

  func add() { refused.withLock { $0 += 1 } }
}

extension TestCluster {
  /// From now on the server is as one whose gate `WatchList` is off.
  @discardableResult
  func refuseStreamedLists() async -> Refusals {
    let refusals = Refusals()
    await server.setIntercept { request in
      guard request.parameter("sendInitialEvents") != nil else { return nil }
      refusals.add()
      let message = "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled"
      return .answer(APIResponse(status: 422, json: TestCluster.status(422, "Invalid", message)))
    }
    return refusals
  }
}
