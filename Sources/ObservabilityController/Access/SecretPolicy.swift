// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import Rendering

/// The admission policy that narrows the right to write Secrets to those that the operator renders.
///
/// A Secret of type `kubernetes.io/service-account-token` could be given the token of any account of the namespace, and
/// some controllers fill a Secret with the data of the one that an annotation names.
public enum SecretPolicy {
  /// The Secrets, by what follows the object's name in theirs.
  static let suffixes = [
    GatewayShape.nameSuffix, CorootShape.nameSuffix, CorootShape.adminSuffix, CorootShape.keysSuffix,
    UIShape.nameSuffix, UIShape.cookieSuffix, UIShape.clientSuffix,
  ]

  /// The policy with its binding.
  public static let policy = AdmissionPolicy(
    name: "\(RoleManifests.operatorName)-secrets",
    rule: .init(group: "", version: "v1", resource: "secrets", operations: ["CREATE", "UPDATE"]),
    variables: ChildPolicy.variables,
    validations: [
      refusing(
        unless: "variables.of != '' && object.metadata.name in \(ChildPolicy.names(suffixes)) && "
          + "\(ChildPolicy.isManaged) && (!has(object.type) || object.type == 'Opaque')",
        "name, labels, type are not those of a Secret of its own"),
      refusing(unless: ChildPolicy.isOwned(), "it is not owned by the Observability of its label"),
      refusing(
        unless: "\(ChildPolicy.onlyOwnAnnotations("object.metadata")) && (!has(object.immutable) || !object.immutable)",
        "it is immutable, or has an annotation of others"),
    ])

  private static func refusing(unless expression: String, _ why: String) -> AdmissionPolicy.Validation {
    ChildPolicy.refusing("no Secret but its own", unless: expression, why)
  }
}
