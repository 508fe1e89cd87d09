// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import ObservabilityController

extension ObjectCheck {
  /// Whether dashboards and alerts have a place to go to, and whether a Grafana has taken them.
  func dashboardItems(_ spec: ObservabilitySpec) -> [CheckItem] {
    guard spec.dashboards.enabled || spec.alerts.enabled else { return [] }
    let target = spec.dashboards.namespace
    var items: [CheckItem] = []
    if spec.dashboards.enabled {
      if case .read(nil) = around.dashboards.namespace {
        items.append(
          item(
            .dashboards, .warning, "Namespace \(target) of the Grafana does not exist.",
            remedy: "Set spec.dashboards.namespace to the namespace of Grafana."))
      }
      items += [around.dashboards.namespace.unread(.dashboards, "Namespace \(target)", object: name)]
        .compactMap(\.self)
      items += kindItems(
        around.dashboards.servesDashboards, "GrafanaDashboard",
        remedy: "Install the Grafana operator, or set spec.dashboards.enabled to false.")
    }
    // Dashboards read what the recording rules record.
    items += kindItems(
      around.dashboards.servesRules, "VMRule",
      remedy: "Install the VictoriaMetrics operator, or set spec.dashboards.enabled and spec.alerts.enabled to false.")
    guard spec.dashboards.enabled else { return items }
    return items + [grantItem(in: target)].compactMap(\.self) + grafanaItems(in: target)
  }

  private func kindItems(_ reading: Reading<Bool>, _ kind: String, remedy: String) -> [CheckItem] {
    switch reading {
    case .read(true): [item(.dashboards, .ok, "The cluster serves \(kind).")]
    case .read(false): [item(.dashboards, .warning, "The cluster does not serve \(kind).", remedy: remedy)]
    case .forbidden, .failed, .notRead:
      [reading.unread(.dashboards, "Whether the cluster serves \(kind)", object: name)].compactMap(\.self)
    }
  }

  /// Whether the operator may publish there.
  private func grantItem(in namespace: String) -> CheckItem? {
    cluster.operator.rightItem(
      around.dashboards.rights, place: "in namespace \(namespace)", object: name, topic: .dashboards, outcome: .warning,
      remedy: GrafanaNamespaceRole(namespace: namespace).remedy)
  }

  /// Whether each Grafana has what is published, as the operator decides it for `DashboardsPublished`.
  private func grafanaItems(in namespace: String) -> [CheckItem] {
    let place = around.dashboards
    guard case .read(let grafanas) = place.grafanas, case .read(let published) = place.published else {
      return [
        place.grafanas.unread(.dashboards, "Grafanas of namespace \(namespace)", object: name),
        place.published.unread(.dashboards, "Dashboards of namespace \(namespace)", object: name),
      ].compactMap(\.self)
    }
    guard !grafanas.isEmpty else {
      return [
        item(
          .dashboards, .warning, "No Grafana is in namespace \(namespace): dashboards are shown nowhere.",
          remedy: "Set spec.dashboards.namespace to the namespace of Grafana: kubectl get grafanas -A")
      ]
    }
    let delivery = DashboardsDelivery(grafanas: grafanas, dashboards: published, in: namespace)
    if let fault = delivery.fault {
      return [
        item(.dashboards, .warning, fault, remedy: "kubectl -n \(namespace) get grafanas,grafanadashboards -o wide")
      ]
    }
    let names = delivery.grafanas.map(\.description).joined(separator: ", ")
    guard delivery.count > 0 else {
      return [item(.dashboards, .skipped, "Grafana \(names) serves; no dashboard is published in its namespace.")]
    }
    return [item(.dashboards, .ok, "Grafana \(names) has all \(delivery.count) dashboards.")]
  }
}
