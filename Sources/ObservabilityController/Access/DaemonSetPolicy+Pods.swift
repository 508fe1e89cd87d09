// SPDX-License-Identifier: Apache-2.0

import Rendering

/// What the policy on DaemonSets demands of their pods, beside what they may use of the node.
extension DaemonSetPolicy {
  static let pods = refusing(
    unless: AdmissionPolicy.labels(
      "variables.template", appName: AgentShape.appName, component: AgentShape.component, of: "variables.of")
      + " && \(AdmissionPolicy.onlyOwnAnnotations("variables.template"))",
    "its pods have labels or annotations that are not those of agents")

  /// The classes of priority and runtime, and the agent's resources, are the object's choice.
  static let placement = refusing(
    unless: "!has(variables.pod.nodeName) && !has(variables.pod.resourceClaims) && variables.first.all(c, "
      + "!has(c.resources) || ["
      + ["limits", "requests"].map { "(!has(c.resources.\($0)) || c.resources.\($0).all(r, r in ['cpu', 'memory']))" }
      .joined(separator: ", ") + "].all(b, b))",
    "it chooses a node, a claim of resources, or a device for its init container")

  /// Single variables are the object's choice.
  static let environment = refusing(
    unless: "variables.all.all(c, !has(c.envFrom)) && variables.first.all(c, !has(c.env))",
    "a container has the whole environment of others, or the init container has one")

  /// The kubelet makes the requests of probes, from the network of the node, to any host that they name. A restart policy
  /// makes an init container a second one that stays, with probes of its own.
  static let calls = refusing(
    unless: probes.map { probe in
      let path = "variables.agent.\(probe)"
      return "(!has(\(path)) || (has(\(path).httpGet) ? !has(\(path).httpGet.host) : (has(\(path).exec) && "
        + "\(path).exec.command == variables.probe)))"
    }.joined(separator: " && ") + " && variables.first.all(c, !has(c.restartPolicy))",
    "its probes run other commands or call a host, or its init container stays")

  private static let probes = ["livenessProbe", "readinessProbe", "startupProbe"]

  static let podSecurity = refusing(
    unless: "!has(variables.pod.ephemeralContainers) && (!has(variables.pod.securityContext) || ("
      + ["appArmorProfile", "seLinuxOptions", "seccompProfile", "supplementalGroups", "sysctls", "windowsOptions"]
      .map { "!has(variables.pod.securityContext.\($0))" }.joined(separator: " && ") + "))",
    "its pods have a security context of their own")

  /// A privileged container has no profile: runtimes apply none to it.
  static let containerSecurity = refusing(
    unless: "variables.all.all(c, has(c.securityContext) && !has(c.securityContext.windowsOptions) && "
      + "(!has(c.securityContext.procMount) || c.securityContext.procMount == 'Default') && "
      + "(c.name in variables.privileged || (has(c.securityContext.allowPrivilegeEscalation) && "
      + "!c.securityContext.allowPrivilegeEscalation && has(c.securityContext.seccompProfile) && "
      + "(c.securityContext.seccompProfile.type == 'RuntimeDefault' || (c.name == '\(AgentShape.container)' && "
      + "c.securityContext.seccompProfile.type == 'Localhost')))))",
    "a container may gain rights, sees all of proc, or has another seccomp profile than that of agents")
}
