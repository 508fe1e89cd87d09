// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import Harness
import KubernetesClient
import NodeEligibility

@testable import ObservabilityController

extension PartRegistry {
  /// The parts of this release over a cluster, without an operator around them.
  static func over(
    _ cluster: TestCluster, _ informers: Informers, decoded: DecodedObjects = DecodedObjects(), log: LogRecorder
  ) -> PartRegistry {
    let nodes = NodeEligibilityController(
      api: cluster.operatorClient, informers: informers, claimants: { decoded.claimants(informers) },
      policy: NodePolicy.proof, fieldManager: OperatorSettings.fieldManager, environment: .live,
      metrics: NoRuntimeMetrics(), logger: log.logger(), onChange: {})
    return PartRegistry(
      .standard,
      PartContext(
        transport: cluster.backend, environment: .live, domain: "cluster.local", nodes: nodes, onAnswer: { _ in }))
  }
}
