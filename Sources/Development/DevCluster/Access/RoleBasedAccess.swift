// SPDX-License-Identifier: Apache-2.0

import JSON

/// Decides by the stored roles and bindings who may do what, as `plugin/pkg/auth/authorizer/rbac` does.
struct RoleBasedAccess: Sendable {
  /// What is to be done to a resource.
  struct Attributes: Hashable, Sendable {
    var verb: String
    var group: String
    var resource: String
    var subresource: String?
    var name: String?
    /// Empty for the cluster.
    var namespace: String

    var qualifiedResource: String { subresource.map { "\(resource)/\($0)" } ?? resource }
  }

  var clusterRoles: [JSONValue]
  var roles: [JSONValue]
  var clusterRoleBindings: [JSONValue]
  var roleBindings: [JSONValue]

  func allows(_ identity: Identity, _ attributes: Attributes) -> Bool {
    if identity.groups.contains("system:masters") { return true }
    if ["authentication.k8s.io", "authorization.k8s.io"].contains(attributes.group),
      attributes.resource.hasPrefix("selfsubject"),
      attributes.verb == "create", identity.groups.contains("system:authenticated")
    {
      return true
    }
    return rules(for: identity, namespace: attributes.namespace).contains { Self.rule($0, covers: attributes) }
  }

  /// The rules that bind an identity in a namespace, or in the cluster if that is empty.
  func rules(for identity: Identity, namespace: String) -> [JSONValue] {
    var rules: [JSONValue] = []
    for binding in clusterRoleBindings where Self.binds(binding, identity, namespace: "") {
      rules += self.rules(of: binding, namespace: "")
    }
    guard !namespace.isEmpty else { return rules }
    for binding in roleBindings where binding.namespace == namespace {
      if Self.binds(binding, identity, namespace: namespace) { rules += self.rules(of: binding, namespace: namespace) }
    }
    return rules
  }

  /// The rules of the role that a binding names.
  func rules(of binding: JSONValue, namespace: String) -> [JSONValue] {
    role(of: binding, namespace: namespace)?["rules"]?.array ?? []
  }

  /// Whether the role that a binding names exists.
  func hasRole(of binding: JSONValue) -> Bool { role(of: binding, namespace: binding.namespace) != nil }

  private func role(of binding: JSONValue, namespace: String) -> JSONValue? {
    let name = binding[path: "roleRef", "name"]?.string
    return binding[path: "roleRef", "kind"]?.string == "Role"
      ? roles.first { $0.name == name && $0.namespace == namespace } : clusterRoles.first { $0.name == name }
  }

  private static func binds(_ binding: JSONValue, _ identity: Identity, namespace: String) -> Bool {
    (binding["subjects"]?.array ?? []).contains { subject in
      let name = subject["name"]?.string ?? ""
      return switch subject["kind"]?.string {
      case "User": name == identity.user
      case "Group": identity.groups.contains(name)
      case "ServiceAccount":
        "system:serviceaccount:\(subject["namespace"]?.string ?? namespace):\(name)" == identity.user
      default: false
      }
    }
  }

  /// Whether one rule grants what is asked.
  static func rule(_ rule: JSONValue, covers attributes: Attributes) -> Bool {
    func list(_ key: String) -> [String] { rule[key]?.array?.compactMap(\.string) ?? [] }
    let names = list("resourceNames")
    let resources = list("resources")
    return has(list("verbs"), attributes.verb) && has(list("apiGroups"), attributes.group)
      && (has(resources, attributes.qualifiedResource)
        || attributes.subresource.map { resources.contains("*/\($0)") } ?? false)
      && (names.isEmpty || attributes.name.map(names.contains) ?? false)
  }

  private static func has(_ list: [String], _ value: String) -> Bool { list.contains("*") || list.contains(value) }
}
