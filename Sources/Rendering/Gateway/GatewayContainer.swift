// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// The container that runs the OpenTelemetry Collector.
enum GatewayContainer {
  static let configurationVolume = "configuration"

  /// The memory limit, in MiB; the memory limiter of the collector takes its percentages from it.
  private static let memoryLimit: Int64 = 512
  /// User and group 65534; `fsGroup` makes the claim writable to it.
  private static let user: Int64 = 65534

  static func manifest(_ context: RenderContext) -> JSONObject {
    let image = context.spec.images.gateway
    let name = ImageReference(DefaultImages.gateway.description).applying(image, registry: context.spec.images.registry)
    var container: JSONObject = [
      "name": .string(GatewayShape.container),
      "image": .string(name.text),
      "args": .array(GatewayFiles.arguments.map { .string($0) }),
      // Go collects garbage in time only if it knows the limit.
      "env": [["name": "GOMEMLIMIT", "value": .string("\(memoryLimit * 80 / 100)MiB")]],
      "ports": .array([GatewayPort.otlp, .metrics, .health].map { .object(port($0)) }),
      "resources": [
        "requests": ["cpu": "100m", "memory": "256Mi"],
        "limits": ["cpu": "1", "memory": .string("\(memoryLimit)Mi")],
      ],
      "securityContext": .object(security),
      "volumeMounts": [
        ["name": .string(configurationVolume), "mountPath": .string(GatewayFiles.folder), "readOnly": true],
        ["name": .string(GatewayShape.claimTemplate), "mountPath": .string(GatewayFiles.dataFolder)],
      ],
      // While Services still lead here, requests are served; the image has no shell that could wait.
      "lifecycle": ["preStop": ["sleep": ["seconds": 10]]],
      "terminationMessagePolicy": "FallbackToLogsOnError",
    ]
    if let policy = image.pullPolicy, !policy.isEmpty { container["imagePullPolicy"] = .string(policy) }
    // At its start the collector copies each queue to compact it, which takes minutes on a slow disk.
    container["startupProbe"] = .object(probe(period: 5, failures: 120))
    container["readinessProbe"] = .object(probe(period: 5, failures: 3))
    // It answers whatever the destinations do, so that an outage restarts nothing.
    container["livenessProbe"] = .object(probe(period: 15, failures: 6))
    return container
  }

  private static func port(_ port: GatewayPort) -> JSONObject {
    ["name": .string(port.name), "containerPort": .integer(port.number), "protocol": "TCP"]
  }

  private static func probe(period: Int64, failures: Int64) -> JSONObject {
    [
      "httpGet": ["path": "/", "port": .string(GatewayPort.health.name)], "periodSeconds": .integer(period),
      "timeoutSeconds": 5, "failureThreshold": .integer(failures),
    ]
  }

  private static var security: JSONObject {
    [
      "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": ["drop": ["ALL"]],
    ]
  }

  /// A volume full of queue is not walked at every start, only when its owner is another.
  static var podSecurity: JSONObject {
    [
      "runAsNonRoot": true, "runAsUser": .integer(user), "runAsGroup": .integer(user), "fsGroup": .integer(user),
      "fsGroupChangePolicy": "OnRootMismatch", "seccompProfile": ["type": "RuntimeDefault"],
    ]
  }
}
