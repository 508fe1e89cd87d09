// SPDX-License-Identifier: Apache-2.0

/// One right that the operator needs, and why.
public struct Permission: Hashable, Sendable {
  /// Where the right holds.
  public enum Scope: String, CaseIterable, Hashable, Sendable {
    /// In the whole cluster, by a ClusterRole and a ClusterRoleBinding.
    case cluster
    /// In each namespace that holds children, by a ClusterRole and one RoleBinding a namespace.
    case children
    /// In the operator's own namespace.
    case operatorNamespace
    /// In `default`, where Events about cluster-scoped objects are kept.
    case eventsNamespace
  }

  /// Where the right holds.
  public let scope: Scope
  /// The API group; empty for the core group.
  public let group: String
  /// The plural, with the subresource after a slash.
  public let resource: String
  /// What may be done, sorted.
  public let verbs: [String]
  /// What the operator does with it.
  public let reason: String
}

extension Permission {
  /// Every right that the operator needs, in the order in which it is written to `config/rbac`.
  ///
  /// A test runs the operator with just these and fails if one is missing or goes unused.
  public static let all: [Permission] = [
    Permission(
      scope: .cluster, group: "", resource: "namespaces", verbs: ["list", "watch"],
      reason: "see, by name, whether the namespace of an object is there"),
    Permission(
      scope: .cluster, group: "", resource: "nodes", verbs: ["list", "patch", "watch"],
      reason: "find the nodes that cannot carry an agent, and set one label on them; an admission policy refuses every "
        + "other change, which one dry run at the start proves"),
    Permission(
      scope: .cluster, group: "", resource: "services", verbs: ["list", "watch"],
      reason: "find, by name, the Services of the metrics storage"),
    Permission(
      scope: .cluster, group: "observability.cozystack.io", resource: "observabilities",
      verbs: ["get", "list", "watch"],
      reason: "the objects that the operator is there for; read again before a deleted child is recreated"),
    Permission(
      scope: .cluster, group: "observability.cozystack.io", resource: "observabilities/status", verbs: ["patch"],
      reason: "say how it goes"),
    Permission(
      scope: .children, group: "", resource: "configmaps",
      verbs: ["create", "delete", "list", "patch", "watch"], reason: "a child: what was found on nodes"),
    Permission(
      scope: .children, group: "", resource: "pods", verbs: ["list", "watch"],
      reason: "see why an agent does not run, and what its init container found on the node"),
    Permission(
      scope: .children, group: "", resource: "secrets", verbs: ["list", "watch"],
      reason: "read, by name, the credentials and certificate authorities that an object names"),
    Permission(
      scope: .children, group: "", resource: "serviceaccounts",
      verbs: ["create", "delete", "list", "patch", "watch"], reason: "a child"),
    Permission(
      scope: .children, group: "apps", resource: "daemonsets",
      verbs: ["create", "delete", "list", "patch", "watch"], reason: "a child"),
    Permission(
      scope: .children, group: "networking.k8s.io", resource: "networkpolicies",
      verbs: ["create", "delete", "list", "patch", "watch"], reason: "a child"),
    Permission(
      scope: .children, group: "operator.victoriametrics.com", resource: "vmpodscrapes",
      verbs: ["create", "delete", "list", "patch", "watch"], reason: "a child, with spec.metrics.delivery Scrape"),
    Permission(
      scope: .operatorNamespace, group: "coordination.k8s.io", resource: "leases", verbs: ["create", "get", "update"],
      reason: "agree with the other replica on who leads"),
    Permission(
      scope: .eventsNamespace, group: "events.k8s.io", resource: "events", verbs: ["create", "patch"],
      reason: "tell what happened"),
  ]
}
