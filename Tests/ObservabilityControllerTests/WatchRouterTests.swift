// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import Harness
import JSON
import KubernetesCore
import Testing

@testable import ObservabilityController

/// Which objects a change of something that they watch calls for work on.
@Suite struct WatchRouterTests {
  /// The claim of a gateway's queue, with the labels that its StatefulSet gives it.
  private static func claim(phase: JSONValue) -> KubernetesObject {
    KubernetesObject([
      "apiVersion": "v1", "kind": "PersistentVolumeClaim",
      "metadata": [
        "namespace": "cozy-coroot", "name": "queue-platform-gateway-0", "uid": "1",
        "labels": ["app.kubernetes.io/name": "observability-gateway", "app.kubernetes.io/instance": "platform"],
      ],
      "status": ["phase": phase],
    ])
  }

  @Test("A claim whose phase changes calls for its object, though it has no label of ours")
  func claims() {
    let queue = WorkQueue<String>(name: "objects")
    let router = WatchRouter(queue: queue, types: .standard, logger: LogRecorder().logger())
    let (old, new) = (Self.claim(phase: "Bound"), Self.claim(phase: "Lost"))
    router.changed(GatewayClaim.target(in: "cozy-coroot"), StoreChange(key: new.key, old: old, new: new))
    #expect(queue.count == 1)
  }
}
