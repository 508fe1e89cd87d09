// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import ObservabilityAPI
import Rendering

/// The admission policies that narrow the rights to write StatefulSets and Deployments to those that the operator renders.
///
/// Without them, a holder of the operator's token could run any pod, as any service account of the namespace. They close
/// the ways beside that too: claims that copy the volume of another claim, labels by which another Service leads to the
/// pods, annotations by which a runtime or another controller adds devices, networks or the data of other Secrets, and
/// probes that let the node call other hosts.
///
/// Image, arguments, environment, node selector and tolerations stay free.
public struct WorkloadPolicy {
  /// The policy for StatefulSets.
  public static let statefulSets = WorkloadPolicy(
    kind: "StatefulSet", resource: "statefulsets", shapes: WorkloadShape.statefulSets
  ).policy
  /// The policy for Deployments.
  public static let deployments = WorkloadPolicy(
    kind: "Deployment", resource: "deployments", shapes: WorkloadShape.deployments
  ).policy

  let kind: String
  let resource: String
  let shapes: [WorkloadShape]

  private var hasClaims: Bool { shapes.contains { !$0.claim.isEmpty } }

  var policy: AdmissionPolicy {
    AdmissionPolicy(
      name: "\(RoleManifests.operatorName)-\(resource)",
      rule: .init(group: "apps", version: "v1", resource: resource, operations: ["CREATE", "UPDATE"]),
      variables: variables,
      validations: [names, owner, pods, host, account, placement, volumes] + (hasClaims ? [claims] : [])
        + [containers, environment, mounts, calls, podSecurity, containerSecurity])
  }

  private var variables: [(name: String, expression: String)] {
    let named = shapes.map { "object.metadata.name == variables.of + '\($0.suffix)' ? '\($0.suffix)' : " }
    var variables =
      ChildPolicy.variables + [
        // Which of the shapes the name says it is; empty for none.
        ("shape", named.joined() + "''"),
        ("app", choose { "'\($0.appName)'" }),
        ("component", choose { "'\($0.component)'" }),
        ("containerName", choose { "'\($0.container)'" }),
        ("freeLabel", choose { "'\($0.freeLabel)'" }),
        ("mounted", choose(otherwise: "[]") { ChildPolicy.names($0.mountedSecrets) }),
        ("sources", choose(otherwise: "[]") { ChildPolicy.names($0.environmentSecrets) }),
        ("folder", choose(otherwise: "false") { "\($0.hasFolder)" }),
        ("token", choose(otherwise: "false") { "\($0.hasToken)" }),
        ("podLabels", podLabels),
        ("template", "object.spec.template.metadata"),
        ("pod", "object.spec.template.spec"),
        ("container", "variables.pod.containers[0]"),
        ("volumes", "has(variables.pod.volumes) ? variables.pod.volumes : []"),
      ]
    if hasClaims {
      variables += [
        ("claimName", choose { "'\($0.claim)'" }),
        ("claims", "has(object.spec.volumeClaimTemplates) ? object.spec.volumeClaimTemplates : []"),
      ]
    }
    return variables
  }

  /// What a shape says, as an expression that asks for the shape.
  private func choose(otherwise: String = "''", _ value: (WorkloadShape) -> String) -> String {
    shapes.map { "variables.shape == '\($0.suffix)' ? \(value($0)) : " }.joined() + otherwise
  }

  private var podLabels: String {
    let labels = [
      (WellKnownLabel.name, "variables.app"), (WellKnownLabel.instance, "variables.of"),
      (WellKnownLabel.component, "variables.component"), (WellKnownLabel.partOf, "'cozystack'"),
      (WellKnownLabel.managedBy, "'\(RoleManifests.operatorName)'"), (AgentShape.objectLabel, "variables.of"),
    ]
    return "{" + labels.map { "'\($0)': \($1)" }.joined(separator: ", ") + "}"
  }

  private var names: AdmissionPolicy.Validation {
    refusing(
      unless: "variables.of != '' && variables.shape != '' && \(ChildPolicy.isManaged) && "
        + "!has(object.spec.selector.matchExpressions) && object.spec.selector.matchLabels == "
        + "{'\(WellKnownLabel.name)': variables.app, '\(WellKnownLabel.instance)': variables.of}",
      "name, labels, selector are not those of a \(kind) of its own")
  }

  private var owner: AdmissionPolicy.Validation {
    refusing(
      unless: ChildPolicy.isOwned(), "it is not owned by the \(ObservabilitySchema.kind) of its label")
  }

  /// Services and NetworkPolicies of others select pods by labels, runtimes and network plugins read annotations.
  private var pods: AdmissionPolicy.Validation {
    refusing(
      unless: "variables.template.labels.all(k, k in variables.podLabels ? variables.template.labels[k] == "
        + "variables.podLabels[k] : (k != '' && k == variables.freeLabel)) && "
        + "variables.podLabels.all(k, k in variables.template.labels) && "
        + ChildPolicy.onlyOwnAnnotations("variables.template"),
      "its pods have labels or annotations that are not those of its own pods")
  }

  private var host: AdmissionPolicy.Validation {
    refusing(
      unless: "!(has(variables.pod.hostNetwork) && variables.pod.hostNetwork) && "
        + "!(has(variables.pod.hostPID) && variables.pod.hostPID) && "
        + "!(has(variables.pod.hostIPC) && variables.pod.hostIPC) && (!has(variables.container.ports) || "
        + "variables.container.ports.all(p, !has(p.hostPort) || p.hostPort == 0))",
      "it asks for the network, the ports, the processes or the IPC of the host")
  }

  private var account: AdmissionPolicy.Validation {
    refusing(
      unless: "has(variables.pod.serviceAccountName) && variables.pod.serviceAccountName == object.metadata.name && "
        + "has(variables.pod.automountServiceAccountToken) && "
        + "variables.pod.automountServiceAccountToken == variables.token",
      "its service account is not that of its name, or its token is mounted")
  }

  /// A priority evicts pods of others, a runtime class or a resource of a device plugin gives devices.
  private var placement: AdmissionPolicy.Validation {
    func amounts(_ list: String) -> String {
      "(!has(variables.container.resources) || !has(variables.container.resources.\(list)) || "
        + "variables.container.resources.\(list).all(r, r in ['cpu', 'memory', 'ephemeral-storage']))"
    }
    return refusing(
      unless: "!has(variables.pod.nodeName) && !has(variables.pod.priorityClassName) && "
        + "!has(variables.pod.runtimeClassName) && !has(variables.pod.resourceClaims) && "
        + "\(amounts("limits")) && \(amounts("requests"))",
      "it chooses a node, a priority, a runtime class or a device")
  }

  private var volumes: AdmissionPolicy.Validation {
    refusing(
      unless: "variables.volumes.all(v, (has(v.secret) && v.secret.secretName in variables.mounted) || "
        + "(variables.folder && has(v.emptyDir)))",
      "a volume is not one that it is rendered with")
  }

  /// A claim may copy another claim or a snapshot, or take a volume that somebody left; annotations ask for the same.
  private var claims: AdmissionPolicy.Validation {
    refusing(
      unless: "variables.claims.size() == 1 && variables.claims.all(c, c.metadata.name == variables.claimName && "
        + "!has(c.metadata.labels) && !has(c.metadata.annotations) && "
        + "!has(c.spec.dataSource) && !has(c.spec.dataSourceRef) && !has(c.spec.volumeName) && "
        + "!has(c.spec.selector) && (!has(c.spec.volumeMode) || c.spec.volumeMode == 'Filesystem'))",
      "its claim is not the empty one that it is rendered with")
  }

  private var containers: AdmissionPolicy.Validation {
    refusing(
      unless: "variables.pod.containers.size() == 1 && !has(variables.pod.initContainers) && "
        + "!has(variables.pod.ephemeralContainers) && variables.container.name == variables.containerName && "
        + "!has(variables.container.command)",
      "its containers, their command are not those that it is rendered with")
  }

  /// A variable from another Secret would show it to the program, whose image is free.
  private var environment: AdmissionPolicy.Validation {
    refusing(
      unless: "!has(variables.container.envFrom) && (!has(variables.container.env) || "
        + "variables.container.env.all(e, !has(e.valueFrom) || (has(e.valueFrom.secretKeyRef) && "
        + "e.valueFrom.secretKeyRef.name in variables.sources)))",
      "its environment is taken from another source than its own Secrets")
  }

  private var mounts: AdmissionPolicy.Validation {
    refusing(
      unless: "!has(variables.container.volumeDevices) && (!has(variables.container.volumeMounts) || "
        + "variables.container.volumeMounts.all(m, !has(m.subPath) && !has(m.subPathExpr) && "
        + "(!has(m.mountPropagation) || m.mountPropagation == 'None')))",
      "a volume is mounted as a device, by a path within, or with what is mounted below it")
  }

  /// The kubelet makes the requests of probes and hooks, from the network of the node, to any host that they name.
  private var calls: AdmissionPolicy.Validation {
    refusing(
      unless: ["livenessProbe", "readinessProbe", "startupProbe"].map { probe in
        let path = "variables.container.\(probe)"
        return "(!has(\(path)) || (has(\(path).httpGet) && !has(\(path).httpGet.host)))"
      }.joined(separator: " && ") + " && (!has(variables.container.lifecycle) || "
        + "(!has(variables.container.lifecycle.postStart) && (!has(variables.container.lifecycle.preStop) || "
        + "(!has(variables.container.lifecycle.preStop.exec) && !has(variables.container.lifecycle.preStop.httpGet) && "
        + "!has(variables.container.lifecycle.preStop.tcpSocket)))))",
      "its probes or hooks run commands or call a host")
  }

  private var podSecurity: AdmissionPolicy.Validation {
    refusing(
      unless: "has(variables.pod.securityContext) && has(variables.pod.securityContext.runAsNonRoot) && "
        + "variables.pod.securityContext.runAsNonRoot && has(variables.pod.securityContext.seccompProfile) && "
        + "variables.pod.securityContext.seccompProfile.type == 'RuntimeDefault' && "
        + ["appArmorProfile", "seLinuxOptions", "supplementalGroups", "sysctls", "windowsOptions"]
        .map { "!has(variables.pod.securityContext.\($0))" }.joined(separator: " && "),
      "its pods may run as root, or with less confinement than they are rendered with")
  }

  private var containerSecurity: AdmissionPolicy.Validation {
    refusing(
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
  }

  private func refusing(unless expression: String, _ why: String) -> AdmissionPolicy.Validation {
    ChildPolicy.refusing("no \(kind) but its own", unless: expression, why)
  }
}
