// SPDX-License-Identifier: Apache-2.0

extension SchemaTable {
  /// `k8s.io/api/rbac/v1`.
  static let accessTable = """
    Role {
      apiVersion string
      kind string
      metadata ObjectMeta
      rules [PolicyRule] !
    }
    ClusterRole {
      apiVersion string
      kind string
      metadata ObjectMeta
      rules [PolicyRule] !
      aggregationRule AggregationRule *
    }
    AggregationRule {
      clusterRoleSelectors [LabelSelector]
    }
    PolicyRule {
      verbs [string] !
      apiGroups [string]
      resources [string]
      resourceNames [string]
      nonResourceURLs [string]
    }
    RoleBinding {
      apiVersion string
      kind string
      metadata ObjectMeta
      subjects [Subject]
      roleRef RoleRef
    }
    ClusterRoleBinding {
      apiVersion string
      kind string
      metadata ObjectMeta
      subjects [Subject]
      roleRef RoleRef
    }
    Subject atomic {
      kind string !
      apiGroup string
      name string !
      namespace string
    }
    RoleRef atomic {
      apiGroup string
      kind string !
      name string !
    }
    """
}
