// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import NodeEligibility
import ObservabilityAPI

/// How the agents of one object are, by node. Pure.
///
/// Counts are the DaemonSet controller's, which agree with each other; what fails, and why, is told by the pods.
struct AgentsObservation: Hashable, Sendable {
  /// The counts and failures that change during a rollout.
  struct Snapshot: Hashable, Sendable {
    var eligible: Int
    var updated: Int
    var ready: Int
    var failures: [AgentFailure]
  }

  /// How many nodes are to carry an agent.
  var eligible: Int
  /// The nodes that cannot, sorted by name.
  var ineligible: [IneligibleNode]
  /// How many nodes carry an agent of the current revision.
  var updated: Int { counts.updated }
  /// How many nodes carry an agent that is ready.
  var ready: Int { counts.ready }
  /// How many pods the DaemonSet's controller could not make, as far as it has looked at the latest change.
  var lacking: Int { isCurrent ? max(0, counts.desired - counts.scheduled) : 0 }
  /// Whether the DaemonSet's controller has made every pod of the latest revision that it is to make.
  var areAllMade: Bool { isCurrent && counts.desired > 0 && counts.scheduled >= counts.desired }
  /// The agents on eligible nodes that fail, sorted by node.
  var failures: [AgentFailure]
  /// After how many seconds time alone may change what fails.
  var nextLook: Int64?
  /// The part that changes while agents come and go.
  var snapshot: Snapshot { Snapshot(eligible: eligible, updated: updated, ready: ready, failures: failures) }
  /// The DaemonSet, if it is there.
  let daemonSet: KubernetesObject?
  private let counts: DaemonSetCounts

  private var isCurrent: Bool {
    daemonSet.map { counts.observedGeneration == $0.generation } ?? false
  }

  /// Looks at what the nodes are, at what the DaemonSet's controller says, and at its pods.
  ///
  /// - Parameter pods: any pods; those of other owners are passed over.
  init(
    pool: NodePool, nodes: [NodeView], daemonSet: KubernetesObject?, pods: some Sequence<AgentPod> = [], now: Timestamp
  ) {
    var eligible: Set<String> = []
    var ineligible: [IneligibleNode] = []
    for node in nodes {
      switch pool.standing(of: node) {
      case .notSelected: break
      case .eligible: eligible.insert(node.name)
      case .ineligible(let why): ineligible.append(IneligibleNode(name: node.name, kernel: node.kernel, why: why))
      }
    }
    self.eligible = eligible.count
    self.ineligible = ineligible.sorted { $0.name < $1.name }
    self.daemonSet = daemonSet
    counts = DaemonSetCounts(daemonSet)
    failures = []
    guard let owner = daemonSet?.uid else { return }
    for pod in pods where pod.owner == owner {
      if let look = pod.nextLook(now: now) { nextLook = min(nextLook ?? look, look) }
      // A pod whose node is not known is counted all the same: nothing else would tell of it.
      guard let failure = pod.failure(now: now), pod.node.isEmpty || eligible.contains(pod.node) else { continue }
      failures.append(failure)
    }
    failures.sort { ($0.node, $0.pod) < ($1.node, $1.pod) }
  }

  /// What it comes to, as a condition.
  ///
  /// - Parameter lacksForLong: whether pods are lacking for longer than it takes to make them.
  func state(podSecurity: PodSecurity, lacksForLong: Bool) -> PartState {
    guard let daemonSet else { return .progressing(Finding(.notCreated, "The DaemonSet does not exist yet.")) }
    guard eligible > 0 else {
      let others =
        ineligible.isEmpty
        ? "No node matches" : "\(ineligible.count) nodes match but cannot carry the agent; none fits"
      return .bad(
        Finding(.noEligibleNodes, "\(others) spec.nodeAgent.nodeSelector and tolerations. Widen them, or add nodes."))
    }
    if let finding = refusal(daemonSet, podSecurity, lacksForLong) { return .bad(finding) }
    guard failures.isEmpty else { return .bad(Finding(.podsFailing, AgentFailure.summary(failures, of: eligible))) }
    guard let finding = change(daemonSet) else {
      return .good(Finding(.allReady, "Agents run on \(eligible) of \(eligible) eligible nodes."))
    }
    guard ready > 0, eligible - ready <= counts.tolerance else { return .progressing(finding) }
    let reason = finding.reason == .agentsNotReady ? .minimumAvailable : finding.reason
    return .updating(Finding(reason, finding.message))
  }

  /// What still changes on its way to all agents being current and ready.
  private func change(_ daemonSet: KubernetesObject) -> Finding? {
    let name = "DaemonSet \(daemonSet.key)"
    guard isCurrent else {
      return Finding(.rollingOut, "\(name): its controller has not seen the latest change yet.")
    }
    guard counts.desired == eligible else {
      return Finding(.rollingOut, "\(name): \(counts.desired) of \(eligible) eligible nodes are scheduled.")
    }
    guard updated == eligible else {
      return Finding(
        .rollingOut, "\(name): \(updated) of \(eligible) nodes run the current revision; \(ready) agents are ready.")
    }
    guard ready == eligible else {
      return Finding(
        .agentsNotReady,
        "\(name): \(ready) of \(eligible) agents are ready. See kubectl -n \(daemonSet.namespace ?? "") get pods "
          + "-l app.kubernetes.io/instance=\(daemonSet.labels["app.kubernetes.io/instance"] ?? "").")
    }
    return nil
  }

  /// What keeps pods from being made: the API server refuses them, and so no pod says it.
  private func refusal(
    _ daemonSet: KubernetesObject, _ podSecurity: PodSecurity, _ lacksForLong: Bool
  ) -> Finding? {
    guard lacking > 0 else { return nil }
    let namespace = daemonSet.namespace ?? ""
    let head = "DaemonSet \(daemonSet.key): \(lacking) of \(counts.desired) pods cannot be made"
    if case .forbids(let level) = podSecurity {
      return Finding(
        .podSecurityForbids,
        "\(head). Namespace \(namespace) enforces Pod Security level \(level), which refuses agents: "
          + "\(PodSecurity.command(namespace)). They start by themselves then.")
    }
    guard lacksForLong else { return nil }
    let hint =
      podSecurity == .unknown
      ? " Namespace \(namespace) has no label \(PodSecurity.label); if the cluster's default refuses agents: "
        + "\(PodSecurity.command(namespace))." : ""
    return Finding(
      .podsNotCreated,
      "\(head). The API server's answer is in kubectl -n \(namespace) describe daemonset \(daemonSet.name).\(hint)")
  }
}

/// What a DaemonSet's controller says of its pods.
private struct DaemonSetCounts: Hashable, Sendable {
  var observedGeneration: Int64?
  /// How many nodes are to have a pod.
  var desired: Int
  /// How many of them have one.
  var scheduled: Int
  var updated: Int
  var ready: Int
  /// How many may be missing at a time (`maxUnavailable`).
  var tolerance: Int

  init(_ daemonSet: KubernetesObject?) {
    let status = daemonSet?["status"]
    // As in the API, 32 bits without a sign: what is computed from counts stays far from overflow.
    func count(_ value: JSONValue?) -> Int { Int(min(max(value?.integer ?? 0, 0), Int64(Int32.max))) }
    observedGeneration = status?["observedGeneration"]?.integer
    desired = count(status?["desiredNumberScheduled"])
    scheduled = count(status?["currentNumberScheduled"])
    updated = count(status?["updatedNumberScheduled"])
    ready = count(status?["numberReady"])
    let limit = daemonSet?[path: "spec", "updateStrategy", "rollingUpdate", "maxUnavailable"]
    if let text = limit?.string, text.hasSuffix("%"), let percent = Int(text.dropLast()) {
      // Rounded up, as the controller does (`GetScaledValueFromIntOrPercent` in k8s.io/apimachinery/pkg/util/intstr).
      tolerance = (min(max(percent, 0), 100) * desired + 99) / 100
    } else {
      tolerance = limit?.integer == nil ? 1 : count(limit)
    }
  }
}
