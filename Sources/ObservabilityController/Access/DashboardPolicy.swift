// SPDX-License-Identifier: Apache-2.0

import Dashboards
import KubernetesCore
import ObservabilityAPI
import Rendering

/// The admission policy that narrows the rights to write and delete GrafanaDashboards to the operator's own dashboards.
///
/// They are in a tenant's namespace, beside the dashboards of others, which the Role there would let the operator replace
/// or delete. What the JSON of a dashboard holds is compressed, so no policy can read it.
public enum DashboardPolicy {
  /// The policy with its binding.
  public static let policy = AdmissionPolicy(
    name: "\(RoleManifests.operatorName)-grafanadashboards",
    rule: .init(
      group: "grafana.integreatly.org", version: "v1beta1", resource: "grafanadashboards",
      operations: ["CREATE", "UPDATE", "DELETE"]),
    variables: ChildPolicy.subjectVariables + [ChildPolicy.keptAnnotations],
    validations: [
      refusing(
        unless:
          "variables.of != '' && variables.subject.metadata.name in \(ChildPolicy.names(DashboardShape.suffixes)) && "
          + ChildPolicy.isManaged,
        "name or labels are not those of a dashboard of its own"),
      refusing(
        unless: ChildPolicy.isOwned("variables.subject"), "it is not owned by the Observability of its label"),
      refusing(
        unless: "object == null || \(ChildPolicy.addsNoAnnotation)", "it gains an annotation of others"),
      refusing(
        unless: "object == null || (has(object.spec.gzipJson) && !dyn(object.spec).exists(k, k in "
          + "[\(DaemonSetPolicy.quoted(otherContent))]))",
        "its content is not gzipJson alone"),
      refusing(
        unless: "object == null || (!(has(object.spec.allowCrossNamespaceImport) && "
          + "object.spec.allowCrossNamespaceImport) && object.spec.instanceSelector == "
          + "{'matchLabels': {'\(DashboardShape.instanceLabel.name)': '\(DashboardShape.instanceLabel.value)'}})",
        "it selects other Grafanas, or those of other namespaces"),
      refusing(
        unless: "object == null || (has(object.spec.folder) && object.spec.folder == '\(Dashboard.folder)')",
        "it is in another folder, where it could replace the dashboard of somebody else"),
    ])

  /// The fields of a GrafanaDashboard that bring content from elsewhere, change it on the way, install plugins, read
  /// Secrets, place it in a folder by reference, or show it to everyone (api/v1beta1/grafanadashboard_types.go of the
  /// Grafana operator 5.13; `publicSharing`, `uid` and `variables` of later releases).
  private static let otherContent = [
    "configMapRef", "datasources", "envFrom", "envs", "folderRef", "folderUID", "grafanaCom", "json", "jsonnet",
    "jsonnetLib", "plugins", "publicSharing", "uid", "url", "urlAuthorization", "variables",
  ]

  private static func refusing(unless expression: String, _ why: String) -> AdmissionPolicy.Validation {
    ChildPolicy.refusing(
      "and delete no GrafanaDashboard but its own", unless: expression, why, name: "variables.subject.metadata.name")
  }
}
