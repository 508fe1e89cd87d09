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
    ([volumes.nextLook].compactMap(\.self) + inputs.pods.compactMap { $0.nextLook(now: now) }).min()
  }

  /// What is not as it should be; nil if all of it is, so that what the server says counts.
  var state: PartState? {
    if ready < replicas, let finding = volumes.pending { return .bad(finding) }
    if statefulSet != nil, let finding = volumes.differing { return .bad(finding) }
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

  private var volumes: ClaimFindings {
    let coroot = subject.spec.coroot
    return ClaimFindings(
      namespace: namespace, name: name, template: CorootShape.claimTemplate, field: "spec.coroot.storage",
      size: coroot.storageSize, storageClass: coroot.storageClassName, made: inputs.volume, claims: inputs.claims,
      now: now, needed: { _ in coroot.storageSize }, otherClass: { _ in "" })
  }
}
