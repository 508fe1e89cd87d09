// SPDX-License-Identifier: Apache-2.0

import NodeEligibility

/// The admission policy that narrows the right to patch nodes to one label.
///
/// `status` is a subresource, to which the operator has no right, and which the API server keeps as it is in any other
/// update (`pkg/registry/core/node/strategy.go`).
public enum NodePolicy {
  /// The policy with its binding.
  public static let policy = AdmissionPolicy(
    name: "\(RoleManifests.operatorName)-nodes",
    rule: .init(group: "", version: "v1", resource: "nodes", operations: ["UPDATE"]), variables: variables,
    validations: validations)

  /// What shows that the policy binds the operator; until it does, no node is labelled.
  static let proof = NodePolicyProof.Policy(name: policy.name, refusal: refusal, warning: warning)

  /// What is said while the policy does not hold.
  static let warning =
    "The admission policy \(policy.name) does not bind the operator's account: a dry run that it must refuse "
    + "was let through. No node is labelled until it does. Apply config/rbac of this release, with a ClusterRoleBinding "
    + "labelled \(AdmissionPolicy.subjectsLabel.name)=\(AdmissionPolicy.subjectsLabel.value) that names the account"

  /// How the refusal of a change of another label begins.
  static let refusal = "\(RoleManifests.operatorName) may change no label of a node but \(NodeLabel.label)"

  private static let label = "'\(NodeLabel.label)'"

  private static let variables: [(name: String, expression: String)] = [
    ("labels", "has(object.metadata.labels) ? object.metadata.labels : {}"),
    ("oldLabels", "has(oldObject.metadata.labels) ? oldObject.metadata.labels : {}"),
    (
      "touched",
      "variables.labels.filter(k, k != \(label) && !(k in variables.oldLabels && "
        + "variables.oldLabels[k] == variables.labels[k])) + "
        + "variables.oldLabels.filter(k, k != \(label) && !(k in variables.labels))"
    ),
    ("value", "\(label) in variables.labels ? variables.labels[\(label)] : ''"),
  ]

  private static let validations: [AdmissionPolicy.Validation] =
    [
      .init(
        expression: "variables.touched.size() == 0",
        message: "'\(refusal); it tried to change ' + variables.touched[0]"),
      .init(
        expression: "!(\(label) in variables.labels) || variables.value == '\(NodeLabel.value)'",
        message:
          "'\(RoleManifests.operatorName) may set the label \(NodeLabel.label) of a node to \(NodeLabel.value) or "
          + "take it off; it tried to set it to \"' + variables.value + '\"'"),
    ] + ["annotations", "finalizers", "ownerReferences"].map { unchanged("metadata", $0) } + [unchanged("spec")]

  /// A member, or one of its members, must not change. Empty counts as absent: the API server leaves it out.
  private static func unchanged(_ path: String...) -> AdmissionPolicy.Validation {
    func value(_ root: String) -> String { ([root] + path).joined(separator: ".") }
    let (new, old) = (value("object"), value("oldObject"))
    return .init(
      expression: "has(\(new)) ? (has(\(old)) ? \(new) == \(old) : \(new).size() == 0) : "
        + "(!has(\(old)) || \(old).size() == 0)",
      message:
        "'\(RoleManifests.operatorName) may change nothing of a node but the label \(NodeLabel.label); it tried to "
        + "change \(path.joined(separator: "."))'")
  }
}
