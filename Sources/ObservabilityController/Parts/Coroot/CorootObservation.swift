// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesCore
import ObservabilityAPI
import Rendering

/// How the workloads of Coroot are: the servers with their claims, and the cluster-agent. Pure.
struct CorootObservation {
  let subject: Subject
  let inputs: CorootPart.Inputs
  let statefulSet: KubernetesObject?
  let clusterAgent: KubernetesObject?
  let now: Timestamp

  private var namespace: String { subject.spec.namespace }
  private var name: String { CorootShape.name(of: subject.name) }
  private var replicas: Int64 { subject.spec.coroot.replicas }
  private var status: JSONValue? { statefulSet?["status"] }
  /// The number of servers that are ready.
  var ready: Int64 { status?["readyReplicas"]?.integer ?? 0 }
  private var updated: Int64 {
    status?["observedGeneration"]?.integer == statefulSet?.generation ? status?["updatedReplicas"]?.integer ?? 0 : 0
  }
  private var agentReady: Bool {
    clusterAgent?[path: "status", "observedGeneration"]?.integer == clusterAgent?.generation
      && (clusterAgent?[path: "status", "readyReplicas"]?.integer ?? 0) > 0
      && (clusterAgent?[path: "status", "updatedReplicas"]?.integer ?? 0) > 0
  }

  /// Which servers run, and how often each was started again.
  var servers: [String] {
    inputs.pods.filter { $0.isReady && $0.owner == statefulSet?.uid }.map { "\($0.uid)/\($0.agent.restarts)" }.sorted()
  }

  /// A fingerprint of what changes while servers come and go.
  var movement: Int {
    var hasher = Hasher()
    hasher.combine([ready, updated])
    hasher.combine(agentReady)
    hasher.combine(inputs.claims)
    return hasher.finalize()
  }

  /// After how many seconds time alone may change what is said.
  var nextLook: Int64? {
    let due = inputs.claims.compactMap { claim -> Int64? in
      guard claim.phase == "Pending", let made = claim.createdAt else { return nil }
      return made.secondsSinceEpoch + GatewayObservation.patience + 1 - now.secondsSinceEpoch
    }
    return (due.filter { $0 > 0 } + inputs.pods.compactMap { $0.nextLook(now: now) }).min()
  }

  /// What is not as it should be; nil if all of it is, so that what the server says counts.
  var state: PartState? {
    if let finding = pendingClaim ?? differingClaim { return .bad(finding) }
    let isWhole = ready >= replicas && updated >= replicas
    guard !isWhole || !agentReady else { return nil }
    let what =
      isWhole
      ? "The cluster-agent, Deployment \(namespace)/\(ClusterAgentShape.name(of: subject.name)), is not ready"
      : "\(ready) of \(replicas) servers of StatefulSet \(namespace)/\(name) are ready"
    let pods = inputs.pods.filter { isWhole ? $0.owner != statefulSet?.uid : $0.owner == statefulSet?.uid }
    if let failure = pods.compactMap({ $0.failure(now: now) }).min(by: { $0.pod < $1.pod }) {
      return .bad(
        Finding(
          .serversNotReady,
          "\(what). \(failure.sentence(words: 256)). See kubectl -n \(namespace) describe pod \(failure.pod)."))
    }
    return .progressing(
      Finding(.serversNotReady, isWhole ? "\(what) yet." : "\(what), \(updated) with the present settings."))
  }

  private var pendingClaim: Finding? {
    guard ready < replicas,
      let claim = inputs.claims.first(where: { claim in
        claim.phase != "Bound"
          && (claim.createdAt.map { now.secondsSinceEpoch - $0.secondsSinceEpoch > GatewayObservation.patience }
            ?? false)
      })
    else { return nil }
    let what = "Claim \(namespace)/\(claim.name) is not bound to a volume (\(claim.phase))"
    guard let storageClass = claim.storageClass else {
      return Finding(
        .claimPending,
        "\(what): the cluster has no default StorageClass and spec.coroot.storage.storageClassName names none. Set it, then "
          + "kubectl -n \(namespace) delete statefulset/\(name) pvc/\(claim.name): the claim is empty, and both are made "
          + "again.")
    }
    return Finding(
      .claimPending,
      "\(what): StorageClass \(storageClass) has given it none. See kubectl -n \(namespace) describe pvc \(claim.name)."
    )
  }

  private var differingClaim: Finding? {
    guard statefulSet != nil else { return nil }
    let coroot = subject.spec.coroot
    let recreate = "kubectl -n \(namespace) delete statefulset \(name) --cascade=orphan"
    if let wanted = Quantity.bytes(coroot.storageSize), let made = Quantity.bytes(inputs.volume.size), wanted != made {
      let size = "spec.coroot.storage.size is \(coroot.storageSize), and the claims were made for \(inputs.volume.size)"
      guard wanted > made else {
        return Finding(
          .claimDiffers, "\(size): a claim cannot shrink. Set spec.coroot.storage.size back to \(inputs.volume.size).")
      }
      return Finding(
        .claimDiffers,
        "\(size). Enlarge each claim: kubectl -n \(namespace) patch pvc \(CorootShape.claimTemplate)-\(name)-0 -p "
          + "'{\"spec\":{\"resources\":{\"requests\":{\"storage\":\"\(coroot.storageSize)\"}}}}'; then \(recreate), which is "
          + "made again around the running pods.")
    }
    if let wanted = coroot.storageClassName, wanted != inputs.volume.storageClass {
      return Finding(
        .claimDiffers,
        "spec.coroot.storage.storageClassName is \(wanted), and the claims are of "
          + "\(inputs.volume.storageClass ?? "the cluster's default class"): a claim keeps its class. Set it back.")
    }
    return nil
  }
}
