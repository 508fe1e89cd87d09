// SPDX-License-Identifier: Apache-2.0

/// The types that nearly every controller meets.
extension ResourceType {
  /// Namespaces.
  public static let namespaces = ResourceType(kind: "Namespace", plural: "namespaces", isNamespaced: false)
  /// Nodes.
  public static let nodes = ResourceType(kind: "Node", plural: "nodes", isNamespaced: false)
  /// Pods.
  public static let pods = ResourceType(kind: "Pod", plural: "pods")
  /// Services.
  public static let services = ResourceType(kind: "Service", plural: "services")
  /// Service accounts.
  public static let serviceAccounts = ResourceType(kind: "ServiceAccount", plural: "serviceaccounts")
  /// Secrets.
  public static let secrets = ResourceType(kind: "Secret", plural: "secrets")
  /// Config maps.
  public static let configMaps = ResourceType(kind: "ConfigMap", plural: "configmaps")
  /// Daemon sets.
  public static let daemonSets = ResourceType(group: "apps", kind: "DaemonSet", plural: "daemonsets")
  /// Deployments.
  public static let deployments = ResourceType(group: "apps", kind: "Deployment", plural: "deployments")
  /// Stateful sets.
  public static let statefulSets = ResourceType(group: "apps", kind: "StatefulSet", plural: "statefulsets")
  /// Network policies.
  public static let networkPolicies = ResourceType(
    group: "networking.k8s.io", kind: "NetworkPolicy", plural: "networkpolicies")
  /// Leases, by which replicas choose a leader.
  public static let leases = ResourceType(group: "coordination.k8s.io", kind: "Lease", plural: "leases")
  /// Events in their present form (KEP-383), not the core group's.
  public static let events = ResourceType(group: "events.k8s.io", kind: "Event", plural: "events")
  /// Custom resource definitions.
  public static let customResourceDefinitions = ResourceType(
    group: "apiextensions.k8s.io", kind: "CustomResourceDefinition", plural: "customresourcedefinitions",
    isNamespaced: false)
}
