// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import ObservabilityAPI
import Rendering

/// The admission policies that narrow the rights to write StatefulSets and Secrets to those of the gateway.
///
/// Without them, a holder of the operator's token could run any pod, as any service account of the namespace, by way of
/// a StatefulSet, and get the token of any of these accounts by way of a Secret of type
/// `kubernetes.io/service-account-token`. They close the ways beside these too: claims that copy the volume of another
/// claim, labels by which another Service leads to the pods, annotations by which a runtime or another controller adds
/// devices, networks or the data of other Secrets, and probes that let the node call other hosts.
///
/// Image, arguments, environment, node selector and tolerations stay free.
public enum GatewayPolicy {
  /// The policy for StatefulSets.
  public static let statefulSets = AdmissionPolicy(
    name: "\(RoleManifests.operatorName)-statefulsets",
    rule: .init(group: "apps", version: "v1", resource: "statefulsets", operations: ["CREATE", "UPDATE"]),
    variables: own + [
      ("template", "object.spec.template.metadata"),
      ("pod", "object.spec.template.spec"),
      ("container", "variables.pod.containers[0]"),
      ("volumes", "has(variables.pod.volumes) ? variables.pod.volumes : []"),
      ("claims", "has(object.spec.volumeClaimTemplates) ? object.spec.volumeClaimTemplates : []"),
    ],
    validations: [
      names(
        "StatefulSet",
        and: "!has(object.spec.selector.matchExpressions) && object.spec.selector.matchLabels == "
          + "{'\(WellKnownLabel.name)': '\(GatewayShape.appName)', '\(WellKnownLabel.instance)': variables.of}"),
      owner("StatefulSet"), pods, host, account, placement, volumes, claims, containers, mounts, calls, podSecurity,
      containerSecurity,
    ])

  /// The policy for Secrets.
  public static let secrets = AdmissionPolicy(
    name: "\(RoleManifests.operatorName)-secrets",
    rule: .init(group: "", version: "v1", resource: "secrets", operations: ["CREATE", "UPDATE"]), variables: own,
    validations: [
      names("Secret", and: "(!has(object.type) || object.type == 'Opaque')"), owner("Secret"),
      refusing(
        "Secret", unless: "\(onlyOwnAnnotations("object.metadata")) && (!has(object.immutable) || !object.immutable)",
        "it is immutable, or has an annotation of others"),
    ])

  /// Services and NetworkPolicies of others select pods by labels, runtimes and network plugins read annotations.
  private static let pods = refusing(
    "StatefulSet",
    unless: "variables.template.labels == {"
      + [
        (WellKnownLabel.name, "'\(GatewayShape.appName)'"), (WellKnownLabel.instance, "variables.of"),
        (WellKnownLabel.component, "'gateway'"), (WellKnownLabel.partOf, "'cozystack'"),
        (WellKnownLabel.managedBy, "'\(RoleManifests.operatorName)'"), (AgentShape.objectLabel, "variables.of"),
      ].map { "'\($0)': \($1)" }.joined(separator: ", ") + "} && \(onlyOwnAnnotations("variables.template"))",
    "its pods have labels or annotations that are not those of the gateway")

  private static let host = refusing(
    "StatefulSet",
    unless: "!(has(variables.pod.hostNetwork) && variables.pod.hostNetwork) && "
      + "!(has(variables.pod.hostPID) && variables.pod.hostPID) && "
      + "!(has(variables.pod.hostIPC) && variables.pod.hostIPC) && (!has(variables.container.ports) || "
      + "variables.container.ports.all(p, !has(p.hostPort) || p.hostPort == 0))",
    "it asks for the network, the ports, the processes or the IPC of the host")

  private static let account = refusing(
    "StatefulSet",
    unless: "has(variables.pod.serviceAccountName) && variables.pod.serviceAccountName == variables.name && "
      + "has(variables.pod.automountServiceAccountToken) && !variables.pod.automountServiceAccountToken",
    "its service account is not that of the gateway, or its token is mounted")

  /// A priority evicts pods of others, a runtime class or a resource of a device plugin gives devices.
  private static let placement = refusing(
    "StatefulSet",
    unless: "!has(variables.pod.nodeName) && !has(variables.pod.priorityClassName) && "
      + "!has(variables.pod.runtimeClassName) && !has(variables.pod.resourceClaims) && "
      + "(!has(variables.container.resources) || !has(variables.container.resources.limits) || "
      + "variables.container.resources.limits.all(r, r in ['cpu', 'memory'])) && "
      + "(!has(variables.container.resources) || !has(variables.container.resources.requests) || "
      + "variables.container.resources.requests.all(r, r in ['cpu', 'memory']))",
    "it chooses a node, a priority, a runtime class or a device")

  private static let volumes = refusing(
    "StatefulSet",
    unless: "variables.volumes.all(v, has(v.secret) && v.secret.secretName == variables.name)",
    "a volume is not the Secret of the gateway")

  /// A claim may copy another claim or a snapshot, or take a volume that somebody left; annotations ask for the same.
  private static let claims = refusing(
    "StatefulSet",
    unless: "variables.claims.size() == 1 && variables.claims.all(c, c.metadata.name == "
      + "'\(GatewayShape.claimTemplate)' && !has(c.metadata.labels) && !has(c.metadata.annotations) && "
      + "!has(c.spec.dataSource) && !has(c.spec.dataSourceRef) && !has(c.spec.volumeName) && !has(c.spec.selector) && "
      + "(!has(c.spec.volumeMode) || c.spec.volumeMode == 'Filesystem'))",
    "its claim is not the empty one of the queue")

  private static let containers = refusing(
    "StatefulSet",
    unless: "variables.pod.containers.size() == 1 && !has(variables.pod.initContainers) && "
      + "!has(variables.pod.ephemeralContainers) && variables.container.name == '\(GatewayShape.container)' && "
      + "!has(variables.container.command) && !has(variables.container.envFrom) && (!has(variables.container.env) || "
      + "variables.container.env.all(e, !has(e.valueFrom)))",
    "its containers, their command or the source of their environment are not those of the gateway")

  private static let mounts = refusing(
    "StatefulSet",
    unless: "!has(variables.container.volumeDevices) && (!has(variables.container.volumeMounts) || "
      + "variables.container.volumeMounts.all(m, !has(m.subPath) && !has(m.subPathExpr) && "
      + "(!has(m.mountPropagation) || m.mountPropagation == 'None')))",
    "a volume is mounted as a device, by a path within, or with what is mounted below it")

  /// The kubelet makes the requests of probes and hooks, from the network of the node, to any host that they name.
  private static let calls = refusing(
    "StatefulSet",
    unless: ["livenessProbe", "readinessProbe", "startupProbe"].map { probe in
      let path = "variables.container.\(probe)"
      return "(!has(\(path)) || (has(\(path).httpGet) && !has(\(path).httpGet.host)))"
    }.joined(separator: " && ") + " && (!has(variables.container.lifecycle) || "
      + "(!has(variables.container.lifecycle.postStart) && (!has(variables.container.lifecycle.preStop) || "
      + "(!has(variables.container.lifecycle.preStop.exec) && !has(variables.container.lifecycle.preStop.httpGet) && "
      + "!has(variables.container.lifecycle.preStop.tcpSocket)))))",
    "its probes or hooks run commands or call a host")

  private static let podSecurity = refusing(
    "StatefulSet",
    unless: "has(variables.pod.securityContext) && has(variables.pod.securityContext.runAsNonRoot) && "
      + "variables.pod.securityContext.runAsNonRoot && has(variables.pod.securityContext.seccompProfile) && "
      + "variables.pod.securityContext.seccompProfile.type == 'RuntimeDefault' && "
      + ["appArmorProfile", "seLinuxOptions", "supplementalGroups", "sysctls", "windowsOptions"]
      .map { "!has(variables.pod.securityContext.\($0))" }.joined(separator: " && "),
    "its pods may run as root, or without the confinement of the gateway")

  private static let containerSecurity = refusing(
    "StatefulSet",
    unless: "variables.pod.containers.all(c, has(c.securityContext) && "
      + "!(has(c.securityContext.privileged) && c.securityContext.privileged) && "
      + "has(c.securityContext.allowPrivilegeEscalation) && !c.securityContext.allowPrivilegeEscalation && "
      + "has(c.securityContext.capabilities) && has(c.securityContext.capabilities.drop) && "
      + "'ALL' in c.securityContext.capabilities.drop && !has(c.securityContext.capabilities.add) && "
      + [
        "appArmorProfile", "procMount", "runAsNonRoot", "runAsUser", "seccompProfile", "seLinuxOptions",
        "windowsOptions",
      ]
      .map { "!has(c.securityContext.\($0))" }.joined(separator: " && ") + ")",
    "its container is privileged, may gain rights, has a capability or less confinement than its pod")

  private static let own: [(name: String, expression: String)] = [
    ("labels", "has(object.metadata.labels) ? object.metadata.labels : {}"),
    ("of", "'\(AgentShape.objectLabel)' in variables.labels ? variables.labels['\(AgentShape.objectLabel)'] : ''"),
    ("name", "variables.of + '\(GatewayShape.nameSuffix)'"),
  ]

  private static func names(_ kind: String, and rest: String) -> AdmissionPolicy.Validation {
    refusing(
      kind,
      unless: "variables.of != '' && object.metadata.name == variables.name && "
        + "'\(WellKnownLabel.managedBy)' in variables.labels && "
        + "variables.labels['\(WellKnownLabel.managedBy)'] == '\(RoleManifests.operatorName)' && \(rest)",
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

  /// Those of `kubectl` are let through: `kubectl rollout restart` leaves one in the pods' template.
  private static func onlyOwnAnnotations(_ metadata: String) -> String {
    "(!has(\(metadata).annotations) || \(metadata).annotations.all(k, "
      + "k.startsWith('\(ObservabilitySchema.group)/') || k.startsWith('kubectl.kubernetes.io/')))"
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
