// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Telemetry

/// What the pods of one object's agents tell of the nodes that they are on. Pure.
struct NodeEvidence: Hashable, Sendable {
  var node: String
  var reason: IneligibilityReason
  /// What was found, in the words of who found it.
  var message: String

  /// How often the agent must have been started again.
  static let restarts = 5
  /// How long it must have been at it, in seconds: a node that has just booted may still be loading modules.
  static let patience: Int64 = 180

  /// What the pods of one object tell.
  ///
  /// Preflight looks at its node alone, so its word counts. The agent's end with exit code 1 is its word for something
  /// that it cannot do without (`klog.Exit`), but not necessarily of the node: a bad image or setting ends it everywhere.
  /// So it counts only as long as, of the same revision, at least as many agents are ready as end so, and one at least.
  /// What fails everywhere is reported as failing pods.
  ///
  /// Not counted: an agent that was killed, for its memory above all (exit code 137), or that ends with 255 for a bad
  /// certificate authority; one that runs; and a pod that is being deleted.
  static func all(in pods: [AgentPod]) -> [NodeEvidence] {
    let pods = pods.filter { !$0.isBeingDeleted && !$0.node.isEmpty }
    var ready: [String: Int] = [:]
    for pod in pods where pod.isReady { ready[pod.revision, default: 0] += 1 }
    var ending: [String: [NodeEvidence]] = [:]
    var evidence: [NodeEvidence] = []
    for pod in pods where !pod.isReady {
      if let report = pod.preflight.latest?.report, report.verdict == .ineligible,
        let reason = IneligibilityReason(named: report.reason), !IneligibilityReason.ofNodeObject.contains(reason)
      {
        evidence.append(NodeEvidence(node: pod.node, reason: reason, message: report.message))
      } else if let words = lastWords(pod) {
        ending[pod.revision, default: []].append(NodeEvidence(node: pod.node, reason: .agentExits, message: words))
      }
    }
    for (revision, found) in ending where found.count <= ready[revision, default: 0] { evidence += found }
    return evidence.sorted { $0.node < $1.node }
  }

  /// What the agent said when it ended, if it ends again and again; nil if it does not.
  private static func lastWords(_ pod: AgentPod) -> String? {
    guard pod.agent.state != .running, pod.agent.restarts >= Self.restarts, let end = pod.agent.latest,
      end.exitCode == 1, end.reason != "OOMKilled", let created = pod.createdAt, let finished = end.finishedAt,
      finished.secondsSinceEpoch - created.secondsSinceEpoch >= Self.patience
    else { return nil }
    return lastLine(end.message)
  }

  /// The last line that is not empty: the log before it tells how it went well. Without passwords: the agent logs the URLs
  /// that it was given. A line that was cut at its start begins with the first word that is whole.
  private static func lastLine(_ text: String) -> String {
    var line = text.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) } ?? ""
    if line.hasPrefix("…") { line = line.drop { !$0.isWhitespace }.drop(while: \.isWhitespace) }
    return Redaction.apply(String(line))
  }
}
