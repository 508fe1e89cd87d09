// SPDX-License-Identifier: Apache-2.0

/// The conditions of an `Observability` object. A part that is switched off has none.
///
/// `Ready`, `Reconciling` and `Stalled` mean what kstatus says
/// (https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md), so that Flux and others can wait.
public enum ConditionType: String, CaseIterable, Hashable, Sendable {
  /// Agents run on every eligible node, the backends answered, and every child is as rendered.
  case ready = "Ready"
  /// Work is going on; there only while true.
  case reconciling = "Reconciling"
  /// Nothing more happens until someone acts; there only while true.
  case stalled = "Stalled"
  /// Whether agents are ready on all eligible nodes but as many as a roll-out may take down at a time, and none fails.
  case agentsAvailable = "AgentsAvailable"
  /// Whether VictoriaMetrics can be found and answers.
  case metricsBackendReady = "MetricsBackendReady"
  /// Whether dashboards and alerting rules are in place.
  case dashboardsPublished = "DashboardsPublished"
}
