// SPDX-License-Identifier: Apache-2.0

import Rendering

/// What a StatefulSet or Deployment of the operator is at most, whatever an object asks for. ``WorkloadPolicy`` holds the
/// operator's account to it.
struct WorkloadShape: Sendable {
  /// What follows the object's name in that of the workload and of its service account.
  var suffix: String
  /// The label `app.kubernetes.io/name` of the pods.
  var appName: String
  /// The label `app.kubernetes.io/component` of the pods.
  var component: String
  /// The name of the one container.
  var container: String
  /// A further label of the pods, with any value.
  var freeLabel = ""
  /// The name of the one claim template of a StatefulSet.
  var claim = ""
  /// The Secrets that volumes mount, by what follows the object's name.
  var mountedSecrets: [String] = []
  /// The Secrets that variables are taken from, by what follows the object's name.
  var environmentSecrets: [String] = []
  /// Whether it has an `emptyDir`.
  var hasFolder = false
  /// Whether its service account's token is mounted.
  var hasToken = false

  static let statefulSets = [
    WorkloadShape(
      suffix: GatewayShape.nameSuffix, appName: GatewayShape.appName, component: "gateway",
      container: GatewayShape.container, claim: GatewayShape.claimTemplate, mountedSecrets: [GatewayShape.nameSuffix]),
    WorkloadShape(
      suffix: CorootShape.nameSuffix, appName: CorootShape.appName, component: "coroot",
      container: CorootShape.container, freeLabel: CorootShape.integrationsLabel, claim: CorootShape.claimTemplate,
      mountedSecrets: [CorootShape.nameSuffix],
      environmentSecrets: [CorootShape.nameSuffix, CorootShape.adminSuffix, CorootShape.keysSuffix]),
  ]

  static let deployments = [
    WorkloadShape(
      suffix: ClusterAgentShape.nameSuffix, appName: ClusterAgentShape.appName, component: "cluster-agent",
      container: ClusterAgentShape.container, environmentSecrets: [CorootShape.keysSuffix], hasFolder: true,
      hasToken: true),
    WorkloadShape(
      suffix: UIShape.nameSuffix, appName: UIShape.appName, component: UIShape.component,
      container: UIShape.container,
      mountedSecrets: [UIShape.nameSuffix, UIShape.cookieSuffix, UIShape.clientSuffix]),
  ]
}
