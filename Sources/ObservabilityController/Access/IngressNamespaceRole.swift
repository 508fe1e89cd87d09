// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// The right to write the CiliumNetworkPolicy that lets an ingress controller leave for the gatekeeper.
///
/// It is in the ingress controller's namespace, where the operator may do nothing else; and it is needed only where Cilium
/// is, and the user interface is exposed.
public struct IngressNamespaceRole: Hashable, Sendable {
  /// The name of the Role and of its binding.
  public static let name = "\(RoleManifests.operatorName)-ui"

  private static let group = "cilium.io"
  private static let resource = "ciliumnetworkpolicies"
  private static let verbs = ["create", "delete", "list", "patch", "watch"]

  /// The ingress controller's namespace.
  private let namespace: String

  /// The right for that namespace.
  public init(namespace: String) { self.namespace = namespace }

  /// The Role and its binding to the operator's account.
  public var manifests: [JSONValue] {
    [
      RoleManifests.role(
        kind: "Role", name: Self.name, namespace: namespace,
        rules: [RoleManifests.rule(Self.group, Self.resource, names: [], verbs: Self.verbs)]),
      RoleManifests.binding(kind: "RoleBinding", name: Self.name, namespace: namespace, role: ("Role", Self.name)),
    ]
  }

  /// What makes the right.
  var remedy: String {
    "Grant it: apply config/ui-ingress with namespace \(namespace), or name that among the chart's value "
      + "uiIngressNamespaces; see docs/ui.md."
  }
}
