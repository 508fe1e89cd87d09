// SPDX-License-Identifier: Apache-2.0

import CleanText
import ControllerRuntime
import KubernetesCore

/// Why one agent does not run, in the words of who knows.
struct AgentFailure: Hashable, Sendable {
  /// What a person can do.
  enum Remedy: Hashable, Sendable {
    /// The words say it already.
    case none
    case image
    case reference
    case memory
    case room
    case logs(container: String)
    case describe
  }

  var node: String
  var namespace: String
  var pod: String
  /// One word in CamelCase: the kubelet's, the scheduler's or preflight's.
  var reason: String
  /// What was said, in one line.
  var words: String
  var remedy: Remedy

  /// `worker-1 platform-node-agent-x2b4c: OOMKilled: killed at its memory limit of 1Gi`.
  func sentence(words limit: Int) -> String {
    let place = [node, pod].filter { !$0.isEmpty }.joined(separator: " ")
    return "\(place): \(reason)" + (words.isEmpty ? "" : ": \(words.bounded(bytes: limit))")
  }

  /// What a person can do, as a sentence; empty if the words say it.
  var remedyText: String {
    switch remedy {
    case .none: ""
    case .image: "Correct spec.images, or name a pull secret in spec.images.pullSecrets."
    case .reference: "Create what is missing; the agent starts by itself then."
    case .memory: "Raise spec.nodeAgent.resources.limits.memory."
    case .room:
      "Make room on the node, lower spec.nodeAgent.resources.requests, or set spec.nodeAgent.priorityClassName."
    case .logs(let container): "See kubectl -n \(namespace) logs \(pod) -c \(container) --previous."
    case .describe: "See kubectl -n \(namespace) describe pod \(pod)."
    }
  }

  /// The whole story, for an Event.
  var note: String {
    let text = sentence(words: 700).withFullStop
    return remedyText.isEmpty ? text : "\(text) \(remedyText)"
  }
}

extension AgentFailure {
  /// How many are named in a condition.
  private static let named = 3

  /// `2 of 3 agents fail: …; … and 1 more. Raise …`, short enough for a condition.
  ///
  /// - Parameter failures: sorted by node; not empty.
  static func summary(_ failures: [AgentFailure], of count: Int) -> String {
    let shown = failures.prefix(named)
    var remedies: [Remedy: String] = [:]
    var order: [String] = []
    for failure in shown where remedies[failure.remedy] == nil {
      remedies[failure.remedy] = failure.remedyText
      if !failure.remedyText.isEmpty { order.append(failure.remedyText) }
    }
    let head = "\(failures.count) of \(count) agents fail: "
    let rest = failures.count > named ? "; and \(failures.count - named) more" : ""
    let fixed = ([head, rest] + order + shown.map { $0.sentence(words: 0) }).reduce(0) { $0 + $1.utf8.count + 4 }
    let words = max(40, (Condition.longestMessage - fixed) / max(1, shown.count))
    let text = head + shown.map { $0.sentence(words: words) }.joined(separator: "; ") + rest
    return ([text.withFullStop] + order).joined(separator: " ")
  }
}

extension String {
  /// The text with a full stop at its end, unless it ends a sentence already.
  var withFullStop: String { [".", "!", "…"].contains(suffix(1)) ? self : self + "." }
}
