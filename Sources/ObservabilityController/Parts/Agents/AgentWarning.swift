// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// A warning about agents that run: part of the message of `AgentsAvailable`, and reported in one Event.
struct AgentWarning: Hashable, Sendable {
  /// The reason of the Event.
  let reason: String
  /// The sentence.
  let text: String

  /// Returns the warnings that apply.
  static func notes(
    for spec: ObservabilitySpec, agents: AgentsObservation, podSecurity: PodSecurity, isNodePolicyMissing: Bool = false
  ) -> [AgentWarning] {
    guard agents.daemonSet != nil else { return [] }
    var notes: [AgentWarning] = []
    if spec.nodeAgent.security.mode == .privileged { notes.append(.privileged) }
    if isNodePolicyMissing {
      notes.append(
        AgentWarning(reason: ConditionReason.nodePolicyMissing.name, text: "\(NodePolicy.warning)."))
    }
    // Existing pods stay, so nothing fails until one must be recreated. If some are missing already, the condition
    // reports that.
    if case .forbids(let level) = podSecurity, agents.areAllMade {
      notes.append(
        AgentWarning(
          reason: ConditionReason.podSecurityForbids.name,
          text:
            "Namespace \(spec.namespace) enforces Pod Security level \(level), so that an agent that exits cannot be "
            + "replaced: \(PodSecurity.command(spec.namespace))."))
    }
    return notes
  }

  /// What `spec.nodeAgent.security.mode: Privileged` gives up.
  private static let privileged = AgentWarning(
    reason: "PrivilegedMode",
    text: "Agents are privileged: every capability, every device of the node, and no seccomp, AppArmor or SELinux "
      + "profile holds for them. Set spec.nodeAgent.security.mode to Minimal to take that back.")
}

extension PartState {
  /// The same state with more sentences in its message.
  func adding(_ sentences: [String]) -> PartState {
    guard !sentences.isEmpty else { return self }
    func longer(_ finding: Finding) -> Finding {
      Finding(finding.reason, ([finding.message] + sentences).joined(separator: " "))
    }
    return switch self {
    case .good(let finding): .good(longer(finding))
    case .updating(let finding): .updating(longer(finding))
    case .progressing(let finding): .progressing(longer(finding))
    case .bad(let finding): .bad(longer(finding))
    case .off(let finding): .off(longer(finding))
    }
  }
}
