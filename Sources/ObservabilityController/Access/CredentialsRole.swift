// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// The right to read the one Secret of a ClickHouse application that holds its passwords.
///
/// The application is in a tenant's namespace, where the operator may read nothing else.
public struct CredentialsRole: Hashable, Sendable {
  /// The Secret.
  private let secret: ObjectKey

  /// The right for that application.
  public init(_ application: ClickHouse.Application) { secret = application.credentials }

  /// The name of the Role and of its binding.
  public var name: String { "\(RoleManifests.operatorName)-\(secret.name)" }

  /// The Role and its binding to the operator's account.
  public var manifests: [JSONValue] {
    let rule = RoleManifests.rule("", "secrets", names: [secret.name], verbs: ["list", "watch"])
    return [
      RoleManifests.role(kind: "Role", name: name, namespace: secret.namespace, rules: [rule]),
      RoleManifests.binding(kind: "RoleBinding", name: name, namespace: secret.namespace, role: ("Role", name)),
    ]
  }

  /// What makes the right, as commands.
  ///
  /// - Parameter operatorNamespace: where the operator's account is; nil for where `config/default` has it.
  func remedy(_ operatorNamespace: String?) -> String {
    let namespace = secret.namespace ?? ""
    let account = "\(operatorNamespace ?? RoleManifests.operatorNamespace):\(RoleManifests.operatorName)"
    return "Grant it: kubectl create role \(name) -n \(namespace) --verb=list,watch --resource=secrets "
      + "--resource-name=\(secret.name); kubectl create rolebinding \(name) -n \(namespace) --role=\(name) "
      + "--serviceaccount=\(account)."
  }
}
