// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// The cluster-agent. Names of variables are those of its flags/flags.go, v1.8.5.
///
/// There is one pod at a time, since agents elect no leader and two would double every series of the cluster's objects.
enum ClusterAgentDeployment {
  private static let port: Int64 = 10301
  private static let portName = "health"
  private static let volume = "spool"

  static func child(_ context: RenderContext, _ inputs: CorootInputs) -> Child {
    let spec: JSONObject = [
      "replicas": 1,
      "strategy": ["type": "Recreate"],
      "selector": ["matchLabels": .object(context.selector(of: .clusterAgent))],
      "template": ["metadata": .object(podMetadata(context, inputs)), "spec": .object(podSpec(context))],
    ]
    return context.child(of: .clusterAgent, .deployments, ["spec": .object(spec)])
  }

  private static func podMetadata(_ context: RenderContext, _ inputs: CorootInputs) -> JSONObject {
    var annotations: JSONObject = [
      "kubectl.kubernetes.io/default-container": .string(ClusterAgentShape.container)
    ]
    if let hash = inputs.keysHash { annotations[Keys.corootKeyHash] = .string(hash) }
    return ["labels": .object(context.labels(of: .clusterAgent)), "annotations": .object(annotations)]
  }

  private static func podSpec(_ context: RenderContext) -> JSONObject {
    var spec: JSONObject = [
      "serviceAccountName": .string(context.name(of: .clusterAgent)),
      "automountServiceAccountToken": true,
      // The environment of Services could collide with the agent's own variables, such as LISTEN.
      "enableServiceLinks": false,
      "terminationGracePeriodSeconds": 30,
      "securityContext": .object(ConfinedPod.security),
      "nodeSelector": ["kubernetes.io/os": "linux"],
      "containers": [.object(container(context))],
      // The queue of metrics that could not be sent yet.
      "volumes": [["name": .string(volume), "emptyDir": ["sizeLimit": "1Gi"]]],
    ]
    for (member, value) in context.pullSecrets { spec[member] = value }
    return spec
  }

  private static func container(_ context: RenderContext) -> JSONObject {
    let image = context.spec.images.clusterAgent
    let name = ImageReference(DefaultImages.clusterAgent.description)
      .applying(image, registry: context.spec.images.registry)
    var container: JSONObject = [
      "name": .string(ClusterAgentShape.container),
      "image": .string(name.text),
      "env": .array(environment(context).map { .object($0) }),
      "ports": [["name": .string(portName), "containerPort": .integer(port), "protocol": "TCP"]],
      "resources": .object(context.spec.coroot.clusterAgentResources.withoutZeroValues),
      "securityContext": .object(ConfinedPod.containerSecurity),
      "volumeMounts": [["name": .string(volume), "mountPath": "/tmp"]],
      "terminationMessagePolicy": "FallbackToLogsOnError",
    ]
    if let policy = image.pullPolicy, !policy.isEmpty { container["imagePullPolicy"] = .string(policy) }
    container["startupProbe"] = .object(ConfinedPod.healthProbe(port: portName, period: 5, failures: 24))
    container["readinessProbe"] = .object(ConfinedPod.healthProbe(port: portName, period: 10, failures: 3))
    container["livenessProbe"] = .object(ConfinedPod.healthProbe(port: portName, period: 15, failures: 6))
    return container
  }

  private static func environment(_ context: RenderContext) -> [JSONObject] {
    let object = context.object.name
    var variables = EnvironmentVariables()
    variables.set(
      "COROOT_URL", EnvironmentVariable.escaped(CorootShape.ingestURL(of: object, namespace: context.spec.namespace)))
    variables.set("API_KEY", secret: CorootShape.keysName(of: object), key: CorootShape.projectKey)
    // Without one the agent neither scrapes nor counts the cluster's objects.
    variables.set("METRICS_SCRAPE_INTERVAL", EnvironmentVariable.escaped(context.spec.metrics.interval))
    // All addresses, for the kubelet's probes; by default it listens on 127.0.0.1.
    variables.set("LISTEN", ":\(port)")
    if let limit = ConfinedPod.goMemoryLimit(context.spec.coroot.clusterAgentResources) {
      variables.set("GOMEMLIMIT", limit)
    }
    return variables.entries
  }
}
