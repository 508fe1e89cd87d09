// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore

/// What this API server can show: probed, never assumed.
struct Capabilities: Hashable, Sendable {
  /// Whether the CEL rules of definitions are evaluated.
  var evaluatesRules: Bool
  /// Whether admission policies are evaluated.
  var evaluatesPolicies: Bool

  /// Why a refusal by a rule cannot be shown.
  static let noRules = "this API server evaluates no CEL rules, and accepts one that cannot be compiled"
  /// Why a refusal by a policy cannot be shown.
  static let noPolicies = "this API server evaluates no admission policies, and accepts one that cannot be compiled"

  /// Asks the server whether it would accept expressions that cannot be compiled. One that evaluates CEL compiles what it
  /// is given and refuses them; the product's own objects are not asked, since a fault of theirs must not hide itself.
  /// Nothing is stored.
  static func probe(_ admin: Admin) async throws -> Capabilities {
    Capabilities(
      evaluatesRules: try await refuses(definition, .customResourceDefinitions, admin),
      evaluatesPolicies: try await refuses(policy, .admissionPolicies, admin))
  }

  private static func refuses(_ object: JSONObject, _ type: ResourceType, _ admin: Admin) async throws -> Bool {
    do throws(KubernetesError) {
      _ = try await admin.client.create(type, KubernetesObject(object), WriteOptions(dryRun: true))
      return false
    } catch {
      // A server that does not serve policies evaluates none.
      guard error.isInvalid || error.isNotFound else { throw error }
      return error.isInvalid
    }
  }

  private static let brokenExpression = JSONValue.string("self.missing(")

  private static let definition: JSONObject = [
    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": ["name": "probes.acceptance.cozystack.io"],
    "spec": [
      "group": "acceptance.cozystack.io", "scope": "Cluster",
      "names": ["kind": "Probe", "plural": "probes", "singular": "probe", "listKind": "ProbeList"],
      "versions": [
        [
          "name": "v1", "served": true, "storage": true,
          "schema": [
            "openAPIV3Schema": [
              "type": "object",
              "properties": [
                "spec": ["type": "object", "x-kubernetes-validations": [["rule": brokenExpression, "message": "no"]]]
              ],
            ]
          ],
        ]
      ],
    ],
  ]

  private static let policy: JSONObject = [
    "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy",
    "metadata": ["name": "probe.acceptance.cozystack.io"],
    "spec": [
      "failurePolicy": "Fail",
      "matchConstraints": [
        "resourceRules": [
          ["apiGroups": [""], "apiVersions": ["v1"], "operations": ["UPDATE"], "resources": ["nodes"]]
        ]
      ],
      "validations": [["expression": brokenExpression]],
    ],
  ]
}
