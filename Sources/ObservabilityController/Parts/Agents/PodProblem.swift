// SPDX-License-Identifier: Apache-2.0

import KubernetesCore

/// Why one pod does not run, in the words in which a condition has it.
package struct PodProblem: Hashable, Sendable {
  /// Node, pod, reason and cause: `worker-1 platform-node-agent-x2b4c: OOMKilled: killed at its memory limit of 1Gi.`
  package let message: String
  /// What a person can do, as a sentence; empty if the message says it.
  package let remedy: String

  /// The problem of a Pod; nil if it runs, is being deleted, or is on its way.
  package init?(_ pod: KubernetesObject, now: Timestamp) {
    guard let failure = AgentPod(pod).failure(now: now) else { return nil }
    message = failure.sentence(words: 500).withFullStop
    remedy = failure.remedyText
  }
}
