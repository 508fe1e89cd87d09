// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import Rendering

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
  /// The only objects on which it may be done; empty for all.
  public let names: [String]
  /// What may be done, sorted.
  public let verbs: [String]
  /// What the operator does with it.
  public let reason: String

  init(scope: Scope, group: String, resource: String, names: [String] = [], verbs: [String], reason: String) {
    self.scope = scope
    self.group = group
    self.resource = resource
    self.names = names
    self.verbs = verbs
    self.reason = reason
  }
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
      scope: .cluster, group: "apps", resource: "daemonsets", names: [LogPipeline.key.name], verbs: ["list", "watch"],
      reason: "see whether the platform sends the logs of containers already, if an object sends them to the same place"
    ),
    Permission(
      scope: .cluster, group: "networking.k8s.io", resource: "ingressclasses", verbs: ["list", "watch"],
      reason: "see whether a controller serves the Ingress of an exposed user interface"),
    Permission(
      scope: .cluster, group: "observability.cozystack.io", resource: "observabilities",
      verbs: ["get", "list", "watch"],
      reason: "the objects that the operator is there for; read again before a deleted child is recreated"),
    Permission(
      scope: .cluster, group: "observability.cozystack.io", resource: "observabilities/status", verbs: ["patch"],
      reason: "say how it goes"),
    Permission(
      scope: .cluster, group: "rbac.authorization.k8s.io", resource: "clusterrolebindings",
      verbs: ["create", "delete", "list", "patch", "watch"],
      reason: "a child, with mode Full: what the account of the cluster-agent may read; an admission policy refuses to "
        + "write or delete any other"),
    Permission(
      scope: .cluster, group: "rbac.authorization.k8s.io", resource: "clusterroles",
      names: [ClusterAgentShape.clusterRole], verbs: ["bind"],
      reason: "give the cluster-agent the one role that is installed for it, with mode Full"),
    Permission(
      scope: .children, group: "", resource: "configmaps",
      verbs: ["create", "delete", "list", "patch", "watch"], reason: "a child: what was found on nodes"),
    Permission(
      scope: .children, group: "", resource: "persistentvolumeclaims", verbs: ["list", "watch"],
      reason: "see whether the gateway's queue and the Coroot server have their volumes; claims are never changed nor "
        + "deleted"),
    Permission(
      scope: .children, group: "", resource: "pods", verbs: ["list", "watch"],
      reason: "see why a pod of the object does not run, and what an agent's init container found on the node"),
    Permission(
      scope: .children, group: "", resource: "secrets", verbs: ["create", "delete", "list", "patch", "watch"],
      reason: "read, by name, the credentials and certificate authorities that an object names; children, with a "
        + "destination for traces or logs: the gateway's configuration; with mode Full: those of the Coroot server and of its gatekeeper. An "
        + "admission policy refuses to write any other"),
    Permission(
      scope: .children, group: "", resource: "serviceaccounts",
      verbs: ["create", "delete", "list", "patch", "watch"], reason: "a child"),
    Permission(
      scope: .children, group: "", resource: "services",
      verbs: ["create", "delete", "list", "patch", "watch"],
      reason: "a child, with a destination for traces or logs, or with mode Full"),
    Permission(
      scope: .children, group: "apps", resource: "daemonsets",
      verbs: ["create", "delete", "list", "patch", "watch"], reason: "a child"),
    Permission(
      scope: .children, group: "apps", resource: "deployments",
      verbs: ["create", "delete", "list", "patch", "watch"],
      reason: "children, with mode Full: the cluster-agent and the gatekeeper, as an admission policy has them"),
    Permission(
      scope: .children, group: "apps", resource: "statefulsets",
      verbs: ["create", "delete", "list", "patch", "watch"],
      reason:
        "a child: the gateway, with a destination for traces or logs, and the Coroot server, with mode Full, as an "
        + "admission policy has them"),
    Permission(
      scope: .children, group: "cilium.io", resource: "ciliumnetworkpolicies",
      verbs: ["create", "delete", "list", "patch", "watch"],
      reason: "a child, with spec.coroot.ui.gatewayRef where Cilium is: lets its Gateways reach the gatekeeper"),
    Permission(
      scope: .children, group: "gateway.networking.k8s.io", resource: "httproutes",
      verbs: ["create", "delete", "list", "patch", "watch"],
      reason: "a child, with spec.coroot.ui.gatewayRef"),
    Permission(
      scope: .children, group: "networking.k8s.io", resource: "ingresses",
      verbs: ["create", "delete", "list", "patch", "watch"],
      reason: "a child, with spec.coroot.ui.oidc and without gatewayRef"),
    Permission(
      scope: .children, group: "networking.k8s.io", resource: "networkpolicies",
      verbs: ["create", "delete", "list", "patch", "watch"], reason: "a child"),
    Permission(
      scope: .children, group: "operator.victoriametrics.com", resource: "vmpodscrapes",
      verbs: ["create", "delete", "list", "patch", "watch"],
      reason: "a child, with spec.metrics.delivery Scrape, or with a destination for traces or logs beside a tenant"),
    Permission(
      scope: .children, group: "operator.victoriametrics.com", resource: "vmrules",
      verbs: ["create", "delete", "list", "patch", "watch"],
      reason:
        "children, with spec.dashboards.enabled or spec.alerts.enabled: what the dashboards read, and the alerts, as "
        + "an admission policy has them"),
    Permission(
      scope: .children, group: "policy", resource: "poddisruptionbudgets",
      verbs: ["create", "delete", "list", "patch", "watch"],
      reason: "a child, with more than one replica of the gateway or of the Coroot server"),
    Permission(
      scope: .children, group: "v1.edp.epam.com", resource: "keycloakclients",
      verbs: ["create", "delete", "list", "patch", "watch"],
      reason: "a child, with spec.coroot.ui.oidc.keycloakRealmRef"),
    Permission(
      scope: .operatorNamespace, group: "coordination.k8s.io", resource: "leases", verbs: ["create", "get", "update"],
      reason: "agree with the other replica on who leads"),
    Permission(
      scope: .eventsNamespace, group: "events.k8s.io", resource: "events", verbs: ["create", "patch"],
      reason: "tell what happened"),
  ]
}
