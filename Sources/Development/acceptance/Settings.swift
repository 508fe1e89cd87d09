// SPDX-License-Identifier: Apache-2.0

import Harness
import KubernetesClient
import KubernetesCore

/// What a run is about.
struct Settings: Sendable {
  /// The cluster, as its administrator.
  var cluster: ClusterConfiguration
  /// The folder that holds `config` and `Tests/Conformance`.
  var root: String
  /// The operator's executable.
  var executable: String
  /// A file that maps Services to addresses where they can be reached from here; nil if none can.
  var backendAddressMap: String?
  /// Whether the operator that runs in the cluster is used, in place of a process of this machine.
  var isDeployed = false
  /// Whether nodes and a metrics backend may be stood in for where there are none.
  var mayStandIn = false
  /// The groups of checks to run; all if empty. What the others rest on, and the cleaning up, always runs.
  var groups: Set<String> = []
  /// How long to wait for a state of the cluster.
  var patience = Duration.seconds(60)
}

/// Names that are the same on every cluster.
enum Names {
  /// The field manager of what is installed and applied here.
  static let manager = "acceptance"
  /// The field manager of changes that must be repaired.
  static let editor = "acceptance-editor"
  /// The field manager that takes a field by server-side apply.
  static let rival = "acceptance-rival"
  /// The field manager of the operator.
  static let operatorManager = "observability-operator"
  /// The label of stand-in nodes: only pods of these are ever touched.
  static let standInLabel = "acceptance.observability.cozystack.io/stand-in"
  /// The label that the operator puts on nodes.
  static let nodeLabel = "observability.cozystack.io/node-agent"
  /// The label with which a namespace allows privileged agents.
  static let privilegedLabel = "observability.cozystack.io/privileged-agents"
  /// The label of children; its value is the object's name.
  static let objectLabel = "observability.cozystack.io/object"
  /// The object that most checks are about.
  static let object = ObjectKey(name: "platform")
  /// The children of that object.
  static let child = ObjectKey(namespace: "cozy-coroot", name: "platform-node-agent")
  /// The operator's Lease, ServiceAccount and Deployment.
  static let `operator` = ObjectKey(namespace: "cozy-observability", name: "observability-operator")
  /// The operator's user name.
  static let operatorUser = "system:serviceaccount:cozy-observability:observability-operator"
}

extension ResourceType {
  static let observabilities = ResourceType(
    group: "observability.cozystack.io", version: "v1alpha1", kind: "Observability", plural: "observabilities",
    isNamespaced: false)
  static let podScrapes = TestCluster.podScrapes
  static let roles = ResourceType(group: "rbac.authorization.k8s.io", kind: "Role", plural: "roles")
  static let roleBindings = ResourceType(
    group: "rbac.authorization.k8s.io", kind: "RoleBinding", plural: "rolebindings")
  static let clusterRoleBindings = ResourceType(
    group: "rbac.authorization.k8s.io", kind: "ClusterRoleBinding", plural: "clusterrolebindings", isNamespaced: false)
  static let runtimeClasses = ResourceType(
    group: "node.k8s.io", kind: "RuntimeClass", plural: "runtimeclasses", isNamespaced: false)
  static let admissionPolicies = ResourceType(
    group: "admissionregistration.k8s.io", kind: "ValidatingAdmissionPolicy", plural: "validatingadmissionpolicies",
    isNamespaced: false)
  /// The types of the children that every object has.
  static let children: [ResourceType] = [.serviceAccounts, .networkPolicies, .daemonSets]
}
