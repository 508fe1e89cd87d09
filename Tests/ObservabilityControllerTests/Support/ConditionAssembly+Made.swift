// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesCore
import ObservabilityAPI

@testable import ObservabilityController

/// The conditions of an object with agents, a metrics backend and dashboards, as this release assembles them.
extension ConditionAssembly {
  init(
    stalled: Finding? = nil, blocked: Finding? = nil, agents: PartState? = nil, metrics: PartState? = nil,
    dashboards: PartState? = nil
  ) {
    self.init(
      stalled: stalled, blocked: blocked,
      parts: [
        Entry(type: .agentsAvailable, notReady: .agentsNotReady, standing: .unknown),
        Entry(type: .metricsBackendReady, notReady: .backendNotReady, standing: .unknown),
        Entry(
          type: .dashboardsPublished, notReady: .dashboardsNotPublished, standing: dashboards.map(Standing.known)),
      ],
      causes: [.metricsBackendReady, .agentsAvailable, .dashboardsPublished])
    self.agents = agents
    self.metrics = metrics
  }

  /// Nil for what has not been looked at.
  var agents: PartState? {
    get { state(0) }
    set { parts[0].standing = newValue.map(Standing.known) ?? .unknown }
  }

  /// Nil for what has not been looked at.
  var metrics: PartState? {
    get { state(1) }
    set { parts[1].standing = newValue.map(Standing.known) ?? .unknown }
  }

  /// Nil if the object asks for none.
  var dashboards: PartState? { state(2) }

  private func state(_ index: Int) -> PartState? {
    if case .known(let state) = parts[index].standing { state } else { nil }
  }
}

extension ConditionEvents {
  static func items(
    before: ConditionSet, after: ConditionSet, progressing: Set<ConditionType> = [],
    progressed: Set<ConditionType> = []
  ) -> [ObjectEvent] {
    items(
      before: before, after: after, parts: [.metricsBackendReady, .agentsAvailable], progressing: progressing,
      progressed: progressed)
  }
}
