// SPDX-License-Identifier: Apache-2.0

import Dashboards
import JSON
import KubernetesCore
public import ObservabilityAPI

/// Turns an `Observability` into what the Grafana operator and the VictoriaMetrics operator publish.
///
/// A pure function, as ``Renderer`` is: the same input gives the same bytes.
public enum DashboardRenderer {
  /// How often the Grafana operator compares a dashboard with what Grafana has.
  private static let resyncPeriod = "5m"

  /// The children in the order in which they are applied: the recording rules first, which the dashboards read, then the
  /// alerts, then the dashboards.
  public static func children(of object: Observability, facts: PlatformFacts, inputs: DashboardInputs) -> [Child] {
    guard DashboardShape.isWanted(object.spec) else { return [] }
    let context = RenderContext(object: object, facts: facts)
    return (inputs.publishesRules ? rules(context, inputs) : []) + inputs.dashboards.map { dashboard($0, context) }
  }

  private static func rules(_ context: RenderContext, _ inputs: DashboardInputs) -> [Child] {
    let spec = context.spec
    let name = context.object.name
    func rule(_ suffix: String, _ document: RuleCatalog.Document) -> Child {
      context.child(of: .dashboards, .rules, name: name + suffix, ["spec": document.spec])
    }
    var children = [
      rule(DashboardShape.recordingSuffix, RuleCatalog.recording(object: name, signals: Set<Signal>(spec)))
    ]
    guard spec.alerts.enabled else { return children }
    children.append(rule(DashboardShape.alertsSuffix, RuleCatalog.alerts(alertInputs(context))))
    if inputs.publishesOperatorAlerts {
      children.append(rule(DashboardShape.operatorSuffix, RuleCatalog.operatorAlerts()))
    }
    return children
  }

  private static func alertInputs(_ context: RenderContext) -> AlertInputs {
    let spec = context.spec
    let interval = GoDuration.parse(spec.metrics.interval)?.components.seconds ?? 15
    return AlertInputs(
      object: context.object.name, namespace: spec.namespace, signals: Set<Signal>(spec),
      spoolBytes: context.isPush ? context.spool.size : nil, interval: max(1, interval),
      seriesLimit: spec.alerts.seriesLimit, watchesApplications: spec.alerts.applications)
  }

  /// A dashboard in the Grafana's own namespace. It is never offered to other namespaces (`allowCrossNamespaceImport`):
  /// every Grafana of a Cozystack tenant has the label, and would import it.
  private static func dashboard(_ packed: PackedDashboard, _ context: RenderContext) -> Child {
    let label = DashboardShape.instanceLabel
    let spec: JSONObject = [
      "instanceSelector": ["matchLabels": .object([label.name: .string(label.value)])],
      "folder": .string(packed.folder), "resyncPeriod": .string(resyncPeriod), "gzipJson": .string(packed.content),
    ]
    var child = context.child(
      of: .dashboards, .grafanaDashboards, name: context.object.name + DashboardShape.suffix(ofUID: packed.uid),
      ["spec": .object(spec)])
    child.manifest["metadata"]?["namespace"] = .string(context.spec.dashboards.namespace)
    return child
  }
}
