// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import Rendering

/// How the gateway of one object is, by its StatefulSet, pods and claims. Pure.
struct GatewayObservation {
  let spec: Gateway
  /// The name of the StatefulSet.
  let name: String
  let namespace: String
  let statefulSet: KubernetesObject?
  let pods: [AgentPod]
  let claims: [GatewayClaim]
  let queue: VolumeClaim
  let now: Timestamp

  private var status: JSONValue? { statefulSet?["status"] }
  /// How many replicas are ready.
  var ready: Int64 { status?["readyReplicas"]?.integer ?? 0 }
  private var updated: Int64 { isCurrent ? status?["updatedReplicas"]?.integer ?? 0 : 0 }
  private var isCurrent: Bool { status?["observedGeneration"]?.integer == statefulSet?.generation }

  /// A fingerprint of what changes while replicas come and go.
  var movement: Int {
    var hasher = Hasher()
    hasher.combine(ready)
    hasher.combine(updated)
    hasher.combine(claims)
    return hasher.finalize()
  }

  /// After how many seconds time alone may change what is said.
  var nextLook: Int64? {
    ([volumes.nextLook].compactMap(\.self) + pods.compactMap { $0.nextLook(now: now) }).min()
  }

  /// What is not as it should be; nil if all of it is, so that what the gateway does with its data counts.
  var state: PartState? {
    if ready < spec.replicas, let finding = volumes.pending { return .bad(finding) }
    if statefulSet != nil, let finding = volumes.differing { return .bad(finding) }
    guard ready < spec.replicas || updated < spec.replicas else { return nil }
    let counts = "\(ready) of \(spec.replicas) replicas of StatefulSet \(namespace)/\(name) are ready"
    if let failure = pods.compactMap({ $0.failure(now: now) }).min(by: { $0.pod < $1.pod }) {
      return .bad(
        Finding(
          .replicasNotReady,
          "\(counts). \(failure.sentence(words: 256)). See kubectl -n \(namespace) describe pod \(failure.pod)."))
    }
    let finding = Finding(.replicasNotReady, "\(counts), \(updated) of the present version.")
    return ready > 0 && ready >= spec.replicas - 1 ? .updating(finding) : .progressing(finding)
  }

  private var volumes: ClaimFindings {
    ClaimFindings(
      namespace: namespace, name: name, template: GatewayShape.claimTemplate, field: "spec.gateway.queue",
      size: spec.queueSize, storageClass: spec.queueStorageClassName, made: queue, claims: claims, now: now,
      needed: { GatewayQueue(size: $0).claimQuantity },
      otherClass: { ", or let the queue run empty and \($0) with its pods and claims" })
  }
}
