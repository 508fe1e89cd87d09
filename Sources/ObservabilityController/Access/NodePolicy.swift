// SPDX-License-Identifier: Apache-2.0

import JSON

/// The admission policy that narrows the right to patch nodes down to one label: RBAC knows no fields.
///
/// `ValidatingAdmissionPolicy` is stable since Kubernetes 1.30 (KEP-3488). It looks at what a node is before and after, so
/// the form of the patch does not matter. `status` is a subresource, to which the operator has no right, and which the API
/// server keeps as it is in any other update (`pkg/registry/core/node/strategy.go`).
///
/// The expressions are in CEL as it is, without the extensions of Kubernetes, so that any evaluator can be asked about
/// them: `Tests/Conformance/vap-cases.yaml` has the cases, `.ci/vap-cases.sh` puts them.
public enum NodePolicy {
  /// The name of the policy and of its binding.
  public static let name = "\(RoleManifests.operatorName)-nodes"
  /// Who is bound by it, as the API server knows the operator.
  public static let user =
    "system:serviceaccount:\(RoleManifests.operatorNamespace):\(RoleManifests.operatorName)"

  /// One thing that must be so.
  struct Validation {
    /// What must be so.
    var expression: String
    /// The refusal, as an expression that gives a text.
    var message: String
  }

  private static let label = "'\(NodeLabel.label)'"

  /// Names for what the validations read, in the order in which they build on each other.
  static let variables: [(name: String, expression: String)] = [
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

  /// All that must be so.
  static let validations: [Validation] =
    [
      Validation(
        expression: "variables.touched.size() == 0",
        message: "'\(RoleManifests.operatorName) may change no label of a node but \(NodeLabel.label); it tried to "
          + "change ' + variables.touched[0]"),
      Validation(
        expression: "!(\(label) in variables.labels) || variables.value == '\(NodeLabel.value)'",
        message:
          "'\(RoleManifests.operatorName) may set the label \(NodeLabel.label) of a node to \(NodeLabel.value) or "
          + "take it off; it tried to set it to \"' + variables.value + '\"'"),
    ] + ["annotations", "finalizers", "ownerReferences"].map { unchanged("metadata", $0) } + [unchanged("spec")]

  /// A member, or one of its members, must be as it was. One that is empty is as one that is not there: the API server
  /// leaves it out.
  private static func unchanged(_ path: String...) -> Validation {
    func value(_ root: String) -> String { ([root] + path).joined(separator: ".") }
    let (new, old) = (value("object"), value("oldObject"))
    return Validation(
      expression: "has(\(new)) ? (has(\(old)) ? \(new) == \(old) : \(new).size() == 0) : "
        + "(!has(\(old)) || \(old).size() == 0)",
      message:
        "'\(RoleManifests.operatorName) may change nothing of a node but the label \(NodeLabel.label); it tried to "
        + "change \(path.joined(separator: "."))'")
  }

  /// The policy and its binding, as `config/rbac` holds them.
  public static var manifests: [JSONValue] {
    let policy: JSONObject = [
      // A change that cannot be judged is refused.
      "failurePolicy": "Fail",
      "matchConstraints": [
        "resourceRules": [
          ["apiGroups": [""], "apiVersions": ["v1"], "operations": ["UPDATE"], "resources": ["nodes"]]
        ]
      ],
      "matchConditions": [["name": "operator", "expression": .string("request.userInfo.username == '\(user)'")]],
      "variables": .array(
        variables.map { ["name": .string($0.name), "expression": .string($0.expression)] }),
      "validations": .array(
        validations.map {
          [
            "expression": .string($0.expression), "messageExpression": .string($0.message), "reason": "Forbidden",
          ]
        }),
    ]
    return [
      manifest("ValidatingAdmissionPolicy", policy),
      manifest("ValidatingAdmissionPolicyBinding", ["policyName": .string(name), "validationActions": ["Deny"]]),
    ]
  }

  private static func manifest(_ kind: String, _ spec: JSONObject) -> JSONValue {
    [
      "apiVersion": "admissionregistration.k8s.io/v1", "kind": .string(kind),
      "metadata": [
        "name": .string(name),
        "labels": [
          "app.kubernetes.io/name": .string(RoleManifests.operatorName), "app.kubernetes.io/part-of": "cozystack",
        ],
      ],
      "spec": .object(spec),
    ]
  }
}
