// SPDX-License-Identifier: Apache-2.0

/// The fixed names of the cluster-agent, which reads the Kubernetes API for the Coroot server.
public enum ClusterAgentShape {
  /// The label `app.kubernetes.io/name` of the pod.
  public static let appName = "coroot-cluster-agent"
  /// What follows the object's name in ``name(of:)``.
  public static let nameSuffix = "-cluster-agent"
  /// The container that runs it.
  public static let container = "cluster-agent"
  /// The one ClusterRole that it may be bound to. It is installed with the operator, which may bind it and not change it.
  public static let clusterRole = "observability-operator-cluster-agent"

  /// The name of the Deployment, ServiceAccount, NetworkPolicy and cluster-scoped ClusterRoleBinding of the object of that
  /// name.
  public static func name(of object: String) -> String { "\(object)\(nameSuffix)" }
}

extension PartShape {
  /// The agent for the cluster as a whole.
  static let clusterAgent = PartShape(
    nameSuffix: ClusterAgentShape.nameSuffix, appName: ClusterAgentShape.appName, component: "cluster-agent")
}
