// SPDX-License-Identifier: Apache-2.0

/// The conditions of an `Observability` object. A part that is switched off has none.
///
/// `Ready`, `Reconciling` and `Stalled` mean what kstatus says
/// (https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md), so that Flux and others can wait.
public struct ConditionType: RawRepresentable, CaseIterable, Hashable, Sendable {
  /// What stands in `type`.
  public let rawValue: String

  /// The condition of that name. Those of this release are in ``allCases``.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// Agents run on every eligible node, the backends answered, and every child is as rendered.
  public static let ready = ConditionType(rawValue: "Ready")
  /// Work is going on; there only while true.
  public static let reconciling = ConditionType(rawValue: "Reconciling")
  /// Nothing more happens until someone acts; there only while true.
  public static let stalled = ConditionType(rawValue: "Stalled")
  /// Whether agents are ready on all eligible nodes but as many as a roll-out may take down at a time, and none fails.
  public static let agentsAvailable = ConditionType(rawValue: "AgentsAvailable")
  /// Whether VictoriaMetrics can be found and answers.
  public static let metricsBackendReady = ConditionType(rawValue: "MetricsBackendReady")
  /// Whether ClickHouse can be found, answers, and can be written to.
  public static let clickHouseReady = ConditionType(rawValue: "ClickHouseReady")
  /// Whether the gateway takes traces and logs, and hands them on.
  public static let gatewayAvailable = ConditionType(rawValue: "GatewayAvailable")
  /// Whether the Coroot server runs, is wired to its storage, and has data.
  public static let corootAvailable = ConditionType(rawValue: "CorootAvailable")
  /// Whether users who sign in reach Coroot's user interface.
  public static let uiExposed = ConditionType(rawValue: "UIExposed")
  /// Whether dashboards and alerting rules are in place.
  public static let dashboardsPublished = ConditionType(rawValue: "DashboardsPublished")

  /// Every condition of this release, in the order of the documentation.
  public static let allCases: [ConditionType] = [
    .ready, .reconciling, .stalled, .agentsAvailable, .metricsBackendReady, .clickHouseReady, .gatewayAvailable,
    .corootAvailable, .uiExposed, .dashboardsPublished,
  ]
}
