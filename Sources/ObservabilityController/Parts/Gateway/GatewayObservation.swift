// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import Rendering

/// How the gateway of one object is, by its StatefulSet, pods and claims. Pure.
struct GatewayObservation {
  /// How long, in seconds, a claim may be without a volume: with some classes one is made when its pod has a node.
  static let patience: Int64 = 60

  let spec: Gateway
  /// The name of the StatefulSet.
  let name: String
  let namespace: String
  let statefulSet: KubernetesObject?
  let pods: [AgentPod]
  let claims: [GatewayClaim]
  let queue: QueueClaim
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
    let due = claims.compactMap { claim -> Int64? in
      guard claim.phase == "Pending", let made = claim.createdAt else { return nil }
      return made.secondsSinceEpoch + Self.patience + 1 - now.secondsSinceEpoch
    }
    return (due.filter { $0 > 0 } + pods.compactMap { $0.nextLook(now: now) }).min()
  }

  /// What is not as it should be; nil if all of it is, so that what the gateway does with its data counts.
  var state: PartState? {
    if let finding = pendingClaim { return .bad(finding) }
    if let finding = differingClaim { return .bad(finding) }
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

  private var pendingClaim: Finding? {
    guard ready < spec.replicas,
      let claim = claims.first(where: { claim in
        claim.phase != "Bound"
          && (claim.createdAt.map { now.secondsSinceEpoch - $0.secondsSinceEpoch > Self.patience } ?? false)
      })
    else { return nil }
    let what = "Claim \(namespace)/\(claim.name) is not bound to a volume (\(claim.phase))"
    guard let storageClass = claim.storageClass else {
      return Finding(
        .claimPending,
        "\(what): the cluster has no default StorageClass and spec.gateway.queue.storageClassName names none. Set it, then "
          + "kubectl -n \(namespace) delete statefulset/\(name) pvc/\(claim.name): the claim is empty, and both are made "
          + "again.")
    }
    return Finding(
      .claimPending,
      "\(what): StorageClass \(storageClass) has given it none. See kubectl -n \(namespace) describe pvc \(claim.name)."
    )
  }

  /// What the object asks for and the claims were not made for. The claims hold data, so nothing is changed by itself.
  private var differingClaim: Finding? {
    guard statefulSet != nil else { return nil }
    let recreate = "kubectl -n \(namespace) delete statefulset \(name) --cascade=orphan"
    if let wanted = Quantity.bytes(spec.queueSize), let made = Quantity.bytes(queue.size), wanted != made {
      let size = "spec.gateway.queue.size is \(spec.queueSize), and the claims were made for \(queue.size)"
      guard wanted > made else {
        return Finding(
          .claimDiffers, "\(size): a claim cannot shrink. Set spec.gateway.queue.size back to \(queue.size).")
      }
      let needed = GatewayQueue(size: wanted).claimQuantity
      return Finding(
        .claimDiffers,
        "\(size). Enlarge each claim: kubectl -n \(namespace) patch pvc \(GatewayShape.claimTemplate)-\(name)-0 -p "
          + "'{\"spec\":{\"resources\":{\"requests\":{\"storage\":\"\(needed)\"}}}}'; then \(recreate), which is made again "
          + "around the running pods.")
    }
    if let wanted = spec.queueStorageClassName, wanted != queue.storageClass {
      return Finding(
        .claimDiffers,
        "spec.gateway.queue.storageClassName is \(wanted), and the claims are of "
          + "\(queue.storageClass ?? "the cluster's default class"): a claim keeps its class. Set it back, or let the "
          + "queue run empty and \(recreate) with its pods and claims.")
    }
    return nil
  }
}
