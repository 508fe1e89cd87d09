// SPDX-License-Identifier: Apache-2.0

import Dashboards
import JSON
import KubernetesCore
public import ObservabilityAPI

/// Names of what is published for Grafana and for vmalert. They never change: what an earlier release made carries them.
public enum DashboardShape {
  /// What follows the object's name in that of the recording rules.
  public static let recordingSuffix = "-recording"
  /// What follows the object's name in that of its alerts.
  public static let alertsSuffix = "-alerts"
  /// What follows the name of the publishing object in that of the operator's alerts. It does not end as another suffix
  /// does, or an object named `x` and one named `x-operator` would share a name.
  public static let operatorSuffix = "-operator-rules"
  /// What precedes the suffix in the uid of a dashboard.
  private static let uidPrefix = "observability"
  /// The label of the Grafanas of Cozystack, and its value.
  public static let instanceLabel = (name: "dashboards", value: "grafana")
  static let appName = "observability-dashboards"
  static let component = "dashboards"

  /// What follows the publishing object's name in that of each dashboard.
  public static let suffixes: [String] = DashboardCatalog.dashboards(Set(Signal.allCases)).map { suffix(ofUID: $0.uid) }

  /// What follows the publishing object's name in that of the dashboard with that uid.
  public static func suffix(ofUID uid: String) -> String {
    uid.hasPrefix(uidPrefix) ? String(uid.dropFirst(uidPrefix.count)) : "-\(uid)"
  }

  /// The uid of the dashboard that has that suffix: the other way round.
  public static func uid(ofSuffix suffix: String) -> String { uidPrefix + suffix }

  /// What follows the object's name in those of the rules that it publishes.
  public static func ruleSuffixes(_ spec: ObservabilitySpec, operatorAlerts: Bool) -> [String] {
    guard isWanted(spec) else { return [] }
    guard spec.alerts.enabled else { return [recordingSuffix] }
    return [recordingSuffix, alertsSuffix] + (operatorAlerts ? [operatorSuffix] : [])
  }

  /// Whether the object asks for dashboards or alerts.
  public static func isWanted(_ spec: ObservabilitySpec) -> Bool { spec.dashboards.enabled || spec.alerts.enabled }
}

extension PartShape {
  /// Dashboards and rules, which have no pods.
  static let dashboards = PartShape(
    nameSuffix: DashboardShape.recordingSuffix, appName: DashboardShape.appName, component: DashboardShape.component)
}

extension ResourceType {
  /// What the Grafana operator imports.
  package static let grafanaDashboards = ResourceType(
    group: "grafana.integreatly.org", version: "v1beta1", kind: "GrafanaDashboard", plural: "grafanadashboards")
  /// A Grafana of the Grafana operator.
  package static let grafanas = ResourceType(
    group: "grafana.integreatly.org", version: "v1beta1", kind: "Grafana", plural: "grafanas")
  /// Rules that a vmalert of the VictoriaMetrics operator evaluates.
  package static let rules = ResourceType(
    group: "operator.victoriametrics.com", version: "v1beta1", kind: "VMRule", plural: "vmrules")
}
