// SPDX-License-Identifier: Apache-2.0

/// What dashboards and rules are rendered from, beside the object.
public struct DashboardInputs: Hashable, Sendable {
  /// The dashboards that this object publishes: none if it asks for none, or an older one does it.
  public var dashboards: [PackedDashboard]
  /// Whether its rules can be published.
  public var publishesRules: Bool
  /// Whether this object publishes the alerts about the operator, once a cluster.
  public var publishesOperatorAlerts: Bool

  /// Inputs made of their parts.
  public init(dashboards: [PackedDashboard], publishesRules: Bool = true, publishesOperatorAlerts: Bool) {
    self.dashboards = dashboards
    self.publishesRules = publishesRules
    self.publishesOperatorAlerts = publishesOperatorAlerts
  }
}
