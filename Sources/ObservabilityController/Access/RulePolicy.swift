// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import ObservabilityAPI
import Rendering

/// The admission policy that narrows the right to write VMRules to the operator's recording rules and alerts.
///
/// On Cozystack the VMAlert of every tenant evaluates every VMRule of the cluster. Without the policy, a holder of the
/// operator's token could record series under any name, fire alerts under any name, and send requests of vmalert with
/// headers of its own. The expressions themselves stay free.
public enum RulePolicy {
  /// The policy with its binding.
  public static let policy = AdmissionPolicy(
    name: "\(RoleManifests.operatorName)-vmrules",
    rule: .init(
      group: "operator.victoriametrics.com", version: "v1beta1", resource: "vmrules",
      operations: ["CREATE", "UPDATE"]),
    variables: ChildPolicy.variables + [ChildPolicy.keptAnnotations],
    validations: [
      refusing(
        unless: "variables.of != '' && object.metadata.name in \(ChildPolicy.names(suffixes)) && "
          + ChildPolicy.isManaged,
        "name or labels are not those of rules of its own"),
      refusing(unless: ChildPolicy.isOwned(), "it is not owned by the Observability of its label"),
      // One of the VictoriaMetrics operator's own skips the validation of the rules.
      refusing(unless: ChildPolicy.addsNoAnnotation, "it gains an annotation of others"),
      refusing(
        unless: "object.spec.groups.all(g, (!has(g.type) || g.type == 'prometheus') && "
          + otherMembers.map { "!has(g.\($0))" }.joined(separator: " && ") + ")",
        "a group is not of type prometheus, or has headers, parameters or a tenant"),
      refusing(
        unless: "object.spec.groups.all(g, g.rules.all(r, (has(r.record) || has(r.alert)) && "
          + "(!has(r.record) || r.record.startsWith('observability:')) && "
          + "(!has(r.alert) || r.alert.startsWith('Observability'))))",
        "a rule records a series that does not begin with observability:, or is an alert that does not begin with "
          + "Observability"),
    ])

  private static let suffixes = [
    DashboardShape.recordingSuffix, DashboardShape.alertsSuffix, DashboardShape.operatorSuffix,
  ]

  /// The fields of a group that change what vmalert sends, and where to (VMRule of the VictoriaMetrics operator 0.68).
  private static let otherMembers = ["headers", "notifier_headers", "params", "tenant"]

  private static func refusing(unless expression: String, _ why: String) -> AdmissionPolicy.Validation {
    ChildPolicy.refusing("no VMRule but its own", unless: expression, why)
  }
}
