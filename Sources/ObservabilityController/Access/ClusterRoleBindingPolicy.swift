// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import Rendering

/// The admission policy that narrows the rights to write and delete ClusterRoleBindings to those of cluster-agents: to one
/// account each, of the one role that the operator may bind.
///
/// RBAC itself refuses to bind another role, but neither a wider choice of subjects nor the deletion of any binding of the
/// cluster; and the bindings that carry the operator's label decide whom the admission policies bind.
public enum ClusterRoleBindingPolicy {
  /// The policy with its binding.
  public static let policy = AdmissionPolicy(
    name: "\(RoleManifests.operatorName)-clusterrolebindings",
    rule: .init(
      group: "rbac.authorization.k8s.io", version: "v1", resource: "clusterrolebindings",
      operations: ["CREATE", "UPDATE", "DELETE"]),
    variables: ChildPolicy.subjectVariables,
    validations: [
      refusing(
        unless: "variables.of != '' && variables.subject.metadata.name == variables.of + "
          + "'\(ClusterAgentShape.nameSuffix)' && \(ChildPolicy.isManaged) && "
          + "'\(WellKnownLabel.name)' in variables.labels && "
          + "variables.labels['\(WellKnownLabel.name)'] == '\(ClusterAgentShape.appName)'",
        "name or labels are not those of a cluster-agent"),
      refusing(
        unless: ChildPolicy.isOwned("variables.subject"), "it is not owned by the Observability of its label"),
      refusing(
        unless: "variables.subject.roleRef.apiGroup == 'rbac.authorization.k8s.io' && "
          + "variables.subject.roleRef.kind == 'ClusterRole' && "
          + "variables.subject.roleRef.name == '\(ClusterAgentShape.clusterRole)'",
        "its role is not \(ClusterAgentShape.clusterRole)"),
      refusing(
        unless: "has(variables.subject.subjects) && variables.subject.subjects.size() == 1 && "
          + "variables.subject.subjects.all(s, s.kind == 'ServiceAccount' && s.name == variables.subject.metadata.name)",
        "its subject is not the one service account of its name"),
    ])

  private static func refusing(unless expression: String, _ why: String) -> AdmissionPolicy.Validation {
    ChildPolicy.refusing(
      "and delete no ClusterRoleBinding but that of a cluster-agent", unless: expression, why,
      name: "variables.subject.metadata.name")
  }
}
