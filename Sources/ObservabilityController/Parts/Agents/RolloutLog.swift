// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import Logging

/// The log lines about the agents of one object: each fact once. Pure.
struct RolloutLog: Hashable, Sendable {
  private var counts: [Int] = []

  /// Returns the line about how far the rollout is, if that is news.
  ///
  /// - Parameter child: the DaemonSet as a log line names it; nil if it was not looked at.
  mutating func record(_ agents: AgentsObservation, child: String?) -> [LogLine] {
    guard let child else { return [] }
    let counts = [agents.updated, agents.ready, agents.eligible]
    defer { self.counts = counts }
    guard counts != self.counts else { return [] }
    return [
      LogLine(.info, "rollout", ["child": "\(child)", "ready": "\(agents.ready)", "eligible": "\(agents.eligible)"])
    ]
  }

  /// The line about an agent that began to fail.
  static func line(_ failure: AgentFailure) -> LogLine {
    LogLine(
      .warning, "agent fails",
      [
        "node": "\(failure.node)", "pod": "\(failure.pod)", "reason": "\(failure.reason)",
        "cause": "\(failure.words)",
      ])
  }
}
