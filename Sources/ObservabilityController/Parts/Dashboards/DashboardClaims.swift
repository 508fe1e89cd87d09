// SPDX-License-Identifier: Apache-2.0

import Dashboards
import KubernetesCore
import ObservabilityAPI

/// Which object publishes what of that which objects share. Pure.
///
/// One Grafana gets one set of dashboards: that of the oldest object that asks for dashboards there, with the panels that
/// the agents of all of them fill. The alerts about the operator are published once a cluster.
struct DashboardClaims: Hashable, Sendable {
  /// An object that can be read and is not being deleted.
  struct Claim: Hashable, Sendable {
    var name: String
    /// `metadata.creationTimestamp`, whose text sorts as the time does.
    var created: String
    /// Where it asks for dashboards; nil if it does not.
    var namespace: String?
    /// Whether it asks for alerts.
    var hasAlerts: Bool
    /// What its agents report.
    var signals: Set<Signal>

    init(_ object: KubernetesObject, _ spec: ObservabilitySpec) {
      name = object.name
      created = object.creationTimestamp ?? ""
      namespace = spec.dashboards.enabled ? spec.dashboards.namespace : nil
      hasAlerts = spec.alerts.enabled
      signals = Set<Signal>(spec)
    }
  }

  /// All claims, the oldest first.
  private let claims: [Claim]

  init(_ claims: [Claim]) {
    self.claims = claims.sorted { ($0.created, $0.name) < ($1.created, $1.name) }
  }

  /// The object that publishes the dashboards in a namespace.
  func publisher(in namespace: String) -> String? { claims.first { $0.namespace == namespace }?.name }

  /// What the agents of all objects report that ask for dashboards in a namespace.
  func signals(in namespace: String) -> Set<Signal> {
    claims.filter { $0.namespace == namespace }.reduce(into: []) { $0.formUnion($1.signals) }
  }

  /// The object that publishes the alerts about the operator.
  var operatorAlertsPublisher: String? { claims.first(where: \.hasAlerts)?.name }
}
