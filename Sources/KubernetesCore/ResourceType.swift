// SPDX-License-Identifier: Apache-2.0

/// A kind of object as the API server serves it: enough to build a path.
public struct ResourceType: Hashable, Sendable, CustomStringConvertible {
  /// The API group; empty for the core group.
  public let group: String
  /// The version, such as `v1`.
  public let version: String
  /// The kind, such as `DaemonSet`.
  public let kind: String
  /// The plural in the path, such as `daemonsets`.
  public let plural: String
  /// Whether objects of this type live in namespaces.
  public let isNamespaced: Bool

  /// A type made of its parts.
  public init(group: String = "", version: String = "v1", kind: String, plural: String, isNamespaced: Bool = true) {
    self.group = group
    self.version = version
    self.kind = kind
    self.plural = plural
    self.isNamespaced = isNamespaced
  }

  /// What stands in an object's `apiVersion`.
  public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

  /// The group in an object's `apiVersion`; empty for the core group.
  public static func group(of apiVersion: String) -> String {
    let parts = apiVersion.split(separator: "/")
    return parts.count > 1 ? String(parts[0]) : ""
  }

  /// `daemonsets.apps`, as kubectl names it.
  public var description: String { group.isEmpty ? plural : "\(plural).\(group)" }

  /// The path of the type's group and version.
  public var versionPath: String { group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)" }

  /// The path of the collection, or of one object in it, or of a subresource of that.
  public func path(namespace: String? = nil, name: String? = nil, subresource: String? = nil) -> String {
    var path = versionPath
    if let namespace { path += "/namespaces/\(namespace)" }
    path += "/\(plural)"
    if let name { path += "/\(name)" }
    if let subresource { path += "/\(subresource)" }
    return path
  }
}

/// The types that nearly every controller meets.
extension ResourceType {
  /// Namespaces.
  public static let namespaces = ResourceType(kind: "Namespace", plural: "namespaces", isNamespaced: false)
  /// Nodes.
  public static let nodes = ResourceType(kind: "Node", plural: "nodes", isNamespaced: false)
  /// Pods.
  public static let pods = ResourceType(kind: "Pod", plural: "pods")
  /// Claims of volumes.
  public static let persistentVolumeClaims = ResourceType(
    kind: "PersistentVolumeClaim", plural: "persistentvolumeclaims")
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
