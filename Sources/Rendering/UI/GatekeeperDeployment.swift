// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// The OAuth2 proxy before the user interface.
enum GatekeeperDeployment {
  /// The user of the image; `fsGroup` lets it read its files.
  private static let user: Int64 = 65532

  static func child(
    _ context: RenderContext, _ inputs: UIInputs, _ configuration: GatekeeperConfiguration
  ) -> Child {
    var annotations: JSONObject = [
      "kubectl.kubernetes.io/default-container": .string(UIShape.container),
      Keys.configHash: .string(configuration.hash),
    ]
    if let hash = inputs.secretsHash { annotations[Keys.secretsHash] = .string(hash) }
    let spec: JSONObject = [
      "replicas": .integer(UIShape.replicas), "revisionHistoryLimit": 2,
      "strategy": ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": 1, "maxUnavailable": 0]],
      "selector": ["matchLabels": .object(context.selector(of: .gatekeeper))],
      "template": [
        "metadata": [
          "labels": .object(context.labels(of: .gatekeeper)), "annotations": .object(annotations),
        ],
        "spec": .object(pod(context, configuration)),
      ],
    ]
    return context.child(of: .gatekeeper, .deployments, ["spec": .object(spec)])
  }

  private static func pod(_ context: RenderContext, _ configuration: GatekeeperConfiguration) -> JSONObject {
    var spec: JSONObject = [
      "serviceAccountName": .string(context.name(of: .gatekeeper)),
      "automountServiceAccountToken": false,
      // Variables of Services would be read as settings.
      "enableServiceLinks": false,
      "terminationGracePeriodSeconds": 30,
      "securityContext": [
        "runAsNonRoot": true, "runAsUser": .integer(user), "runAsGroup": .integer(user), "fsGroup": .integer(user),
        "seccompProfile": ["type": "RuntimeDefault"],
      ],
      "nodeSelector": ["kubernetes.io/os": "linux"],
      "containers": [.object(container(context, configuration))],
      "volumes": .array(
        configuration.volumes.map {
          ["name": .string($0.name), "secret": ["secretName": .string($0.secret), "defaultMode": 0o440]]
        }),
    ]
    let pullSecrets = context.spec.images.pullSecrets
    if !pullSecrets.isEmpty { spec["imagePullSecrets"] = .array(pullSecrets.map { ["name": .string($0)] }) }
    return spec
  }

  private static func container(_ context: RenderContext, _ configuration: GatekeeperConfiguration) -> JSONObject {
    let image = context.spec.images.gatekeeper
    let name = ImageReference(DefaultImages.gatekeeper.description)
      .applying(image, registry: context.spec.images.registry)
    var container: JSONObject = [
      "name": .string(UIShape.container),
      "image": .string(name.text),
      "args": .array(configuration.arguments.map { .string($0) }),
      "ports": [["name": .string(UIShape.portName), "containerPort": .integer(UIShape.port), "protocol": "TCP"]],
      "resources": ["requests": ["cpu": "10m", "memory": "32Mi"], "limits": ["cpu": "500m", "memory": "128Mi"]],
      "securityContext": [
        "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": ["drop": ["ALL"]],
      ],
      "volumeMounts": .array(
        configuration.volumes.map {
          ["name": .string($0.name), "mountPath": .string($0.folder), "readOnly": true]
        }),
      // While Services still lead here, requests are served; the image has no shell that could wait.
      "lifecycle": ["preStop": ["sleep": ["seconds": 5]]],
      "terminationMessagePolicy": "FallbackToLogsOnError",
      "readinessProbe": .object(probe("/ready", period: 5)),
      "livenessProbe": .object(probe("/ping", period: 15)),
    ]
    if let policy = image.pullPolicy, !policy.isEmpty { container["imagePullPolicy"] = .string(policy) }
    return container
  }

  private static func probe(_ path: String, period: Int64) -> JSONObject {
    [
      "httpGet": ["path": .string(path), "port": .string(UIShape.portName)], "periodSeconds": .integer(period),
      "timeoutSeconds": 5, "failureThreshold": 3,
    ]
  }
}
