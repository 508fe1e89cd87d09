// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import KubernetesCore
import ObservabilityController

extension TestCluster {
  /// A dashboard, as the Grafana operator imports it.
  public static let grafanaDashboards = ResourceType(
    group: "grafana.integreatly.org", version: "v1beta1", kind: "GrafanaDashboard", plural: "grafanadashboards")
  /// A Grafana.
  public static let grafanas = ResourceType(
    group: "grafana.integreatly.org", version: "v1beta1", kind: "Grafana", plural: "grafanas")
  /// Rules, as a vmalert evaluates them.
  public static let rules = ResourceType(
    group: "operator.victoriametrics.com", version: "v1beta1", kind: "VMRule", plural: "vmrules")

  /// What an object asks for that wants dashboards and alerts.
  public static let published: JSONObject = ["dashboards": ["enabled": true], "alerts": ["enabled": true]]

  /// Adds what dashboards and rules need: both operators' kinds, whose stand-ins the server runs, the Grafana of the root
  /// tenant, and the right to publish beside it.
  public func addMonitoring(rules: Bool = true, grafana: Bool = true, mayPublish: Bool = true) async throws {
    if rules { for manifest in NeighbourDefinitions.rules { try await server.apply(manifest) } }
    if grafana {
      for manifest in NeighbourDefinitions.grafana + [NeighbourDefinitions.instance] {
        try await server.apply(manifest)
      }
    }
    if mayPublish { try await allowPublishing(in: "tenant-root") }
  }

  /// Grants the right to publish in a Grafana's namespace.
  public func allowPublishing(in namespace: String) async throws {
    for manifest in GrafanaNamespaceRole(namespace: namespace).manifests { try await server.apply(manifest) }
  }

  /// The dashboards that the root tenant's Grafana has, as the Grafana operator lists them.
  public func importedDashboards(in namespace: String = "tenant-root") async -> [String] {
    let grafana = await server.object("grafanas", group: "grafana.integreatly.org", namespace: namespace, "grafana")
    return (grafana?[path: "status", "dashboards"]?.array ?? []).compactMap(\.string)
  }
}
