// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI
import Rendering

/// The admission policy that narrows the right to create and change DaemonSets to the agents' DaemonSet as it is rendered:
/// its names and owner, the labels of its pods, its containers, volumes, probes and capabilities.
///
/// What remains is still root on the nodes: images, environment, classes of priority and runtime, resources and node
/// selector are the object's choice, and the agent needs SYS_ADMIN and the host's processes. The environment may come from
/// any Secret of the namespace, since an object may name one. The policy takes away what goes beyond: writable host paths,
/// devices, the host's network, other service accounts, requests of the node to other hosts and, unless the namespace's
/// administrator allows it, `privileged`.
///
/// That a namespace allows privileged agents stands in a label of the Namespace, which the operator may not write. The
/// `Observability` itself cannot be asked: a policy is evaluated once for each parameter and refuses if one evaluation
/// does, so it can say "for all objects" but never "there is an object", and an account that names an object that does
/// not exist would go through.
public enum DaemonSetPolicy {
  /// The label of a Namespace that allows privileged agents.
  public static let privilegedLabel = "observability.cozystack.io/privileged-agents"
  /// Its value.
  public static let privilegedValue = "allowed"

  /// The policy with its binding.
  public static let policy = AdmissionPolicy(
    name: "\(RoleManifests.operatorName)-daemonsets",
    rule: .init(group: "apps", version: "v1", resource: "daemonsets", operations: ["CREATE", "UPDATE"]),
    variables: variables,
    validations: [
      names, owner, pods, host, account, placement, containers, environment, volumes, mounts, calls, privileged,
      capabilities, podSecurity, containerSecurity,
    ])

  private static let variables: [(name: String, expression: String)] = [
    ("labels", "has(object.metadata.labels) ? object.metadata.labels : {}"),
    ("of", "'\(AgentShape.objectLabel)' in variables.labels ? variables.labels['\(AgentShape.objectLabel)'] : ''"),
    ("name", "variables.of + '\(AgentShape.nameSuffix)'"),
    ("template", "object.spec.template.metadata"),
    ("pod", "object.spec.template.spec"),
    ("agent", "variables.pod.containers[0]"),
    ("probe", "[" + quoted(AgentShape.probeCommand) + "]"),
    ("first", "has(variables.pod.initContainers) ? variables.pod.initContainers : []"),
    ("all", "variables.pod.containers + variables.first"),
    ("volumes", "has(variables.pod.volumes) ? variables.pod.volumes : []"),
    ("host", "variables.volumes.filter(v, has(v.hostPath)).map(v, v.name)"),
    (
      "privileged",
      "variables.all.filter(c, has(c.securityContext) && has(c.securityContext.privileged) && "
        + "c.securityContext.privileged).map(c, c.name)"
    ),
    (
      "allowed",
      "has(namespaceObject.metadata.labels) && '\(privilegedLabel)' in namespaceObject.metadata.labels && "
        + "namespaceObject.metadata.labels['\(privilegedLabel)'] == '\(privilegedValue)'"
    ),
  ]

  private static let names = refusing(
    unless: "variables.of != '' && object.metadata.name == variables.name && "
      + "'app.kubernetes.io/managed-by' in variables.labels && "
      + "variables.labels['app.kubernetes.io/managed-by'] == '\(RoleManifests.operatorName)' && "
      + "!has(object.spec.selector.matchExpressions) && object.spec.selector.matchLabels == "
      + "{'app.kubernetes.io/name': '\(AgentShape.appName)', 'app.kubernetes.io/instance': variables.of}",
    "name, labels or selector are not those of agents")

  private static let owner = refusing(
    unless: "has(object.metadata.ownerReferences) && object.metadata.ownerReferences.exists(o, "
      + "o.apiVersion.startsWith('\(ObservabilitySchema.group)/') && o.kind == '\(ObservabilitySchema.kind)' && "
      + "o.name == variables.of && has(o.controller) && o.controller)",
    "it is not owned by the \(ObservabilitySchema.kind) of its label")

  private static let host = refusing(
    unless: "!(has(variables.pod.hostNetwork) && variables.pod.hostNetwork) && "
      + "!(has(variables.pod.hostIPC) && variables.pod.hostIPC) && variables.all.all(c, !has(c.ports) || "
      + "c.ports.all(p, !has(p.hostPort) || p.hostPort == 0))",
    "it asks for the network, the ports or the IPC of the host")

  private static let account = refusing(
    unless: "has(variables.pod.serviceAccountName) && variables.pod.serviceAccountName == variables.name && "
      + "has(variables.pod.automountServiceAccountToken) && !variables.pod.automountServiceAccountToken",
    "its service account is not that of agents, or its token is mounted")

  private static let containers = refusing(
    unless: "variables.pod.containers.size() == 1 && variables.pod.containers[0].name == '\(AgentShape.container)' && "
      + "!has(variables.pod.containers[0].command) && variables.first.size() == 1 && "
      + "variables.first[0].name == '\(AgentShape.initContainer)' && has(variables.first[0].command) && "
      + "variables.first[0].command == [" + quoted(AgentShape.initCommand) + "] && "
      + "variables.all.all(c, !has(c.lifecycle))",
    "its containers or their commands are not those of agents")

  private static let volumes = refusing(
    unless: "variables.volumes.all(v, has(v.hostPath) ? v.hostPath.path in [" + quoted(AgentShape.hostPaths)
      + "] : (has(v.emptyDir) ? v.name == '\(AgentShape.spoolVolume)' : (has(v.secret) && "
      + "v.name == '\(AgentShape.certificatesVolume)' && has(v.secret.items) && v.secret.items.size() == 1)))",
    "a volume is not one of \(AgentShape.hostPaths.joined(separator: ", ")) of the host, the spool, or one key of a Secret "
      + "with certificates")

  private static let mounts = refusing(
    unless: "variables.all.all(c, !has(c.volumeDevices) && (!has(c.volumeMounts) || c.volumeMounts.all(m, "
      + "!has(m.subPath) && !has(m.subPathExpr) && (!has(m.mountPropagation) || m.mountPropagation == 'None') && "
      + "(!(m.name in variables.host) || (has(m.readOnly) && m.readOnly)))))",
    "a path of the host is not mounted read-only, or a volume as a device, by a path within, or with what is mounted "
      + "below it")

  private static let privileged = refusing(
    unless: "variables.privileged.size() == 0 || (variables.allowed && variables.privileged == "
      + "['\(AgentShape.container)'])",
    "a container is privileged, which the namespace does not allow: label it "
      + "\(privilegedLabel)=\(privilegedValue), or set spec.nodeAgent.security.mode to Minimal")

  private static let capabilities = refusing(
    unless: "variables.all.all(c, c.name in variables.privileged || (has(c.securityContext) && "
      + "has(c.securityContext.capabilities) && has(c.securityContext.capabilities.drop) && "
      + "'ALL' in c.securityContext.capabilities.drop && (!has(c.securityContext.capabilities.add) || "
      + "c.securityContext.capabilities.add.all(n, n in [" + quoted(AgentShape.capabilities) + "]))))",
    "a container does not drop all capabilities, or adds one that no feature needs")

  /// Refused as invalid, not as forbidden: no right is missing, and sending the same again is of no use.
  static func refusing(unless expression: String, _ why: String) -> AdmissionPolicy.Validation {
    .init(
      expression: expression,
      message:
        "'\(RoleManifests.operatorName) may write no DaemonSet but that of its agents, as it is rendered; of ' + "
        + "object.metadata.name + ' \(why)'", reason: "Invalid")
  }

  static func quoted(_ texts: [String]) -> String {
    texts.map { "'\($0)'" }.joined(separator: ", ")
  }
}
