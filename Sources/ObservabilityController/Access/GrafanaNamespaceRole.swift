// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// The right to publish dashboards in the namespace of a Grafana, and to see the Grafanas there.
///
/// The namespace is a tenant's, where the operator may do nothing else for dashboards. GrafanaDashboards are created
/// beside the Grafana, because one that is imported across namespaces is imported by the Grafana of every tenant.
public struct GrafanaNamespaceRole: Hashable, Sendable {
  /// The name of the Role and of its binding.
  public static let name = "\(RoleManifests.operatorName)-dashboards"

  /// The group of what the right is about.
  public static let group = "grafana.integreatly.org"
  /// What the operator does there: plurals with verbs.
  public static let rules: [(resource: String, verbs: [String])] = [
    ("grafanadashboards", ["create", "delete", "list", "patch", "watch"]),
    // A Grafana reports the dashboards that it imported.
    ("grafanas", ["list", "watch"]),
  ]

  /// The Grafana's namespace.
  private let namespace: String

  /// The right for that namespace.
  public init(namespace: String) { self.namespace = namespace }

  /// The Role and its binding to the operator's account.
  public var manifests: [JSONValue] {
    let rules = Self.rules.map { RoleManifests.rule(Self.group, $0.resource, names: [], verbs: $0.verbs) }
    return [
      RoleManifests.role(kind: "Role", name: Self.name, namespace: namespace, rules: rules),
      RoleManifests.binding(kind: "RoleBinding", name: Self.name, namespace: namespace, role: ("Role", Self.name)),
    ]
  }

  /// How to grant the right.
  package var remedy: String {
    "Grant it: apply config/dashboards with namespace \(namespace), or add that namespace to the chart's value "
      + "dashboardsNamespaces; see docs/dashboards.md. Or set spec.dashboards.enabled to false."
  }
}
