// SPDX-License-Identifier: Apache-2.0

public import KubernetesCore

/// One object that an `Observability` asks for, ready to be applied.
public struct Child: Hashable, Sendable {
  /// The type, with what a request path needs.
  public var type: ResourceType
  /// The whole object, with `apiVersion`, `kind` and `metadata`.
  ///
  /// It holds no member that the API server would leave out, and quantities stand in their canonical form, so that it
  /// can be compared with the live object.
  public var manifest: KubernetesObject

  /// A child made of its parts.
  public init(type: ResourceType, manifest: KubernetesObject) {
    self.type = type
    self.manifest = manifest
  }

  /// The kind: `DaemonSet`.
  public var kind: String { type.kind }
  /// The namespace that the object lives in; nil for one that is cluster-scoped.
  public var namespace: String? { manifest.namespace }
  /// The object's name.
  public var name: String { manifest.name }
  /// The object's namespace and name.
  public var key: ObjectKey { manifest.key }
  /// Which object of the cluster it is.
  public var id: ChildID { ChildID(type: type, key: key) }
}

extension ResourceType {
  /// What a vmagent of the VictoriaMetrics operator scrapes.
  package static let podScrapes = ResourceType(
    group: "operator.victoriametrics.com", version: "v1beta1", kind: "VMPodScrape", plural: "vmpodscrapes")
  /// How many pods a drain of nodes may take away at once.
  package static let podDisruptionBudgets = ResourceType(
    group: "policy", kind: "PodDisruptionBudget", plural: "poddisruptionbudgets")
  /// What an account may do in the whole cluster.
  package static let clusterRoleBindings = ResourceType(
    group: "rbac.authorization.k8s.io", kind: "ClusterRoleBinding", plural: "clusterrolebindings", isNamespaced: false)
}
