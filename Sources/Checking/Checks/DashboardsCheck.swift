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
    return items + (spec.dashboards.enabled ? grafanaItems(in: target) : [])
  }

  private func kindItems(_ reading: Reading<Bool>, _ kind: String, remedy: String) -> [CheckItem] {
    switch reading {
    case .read(true): [item(.dashboards, .ok, "The cluster serves \(kind).")]
    case .read(false): [item(.dashboards, .warning, "The cluster does not serve \(kind).", remedy: remedy)]
    case .forbidden, .failed, .notRead:
      [reading.unread(.dashboards, "Whether the cluster serves \(kind)", object: name)].compactMap(\.self)
    }
  }

  /// What a Grafana has taken over stands in its own status; that of a dashboard may say so without it
  /// (grafana-operator 5.13, `api/v1beta1/grafana_types.go`: `namespace/name/uid`).
  private func grafanaItems(in namespace: String) -> [CheckItem] {
    guard case .read(let grafanas) = around.dashboards.grafanas else {
      return [
        around.dashboards.grafanas.unread(.dashboards, "Grafanas of namespace \(namespace)", object: name)
      ].compactMap(\.self)
    }
    guard !grafanas.isEmpty else {
      return [
        item(
          .dashboards, .warning, "No Grafana is in namespace \(namespace): dashboards are shown nowhere.",
          remedy: "Set spec.dashboards.namespace to the namespace of Grafana: kubectl get grafanas -A")
      ]
    }
    let ours = published(in: namespace)
    return grafanas.map { grafana in
      let title = "Grafana \(grafana.key)"
      let stage = grafana[path: "status", "stageStatus"]?.string ?? ""
      guard grafana[path: "status", "stage"] == "complete", stage == "success" else {
        return item(
          .dashboards, .warning, "\(title) is not complete, and so takes no dashboards.",
          remedy: "kubectl -n \(namespace) describe grafana \(grafana.name)")
      }
      let listed = Set((grafana[path: "status", "dashboards"]?.array ?? []).compactMap(\.string))
      let taken = ours.count { dashboard in listed.contains { $0.hasPrefix("\(dashboard)/") } }
      guard taken == ours.count else {
        return item(
          .dashboards, .warning, "\(title) lists \(taken) of \(ours.count) dashboards.",
          remedy: "kubectl -n \(namespace) get grafanadashboards -l \(Watches.objectLabel)=\(name) -o yaml")
      }
      return item(
        .dashboards, ours.isEmpty ? .skipped : .ok,
        ours.isEmpty
          ? "\(title) is complete; this object has published no dashboard there, as an older one may do for it."
          : "\(title) lists all \(taken) dashboards.")
    }
  }

  /// The dashboards of the object's inventory, as `namespace/name`.
  private func published(in namespace: String) -> [String] {
    (around.object[path: "status", "inventory"]?.array ?? []).filter {
      $0["kind"] == "GrafanaDashboard" && $0["namespace"]?.string == namespace
    }.compactMap { $0["name"]?.string }.map { "\(namespace)/\($0)" }
  }
}
