// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import Rendering

/// An admission policy that narrows one of the operator's rights, for RBAC knows no fields.
///
/// `ValidatingAdmissionPolicy` is stable since Kubernetes 1.30 (KEP-3488). It sees an object before and after, so the form
/// of a patch does not matter. The expressions are plain CEL, without the extensions of Kubernetes, so that any evaluator
/// can be asked about them: `Tests/Conformance/vap-cases.yaml` has the cases, `.ci/vap-cases.sh` evaluates them.
///
/// The policy binds every subject of the operator's ClusterRoleBinding: the binding is the policy's parameter, so no
/// account stands in an expression, where kustomize and Helm would not find it. Every subject of the
/// operator's role is bound; subjects of other roles are not.
public struct AdmissionPolicy: Sendable {
  /// One thing that must hold.
  struct Validation: Sendable {
    /// What must hold.
    var expression: String
    /// The refusal, as an expression that gives a text on one line.
    var message: String
    /// The reason of the refusal, which decides its code: `Forbidden` is 403, `Invalid` 422.
    var reason = "Forbidden"
  }

  /// What a policy sees of the API.
  struct Rule: Sendable {
    var group: String
    var version: String
    var resource: String
    var operations: [String]
  }

  /// The name of the policy and of its binding.
  public let name: String
  let rule: Rule
  /// Names for what the validations read, in the order in which they build on each other.
  let variables: [(name: String, expression: String)]
  /// All that must hold.
  let validations: [Validation]

  /// The labels of the ClusterRoleBinding whose subjects are bound.
  static let subjectsLabel = (name: WellKnownLabel.name, value: RoleManifests.operatorName)

  /// Whether the request comes from a subject of the ClusterRoleBinding.
  static let condition =
    "has(params.subjects) && params.subjects.exists(s, s.kind == 'ServiceAccount' ? request.userInfo.username == "
    + "'system:serviceaccount:' + s.namespace + ':' + s.name : s.kind == 'User' ? request.userInfo.username == s.name : "
    + "has(request.userInfo.groups) && s.name in request.userInfo.groups)"

  /// The policy and its binding, as `config/rbac` holds them.
  public var manifests: [JSONValue] {
    let policy: JSONObject = [
      // A change that cannot be judged is refused.
      "failurePolicy": "Fail",
      "paramKind": ["apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding"],
      "matchConstraints": [
        "resourceRules": [
          [
            "apiGroups": [.string(rule.group)], "apiVersions": [.string(rule.version)],
            "operations": .array(rule.operations.map(JSONValue.string)), "resources": [.string(rule.resource)],
          ]
        ]
      ],
      "matchConditions": [["name": "operator", "expression": .string(Self.condition)]],
      "variables": .array(
        variables.map { ["name": .string($0.name), "expression": .string($0.expression)] }),
      "validations": .array(
        validations.map {
          [
            "expression": .string($0.expression), "messageExpression": .string($0.message),
            "reason": .string($0.reason),
          ]
        }),
    ]
    let binding: JSONObject = [
      "policyName": .string(name), "validationActions": ["Deny"],
      // Without the operator's ClusterRoleBinding the policy has no subjects; `Deny` would then refuse every writer.
      "paramRef": [
        "selector": ["matchLabels": .object([Self.subjectsLabel.name: .string(Self.subjectsLabel.value)])],
        "parameterNotFoundAction": "Allow",
      ],
    ]
    return [
      manifest("ValidatingAdmissionPolicy", policy), manifest("ValidatingAdmissionPolicyBinding", binding),
    ]
  }

  /// The labels of pods, exactly: Services and NetworkPolicies of others select pods by labels.
  ///
  /// - Parameter of: an expression for the name of the object.
  static func labels(_ metadata: String, appName: String, component: String, of object: String) -> String {
    "\(metadata).labels == {"
      + [
        (WellKnownLabel.name, "'\(appName)'"), (WellKnownLabel.instance, object),
        (WellKnownLabel.component, "'\(component)'"), (WellKnownLabel.partOf, "'cozystack'"),
        (WellKnownLabel.managedBy, "'\(RoleManifests.operatorName)'"), (AgentShape.objectLabel, object),
      ].map { "'\($0)': \($1)" }.joined(separator: ", ") + "}"
  }

  /// No annotations but the operator's and those of `kubectl`: runtimes, network plugins and other controllers read them.
  /// `kubectl rollout restart` leaves one in the pods' template.
  static func onlyOwnAnnotations(_ metadata: String) -> String {
    "(!has(\(metadata).annotations) || \(metadata).annotations.all(k, "
      + "k.startsWith('\(ObservabilitySchema.group)/') || k.startsWith('kubectl.kubernetes.io/')))"
  }

  private func manifest(_ kind: String, _ spec: JSONObject) -> JSONValue {
    [
      "apiVersion": "admissionregistration.k8s.io/v1", "kind": .string(kind),
      "metadata": [
        "name": .string(name),
        "labels": [
          WellKnownLabel.name: .string(RoleManifests.operatorName), WellKnownLabel.partOf: "cozystack",
        ],
      ],
      "spec": .object(spec),
    ]
  }
}
