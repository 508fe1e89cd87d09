// SPDX-License-Identifier: Apache-2.0

/// What the cluster-agent may read of the Kubernetes API, and why.
///
/// The ClusterRole ``ClusterAgentShape/clusterRole`` and the page of permissions come from here. Everything is listed and
/// watched in the whole cluster and nothing is changed. Secrets are not among it: pods that name one for the login of a
/// database, by the annotations `coroot.com/<database>-scrape-credentials-secret-*`, are scraped once a Role in their
/// namespace lets the agent's account `get` that Secret.
public struct ClusterAgentRule: Hashable, Sendable {
  /// What is done with each resource: an initial list, then changes. No object is ever read by its name.
  public static let verbs = ["list", "watch"]

  /// The API group; empty for the core group.
  public let group: String
  /// The plurals.
  public let resources: [String]
  /// What must be installed for the API to serve the group; nil for Kubernetes' own. A rule for what is not served grants
  /// nothing.
  public let servedBy: String?
  /// What is made of it.
  public let reason: String

  /// Every rule, in the order in which the ClusterRole holds them (coroot-cluster-agent 1.8.5: metrics/ksm, k8s/k8s.go).
  public static let all = [
    rule("", "events", reason: "send the cluster's Events as logs"),
    rule("", "namespaces", reason: "tell the applications of one namespace from those of another"),
    rule("", "nodes", reason: "know the capacity of nodes and whether they are ready"),
    rule(
      "", "pods",
      reason: "know which workload a pod belongs to, its state and its restarts, and find the pods that ask by an "
        + "annotation to be scraped"),
    rule("", "endpoints", "services", reason: "tell to which application a connection to a Service leads"),
    rule(
      "", "persistentvolumeclaims", "persistentvolumes",
      reason: "know which volumes an application uses, and their size"
    ),
    rule(
      "apps", "daemonsets", "deployments", "replicasets", "statefulsets",
      reason: "group pods to applications, with the number of replicas that is wanted and their rollouts"),
    rule("batch", "cronjobs", "jobs", reason: "group pods to jobs, and see those that failed"),
    rule(
      "storage.k8s.io", "storageclasses", "volumeattachments",
      reason: "know the storage class of a volume, and on which node it is attached"),
    rule(
      "apiextensions.k8s.io", "customresourcedefinitions",
      reason: "see which of the kinds below are served, and when one of them is installed"),
    rule(
      "source.toolkit.fluxcd.io", "gitrepositories", "helmcharts", "helmrepositories", "ocirepositories",
      servedBy: "Flux", reason: flux),
    rule("helm.toolkit.fluxcd.io", "helmreleases", servedBy: "Flux", reason: flux),
    rule("kustomize.toolkit.fluxcd.io", "kustomizations", servedBy: "Flux", reason: flux),
    rule("fluxcd.controlplane.io", "resourcesets", servedBy: "the Flux Operator", reason: flux),
    rule(
      "argoproj.io", "applications", servedBy: "Argo CD", reason: "show which Application deploys what, and its state"),
    rule(
      "postgresql.cnpg.io", "backups", "clusters", "scheduledbackups", servedBy: "CloudNativePG", reason: backups),
    rule(
      "pgv2.percona.com", "perconapgbackups", "perconapgclusters", servedBy: "the Percona Operator", reason: backups),
  ]

  private static let flux = "show what Flux deploys, from where, and whether it succeeded"
  private static let backups = "show the state of PostgreSQL clusters and the age of their backups"

  private static func rule(
    _ group: String, _ resources: String..., servedBy: String? = nil, reason: String
  ) -> ClusterAgentRule {
    ClusterAgentRule(group: group, resources: resources, servedBy: servedBy, reason: reason)
  }
}
