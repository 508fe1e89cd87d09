// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI
import Rendering

/// The admission policies that narrow the rights to write StatefulSets and Secrets to those of the gateway.
///
/// Without them, who has the operator's token could run any pod, as any service account of the namespace, by way of a
/// StatefulSet, and get the token of any of these accounts by way of a Secret of type
/// `kubernetes.io/service-account-token`.
public enum GatewayPolicy {
  /// The policy for StatefulSets.
  public static let statefulSets = AdmissionPolicy(
    name: "\(RoleManifests.operatorName)-statefulsets",
    rule: .init(group: "apps", version: "v1", resource: "statefulsets", operations: ["CREATE", "UPDATE"]),
    variables: own + [
      ("pod", "object.spec.template.spec"),
      ("volumes", "has(variables.pod.volumes) ? variables.pod.volumes : []"),
    ],
    validations: [
      names(
        "StatefulSet",
        and: "!has(object.spec.selector.matchExpressions) && object.spec.selector.matchLabels == "
          + "{'app.kubernetes.io/name': '\(GatewayShape.appName)', 'app.kubernetes.io/instance': variables.of}"),
      owner("StatefulSet"),
      refusing(
        "StatefulSet",
        unless: "!(has(variables.pod.hostNetwork) && variables.pod.hostNetwork) && "
          + "!(has(variables.pod.hostPID) && variables.pod.hostPID) && "
          + "!(has(variables.pod.hostIPC) && variables.pod.hostIPC)",
        "it asks for the network, the processes or the IPC of the host"),
      refusing(
        "StatefulSet",
        unless: "has(variables.pod.serviceAccountName) && variables.pod.serviceAccountName == variables.name && "
          + "has(variables.pod.automountServiceAccountToken) && !variables.pod.automountServiceAccountToken",
        "its service account is not that of the gateway, or its token is mounted"),
      refusing(
        "StatefulSet",
        unless: "variables.volumes.all(v, (has(v.secret) && v.secret.secretName == variables.name) || has(v.emptyDir))",
        "a volume is neither the gateway's own Secret nor emptyDir"),
      refusing(
        "StatefulSet",
        unless: "variables.pod.containers.size() == 1 && !has(variables.pod.initContainers) && "
          + "variables.pod.containers[0].name == '\(GatewayShape.container)' && "
          + "!has(variables.pod.containers[0].command) && (!has(variables.pod.containers[0].ports) || "
          + "variables.pod.containers[0].ports.all(p, !has(p.hostPort) || p.hostPort == 0)) && "
          + "!has(variables.pod.containers[0].volumeDevices) && (!has(variables.pod.containers[0].env) || "
          + "variables.pod.containers[0].env.all(e, !has(e.valueFrom) || !has(e.valueFrom.secretKeyRef))) && "
          + "!has(variables.pod.containers[0].envFrom)",
        "its container, command, ports or environment are not those of the gateway"),
      refusing(
        "StatefulSet",
        unless: "variables.pod.containers.all(c, has(c.securityContext) && "
          + "!(has(c.securityContext.privileged) && c.securityContext.privileged) && "
          + "has(c.securityContext.allowPrivilegeEscalation) && !c.securityContext.allowPrivilegeEscalation && "
          + "has(c.securityContext.capabilities) && has(c.securityContext.capabilities.drop) && "
          + "'ALL' in c.securityContext.capabilities.drop && !has(c.securityContext.capabilities.add))",
        "its container is privileged, may gain rights, or has a capability"),
    ])

  /// The policy for Secrets.
  public static let secrets = AdmissionPolicy(
    name: "\(RoleManifests.operatorName)-secrets",
    rule: .init(group: "", version: "v1", resource: "secrets", operations: ["CREATE", "UPDATE"]), variables: own,
    validations: [
      names("Secret", and: "(!has(object.type) || object.type == 'Opaque')"), owner("Secret"),
    ])

  private static let own: [(name: String, expression: String)] = [
    ("labels", "has(object.metadata.labels) ? object.metadata.labels : {}"),
    ("of", "'\(AgentShape.objectLabel)' in variables.labels ? variables.labels['\(AgentShape.objectLabel)'] : ''"),
    ("name", "variables.of + '\(GatewayShape.nameSuffix)'"),
  ]

  private static func names(_ kind: String, and rest: String) -> AdmissionPolicy.Validation {
    refusing(
      kind,
      unless: "variables.of != '' && object.metadata.name == variables.name && "
        + "'app.kubernetes.io/managed-by' in variables.labels && "
        + "variables.labels['app.kubernetes.io/managed-by'] == '\(RoleManifests.operatorName)' && \(rest)",
      "name, labels, \(kind == "Secret" ? "type" : "selector") are not those of the gateway")
  }

  private static func owner(_ kind: String) -> AdmissionPolicy.Validation {
    refusing(
      kind,
      unless: "has(object.metadata.ownerReferences) && object.metadata.ownerReferences.exists(o, "
        + "o.apiVersion.startsWith('\(ObservabilitySchema.group)/') && o.kind == '\(ObservabilitySchema.kind)' && "
        + "o.name == variables.of && has(o.controller) && o.controller)",
      "it is not owned by the \(ObservabilitySchema.kind) of its label")
  }

  /// Refused as invalid, not as forbidden: no right is missing, and sending the same again is of no use.
  private static func refusing(
    _ kind: String, unless expression: String, _ why: String
  ) -> AdmissionPolicy.Validation {
    .init(
      expression: expression,
      message:
        "'\(RoleManifests.operatorName) may write no \(kind) but that of its gateway, as it is rendered; of ' + "
        + "object.metadata.name + ' \(why)'", reason: "Invalid")
  }
}
