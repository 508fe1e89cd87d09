// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Telemetry

/// How the agent runs on one node, as far as that shows something about the node.
package struct AgentRun: Hashable, Sendable {
  /// How the agent exited.
  package struct End: Hashable, Sendable {
    package var exitCode: Int
    package var reason: String
    /// The end of its log.
    package var message: String
    package var finishedAt: Timestamp?

    package init(exitCode: Int, reason: String, message: String, finishedAt: Timestamp?) {
      self.exitCode = exitCode
      self.reason = reason
      self.message = message
      self.finishedAt = finishedAt
    }
  }

  /// Empty while it is not known.
  package var node: String
  /// What tells one pod template from another.
  package var revision: String
  package var isReady: Bool
  /// What preflight reported when it exited the last time.
  package var preflight: PreflightReport?
  /// When the pod was created.
  package var createdAt: Timestamp?
  /// How often the agent was started again.
  package var restarts: Int
  /// How the agent exited the last time; nil while it runs.
  package var end: End?

  package init(
    node: String, revision: String, isReady: Bool, preflight: PreflightReport? = nil, createdAt: Timestamp? = nil,
    restarts: Int = 0, end: End? = nil
  ) {
    self.node = node
    self.revision = revision
    self.isReady = isReady
    self.preflight = preflight
    self.createdAt = createdAt
    self.restarts = restarts
    self.end = end
  }
}

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
  /// certificate authority, and one that runs. Pods that are being deleted are not among the runs.
  static func all(in runs: [AgentRun]) -> [NodeEvidence] {
    let runs = runs.filter { !$0.node.isEmpty }
    var ready: [String: Int] = [:]
    for run in runs where run.isReady { ready[run.revision, default: 0] += 1 }
    var ending: [String: [NodeEvidence]] = [:]
    var evidence: [NodeEvidence] = []
    for run in runs where !run.isReady {
      if let report = run.preflight, report.verdict == .ineligible,
        let reason = IneligibilityReason(named: report.reason), !IneligibilityReason.ofNodeObject.contains(reason)
      {
        evidence.append(NodeEvidence(node: run.node, reason: reason, message: report.message))
      } else if let words = lastWords(run) {
        ending[run.revision, default: []].append(NodeEvidence(node: run.node, reason: .agentExits, message: words))
      }
    }
    for (revision, found) in ending where found.count <= ready[revision, default: 0] { evidence += found }
    return evidence.sorted { $0.node < $1.node }
  }

  /// What the agent said when it ended, if it ends again and again; nil if it does not.
  private static func lastWords(_ run: AgentRun) -> String? {
    guard run.restarts >= Self.restarts, let end = run.end, end.exitCode == 1, end.reason != "OOMKilled",
      let created = run.createdAt, let finished = end.finishedAt,
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
