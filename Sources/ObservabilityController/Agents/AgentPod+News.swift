// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesCore

/// Which changes of a pod call for work.
///
/// A pod is created, placed, prepared and started before it is ready, and says each. With thousands of nodes these are
/// most of the changes, and nothing follows from them: its DaemonSet counts it, and the time that it may take is known
/// from its beginning.
extension AgentPod {
  /// Lets through all but steps on the way to being ready.
  static let news = ChangePredicate { !AgentPod($0).isStep(to: AgentPod($1)) }

  private func isStep(to next: AgentPod) -> Bool {
    guard isUnderway, next.isUnderway else { return false }
    var before = self
    before.node = next.node
    before.phase = next.phase
    before.createdAt = next.createdAt
    before.notReadySince = next.notReadySince
    before.createdAt = next.createdAt
    before.preflight.state = next.preflight.state
    before.agent.state = next.agent.state
    return before == next
  }

  private var isUnderway: Bool { !isReady && preflight.isUnderway && agent.isUnderway }
}

extension AgentPod.Container {
  fileprivate var isUnderway: Bool {
    switch state {
    case .unknown, .running: true
    case .waiting(let cause): ["", "ContainerCreating", "PodInitializing"].contains(cause.reason)
    case .terminated(let end): end == .success
    }
  }
}
