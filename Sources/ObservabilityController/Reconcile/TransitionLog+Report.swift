// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import ObservabilityAPI
import Rendering

extension TransitionLog.Report {
  /// What a pass found.
  init(_ pass: Pass) {
    var backend: MetricsBackend?
    if case .resolved(let found) = pass.resolution { backend = found }
    self.init(
      object: pass.object.name, generation: pass.object.generation ?? 0, mode: pass.observability?.spec.mode.rawValue,
      backend: backend, metrics: pass.conditions.metrics, blocked: pass.conditions.blocked,
      stalled: pass.conditions.stalled, applied: pass.applied, agents: pass.agents, failures: pass.failureNews,
      daemonSet: pass.applied.first { $0.child.kind == "DaemonSet" }?.name, retry: pass.answer?.nextAfter,
      isReady: pass.conditions.isReady)
  }
}
