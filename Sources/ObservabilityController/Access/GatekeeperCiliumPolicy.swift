// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import ObservabilityAPI
import Rendering

/// The admission policy that narrows the right to write CiliumNetworkPolicies to those of the gatekeeper.
///
/// One of them is in the namespace of the ingress controller, where any other could cut off or open what is not the
/// operator's. What these may do is add the way from there to the gatekeeper, and to nothing else.
public enum GatekeeperCiliumPolicy {
  /// The policy for CiliumNetworkPolicies.
  public static let ciliumNetworkPolicies = AdmissionPolicy(
    name: "\(RoleManifests.operatorName)-ciliumnetworkpolicies",
    rule: .init(
      group: "cilium.io", version: "v2", resource: "ciliumnetworkpolicies", operations: ["CREATE", "UPDATE"]),
    variables: [
      ("labels", "has(object.metadata.labels) ? object.metadata.labels : {}"),
      ("of", "'\(AgentShape.objectLabel)' in variables.labels ? variables.labels['\(AgentShape.objectLabel)'] : ''"),
      // Out of the ingress controller's pods, and into those of the gatekeeper.
      ("isRoute", "object.metadata.name == variables.of + '\(UIShape.routeSuffix)'"),
    ],
    validations: [names, owner, closes, leaves, enters, ports])

  private static let names = refusing(
    unless: "variables.of != '' && (variables.isRoute || object.metadata.name == variables.of + "
      + "'\(UIShape.nameSuffix)') && '\(WellKnownLabel.managedBy)' in variables.labels && "
      + "variables.labels['\(WellKnownLabel.managedBy)'] == '\(RoleManifests.operatorName)'",
    "name or labels are not those of the gatekeeper")

  private static let owner = refusing(
    unless: "has(object.metadata.ownerReferences) && object.metadata.ownerReferences.exists(o, "
      + "o.apiVersion.startsWith('\(ObservabilitySchema.group)/') && o.kind == '\(ObservabilitySchema.kind)' && "
      + "o.name == variables.of && has(o.controller) && o.controller)",
    "it is not owned by the \(ObservabilitySchema.kind) of its label")

  /// Whatever a policy selects is in default deny unless the policy says that it is not.
  private static let closes = refusing(
    unless: "has(object.spec) && !has(object.specs) && !has(object.spec.nodeSelector) && "
      + "!has(object.spec.ingressDeny) && !has(object.spec.egressDeny) && has(object.spec.enableDefaultDeny) && "
      + ["ingress", "egress"].map {
        "has(object.spec.enableDefaultDeny.\($0)) && !object.spec.enableDefaultDeny.\($0)"
      }.joined(separator: " && "),
    "it could close something")

  private static let leaves = refusing(
    unless: "!variables.isRoute || (!has(object.spec.ingress) && has(object.spec.egress) && object.spec.egress.all(e, "
      + "has(e.toEndpoints) && e.toEndpoints.all(t, !has(t.matchExpressions) && has(t.matchLabels) && "
      + "'k8s:\(WellKnownLabel.name)' in t.matchLabels && "
      + "t.matchLabels['k8s:\(WellKnownLabel.name)'] == '\(UIShape.appName)' && "
      + "'k8s:\(WellKnownLabel.instance)' in t.matchLabels && "
      + "t.matchLabels['k8s:\(WellKnownLabel.instance)'] == variables.of) && "
      + none(["toEntities", "toCIDR", "toCIDRSet", "toFQDNs", "toServices", "toGroups", "toNodes", "icmps"], of: "e")
      + "))",
    "it leads elsewhere than to the gatekeeper")

  private static let enters = refusing(
    unless: "variables.isRoute || (!has(object.spec.egress) && has(object.spec.ingress) && object.spec.ingress.all(i, "
      + "has(i.fromEntities) && i.fromEntities == ['ingress'] && "
      + none(["fromEndpoints", "fromCIDR", "fromCIDRSet", "fromNodes", "fromGroups", "icmps"], of: "i")
      + ") && has(object.spec.endpointSelector.matchLabels) && object.spec.endpointSelector.matchLabels == "
      + "{'\(WellKnownLabel.name)': '\(UIShape.appName)', '\(WellKnownLabel.instance)': variables.of})",
    "it lets others in than the Gateways, or into other pods than those of the gatekeeper")

  private static let ports = refusing(
    unless: ["ingress", "egress"].map {
      "(!has(object.spec.\($0)) || object.spec.\($0).all(r, has(r.toPorts) && r.toPorts.size() > 0 && "
        + "r.toPorts.all(p, has(p.ports) && p.ports.size() > 0 && "
        + "p.ports.all(n, n.port == '\(UIShape.port)' && !has(n.endPort)))))"
    }.joined(separator: " && "),
    "it opens other ports than that of the gatekeeper")

  private static func none(_ members: [String], of rule: String) -> String {
    members.map { "!has(\(rule).\($0))" }.joined(separator: " && ")
  }

  /// Refused as invalid, not as forbidden: no right is missing, and sending the same again is of no use.
  private static func refusing(unless expression: String, _ why: String) -> AdmissionPolicy.Validation {
    .init(
      expression: expression,
      message:
        "'\(RoleManifests.operatorName) may write no CiliumNetworkPolicy but those of its gatekeeper; of ' + "
        + "object.metadata.name + ' \(why)'", reason: "Invalid")
  }
}
