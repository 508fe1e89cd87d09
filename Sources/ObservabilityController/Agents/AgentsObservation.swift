// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import ObservabilityAPI

/// How the agents of one object are, by node.
struct AgentsObservation: Hashable, Sendable {
  /// A node that is asked for but cannot carry the agent.
  struct Ineligible: Hashable, Sendable {
    var name: String
    var kernel: String
    var reason: String
  }

  /// What the counts come to.
  enum Verdict: Hashable, Sendable {
    /// Agents of the current revision run and are ready on every eligible node.
    case available(Finding)
    /// It goes on by itself.
    case progressing(Finding)
    /// Nothing will change unless something is done.
    case unavailable(Finding)
  }

  /// How many nodes are to carry an agent.
  var eligible: Int
  /// The nodes that cannot, sorted by name.
  var ineligible: [Ineligible]
  /// How many nodes carry an agent of the current revision.
  var updated: Int
  /// How many nodes carry an agent that is ready.
  var ready: Int
  var verdict: Verdict

  /// Counts by what the nodes are and by what the DaemonSet's controller says of them.
  init(pool: NodePool, nodes: [NodeView], daemonSet: KubernetesObject?) {
    var eligible = 0
    var ineligible: [Ineligible] = []
    for node in nodes {
      switch pool.standing(of: node) {
      case .notSelected: break
      case .eligible: eligible += 1
      case .ineligible(let reason): ineligible.append(Ineligible(name: node.name, kernel: node.kernel, reason: reason))
      }
    }
    self.eligible = eligible
    self.ineligible = ineligible.sorted { $0.name < $1.name }
    let status = DaemonSetStatus(daemonSet)
    updated = status.updated
    ready = status.ready
    verdict = Self.verdict(eligible: eligible, ineligible: ineligible.count, status: status, daemonSet: daemonSet)
  }

  private static func verdict(
    eligible: Int, ineligible: Int, status: DaemonSetStatus, daemonSet: KubernetesObject?
  ) -> Verdict {
    guard let daemonSet else { return .progressing(Finding(.notCreated, "The DaemonSet is not there yet.")) }
    let name = "DaemonSet \(daemonSet.key)"
    guard eligible > 0 else {
      let others =
        ineligible == 0 ? "No node matches" : "\(ineligible) nodes match but cannot carry the agent; none fits"
      return .unavailable(
        Finding(.noEligibleNodes, "\(others) spec.nodeAgent.nodeSelector and tolerations. Widen them, or add nodes."))
    }
    guard status.observedGeneration == daemonSet.generation else {
      return .progressing(Finding(.rollingOut, "\(name): its controller has not seen the latest change yet."))
    }
    guard status.desired == eligible else {
      return .progressing(
        Finding(.rollingOut, "\(name): \(status.desired) of \(eligible) eligible nodes are scheduled."))
    }
    guard status.updated == eligible else {
      return .progressing(
        Finding(.rollingOut, "\(name): \(status.updated) of \(eligible) nodes run the current revision."))
    }
    guard status.ready == eligible else {
      return .progressing(
        Finding(
          .agentsNotReady,
          "\(name): \(status.ready) of \(eligible) agents are ready. See kubectl -n \(daemonSet.namespace ?? "") get pods "
            + "-l app.kubernetes.io/instance=\(daemonSet.labels["app.kubernetes.io/instance"] ?? "")."))
    }
    return .available(Finding(.allReady, "Agents run on \(eligible) of \(eligible) eligible nodes."))
  }
}

/// What a DaemonSet's controller says of its pods.
private struct DaemonSetStatus {
  var observedGeneration: Int64?
  var desired: Int
  var updated: Int
  var ready: Int

  init(_ daemonSet: KubernetesObject?) {
    let status = daemonSet?["status"]
    func count(_ member: String) -> Int { Int(status?[member]?.integer ?? 0) }
    observedGeneration = status?["observedGeneration"]?.integer
    desired = count("desiredNumberScheduled")
    updated = count("updatedNumberScheduled")
    ready = count("numberReady")
  }
}
