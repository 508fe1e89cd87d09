// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Harness

extension TestCluster {
  /// From now on the server is as one whose gate `WatchList` is off.
  func refuseStreamedLists() async {
    await server.setIntercept { request in
      guard request.parameter("sendInitialEvents") != nil else { return nil }
      let message = "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled"
      return .answer(APIResponse(status: 422, json: TestCluster.status(422, "Invalid", message)))
    }
  }
}
