// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import Rendering

/// The RBAC objects that grant ``Permission/all``, as `config/rbac` holds them.
public enum RoleManifests {
  /// The name of the operator's Deployment, ServiceAccount and roles.
  public static let operatorName = "observability-operator"
  /// The namespace of the operator in `config/default`.
  public static let operatorNamespace = "cozy-observability"
  /// The namespace of the children in `config/default` and in the samples.
  public static let childrenNamespace = "cozy-coroot"

  /// Every role and binding, in the order in which they are written.
  public static var all: [JSONValue] {
    Permission.Scope.allCases.flatMap { scope in
      switch scope {
      case .cluster:
        [
          role(kind: "ClusterRole", name: operatorName, scope: scope),
          binding(kind: "ClusterRoleBinding", name: operatorName, role: ("ClusterRole", operatorName)),
        ]
      case .children:
        [
          role(kind: "ClusterRole", name: "\(operatorName)-children", scope: scope),
          binding(
            kind: "RoleBinding", name: "\(operatorName)-children", namespace: childrenNamespace,
            role: ("ClusterRole", "\(operatorName)-children")),
        ]
      case .operatorNamespace:
        namespaced(scope, suffix: "election", namespace: operatorNamespace)
      case .eventsNamespace:
        namespaced(scope, suffix: "events", namespace: "default")
      }
    }
  }

  /// What cluster-agents may read, by ``ClusterAgentRule/all``. The operator binds it and is not bound to it.
  public static var clusterAgent: JSONValue {
    role(
      kind: "ClusterRole", name: ClusterAgentShape.clusterRole, namespace: nil,
      rules: ClusterAgentRule.all.map { rule in
        [
          "apiGroups": [.string(rule.group)], "resources": .array(rule.resources.map(JSONValue.string)),
          "verbs": .array(ClusterAgentRule.verbs.map(JSONValue.string)),
        ]
      })
  }

  private static func namespaced(_ scope: Permission.Scope, suffix: String, namespace: String) -> [JSONValue] {
    let name = "\(operatorName)-\(suffix)"
    return [
      role(kind: "Role", name: name, namespace: namespace, scope: scope),
      binding(kind: "RoleBinding", name: name, namespace: namespace, role: ("Role", name)),
    ]
  }

  private static func role(
    kind: String, name: String, namespace: String? = nil, scope: Permission.Scope
  ) -> JSONValue {
    let rules = Permission.all.filter { $0.scope == scope }.map { permission in
      rule(permission.group, permission.resource, names: permission.names, verbs: permission.verbs)
    }
    return role(kind: kind, name: name, namespace: namespace, rules: rules)
  }

  /// One rule, for the resources of those names; for all of them without any.
  static func rule(_ group: String, _ resource: String, names: [String], verbs: [String]) -> JSONValue {
    var rule: JSONObject = ["apiGroups": [.string(group)], "resources": [.string(resource)]]
    if !names.isEmpty { rule["resourceNames"] = .array(names.map(JSONValue.string)) }
    rule["verbs"] = .array(verbs.map(JSONValue.string))
    return .object(rule)
  }

  static func role(kind: String, name: String, namespace: String?, rules: [JSONValue]) -> JSONValue {
    var manifest = head(kind: kind, name: name, namespace: namespace)
    manifest["rules"] = .array(rules)
    return manifest
  }

  /// Binds a role to the operator's account.
  static func binding(
    kind: String, name: String, namespace: String? = nil, role: (kind: String, name: String)
  ) -> JSONValue {
    var manifest = head(kind: kind, name: name, namespace: namespace)
    manifest["roleRef"] = [
      "apiGroup": "rbac.authorization.k8s.io", "kind": .string(role.kind), "name": .string(role.name),
    ]
    manifest["subjects"] = [
      ["kind": "ServiceAccount", "name": .string(operatorName), "namespace": .string(operatorNamespace)]
    ]
    return manifest
  }

  private static func head(kind: String, name: String, namespace: String?) -> JSONValue {
    var metadata: JSONObject = ["name": .string(name)]
    if let namespace { metadata["namespace"] = .string(namespace) }
    metadata["labels"] = [
      WellKnownLabel.name: .string(operatorName), WellKnownLabel.partOf: "cozystack",
    ]
    return [
      "apiVersion": "rbac.authorization.k8s.io/v1", "kind": .string(kind), "metadata": .object(metadata),
    ]
  }
}
