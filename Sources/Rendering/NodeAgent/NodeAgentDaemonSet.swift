// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// The agent on every node that can carry it.
enum NodeAgentDaemonSet {
  static func child(_ context: RenderContext) -> Child {
    let spec: JSONObject = [
      "selector": ["matchLabels": .object(context.agentSelector)],
      "updateStrategy": [
        "type": "RollingUpdate", "rollingUpdate": ["maxUnavailable": context.agent.maxUnavailable],
      ],
      "template": ["metadata": .object(podMetadata(context)), "spec": .object(podSpec(context))],
    ]
    return context.agentChild(.daemonSets, ["spec": .object(spec)])
  }

  private static func podMetadata(_ context: RenderContext) -> JSONObject {
    var annotations: JSONObject = ["kubectl.kubernetes.io/default-container": .string(AgentContainer.name)]
    // A Secret that changes changes nothing in the template by itself; its hash does, and so rolls the pods.
    if context.isPush {
      let backend = context.spec.metrics.victoriaMetrics
      if backend.credentialsSecretRef != nil, let hash = context.facts.credentialsHash {
        annotations[Keys.credentialsHash] = .string(hash)
      }
      if backend.caSecretRef != nil, let hash = context.facts.caHash { annotations[Keys.caHash] = .string(hash) }
    }
    if context.spec.sendsProfiles, let hash = context.facts.corootKeyHash {
      annotations[Keys.corootKeyHash] = .string(hash)
    }
    return ["labels": .object(context.agentLabels), "annotations": .object(annotations)]
  }

  private static func podSpec(_ context: RenderContext) -> JSONObject {
    var spec: JSONObject = [
      "serviceAccountName": .string(context.agentName),
      "automountServiceAccountToken": false,
      // The environment of Services could collide with the agent's own variables, such as LISTEN and REGION.
      "enableServiceLinks": false,
      "terminationGracePeriodSeconds": 30,
      "initContainers": [.object(PreflightContainer.manifest(context))],
      "containers": [.object(AgentContainer.manifest(context))],
      "volumes": AgentVolumes.volumes(context),
    ]
    for field in CapabilityTable.rowsOn(context.spec).flatMap(\.podFields) { spec[field.name] = true }
    let agent = context.agent
    let placement = AgentPlacement.members(nodeSelector: agent.nodeSelector, tolerations: agent.tolerations)
    for (name, value) in placement { spec[name] = value }
    if !agent.priorityClassName.isEmpty { spec["priorityClassName"] = .string(agent.priorityClassName) }
    if !agent.runtimeClassName.isEmpty { spec["runtimeClassName"] = .string(agent.runtimeClassName) }
    let pullSecrets = context.spec.images.pullSecrets
    if !pullSecrets.isEmpty { spec["imagePullSecrets"] = .array(pullSecrets.map { ["name": .string($0)] }) }
    return spec
  }
}
