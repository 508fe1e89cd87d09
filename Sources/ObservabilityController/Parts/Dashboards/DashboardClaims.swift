// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import Dashboards
import KubernetesCore
import ObservabilityAPI
import Rendering

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

    /// The claim of an object.
    ///
    /// - Parameter works: whether it is known to be worked on. Of another one that is stalled nothing is applied, so it
    ///   claims no more than what it published before: else all others would wait for it.
    init(_ object: KubernetesObject, _ spec: ObservabilitySpec, works: Bool = false) {
      name = object.name
      created = object.creationTimestamp ?? ""
      namespace = spec.dashboards.enabled ? spec.dashboards.namespace : nil
      hasAlerts = spec.alerts.enabled
      signals = Set<Signal>(spec)
      guard !works, ConditionSet(object[path: "status", "conditions"]).isTrue(ConditionType.stalled.rawValue) else {
        return
      }
      let published = Inventory(status: object["status"]).entries.map(\.id)
      if !published.contains(where: { $0.kind == ResourceType.grafanaDashboards.kind && $0.key.namespace == namespace })
      {
        namespace = nil
      }
      hasAlerts = hasAlerts && published.contains { $0.key.name == name + DashboardShape.operatorSuffix }
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
