// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// The right to publish dashboards beside a Grafana.
///
/// It is in the Grafana's namespace, where the operator may do nothing else, and needed only while an object has
/// `spec.dashboards.enabled`.
public struct GrafanaNamespaceRole: Hashable, Sendable {
  /// The name of the Role and of its binding.
  public static let name = "\(RoleManifests.operatorName)-dashboards"

  private static let group = "grafana.integreatly.org"

  /// The Grafana's namespace.
  private let namespace: String

  /// The right for that namespace.
  public init(namespace: String) { self.namespace = namespace }

  /// The Role and its binding to the operator's account.
  public var manifests: [JSONValue] {
    [
      RoleManifests.role(
        kind: "Role", name: Self.name, namespace: namespace,
        rules: [
          RoleManifests.rule(
            Self.group, "grafanadashboards", names: [], verbs: ["create", "delete", "list", "patch", "watch"]),
          RoleManifests.rule(Self.group, "grafanas", names: [], verbs: ["list", "watch"]),
        ]),
      RoleManifests.binding(kind: "RoleBinding", name: Self.name, namespace: namespace, role: ("Role", Self.name)),
    ]
  }

  /// What makes the right.
  var remedy: String {
    "Grant it: apply config/dashboards with namespace \(namespace), or name that among the chart's value "
      + "dashboardsNamespaces; see docs/dashboards.md. Or set spec.dashboards.enabled to false."
  }
}
