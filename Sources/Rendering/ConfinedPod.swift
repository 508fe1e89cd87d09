// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// What the pods of the Coroot server and of the cluster-agent have in common: no root, no capability, bounded memory.
enum ConfinedPod {
  /// User and group 65534, as in Coroot's images; `fsGroup` makes the claim writable to it.
  private static let user: Int64 = 65534

  /// The pod's security context. A full volume is not walked at every start, only when its owner differs.
  static var security: JSONObject {
    [
      "runAsNonRoot": true, "runAsUser": .integer(user), "runAsGroup": .integer(user), "fsGroup": .integer(user),
      "fsGroupChangePolicy": "OnRootMismatch", "seccompProfile": ["type": "RuntimeDefault"],
    ]
  }

  /// The container's security context.
  static var containerSecurity: JSONObject {
    [
      "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": ["drop": ["ALL"]],
    ]
  }

  /// The soft limit of the Go heap, `GOMEMLIMIT`: 80 % of the memory limit, since Go collects garbage in time only if it
  /// knows the limit. Nil without a limit.
  ///
  /// - Parameter resources: a `ResourceRequirements`.
  static func goMemoryLimit(_ resources: JSONObject) -> String? {
    guard let bytes = resources["limits"]?["memory"]?.string.flatMap({ Quantity.bytes($0) }) else { return nil }
    return "\(max((bytes / 10 * 8) >> 20, 1))MiB"
  }

  /// The members of a pod that keep replicas on different nodes and in different zones where that is possible.
  static func spread(over selector: JSONObject) -> JSONObject {
    let selector: JSONValue = ["matchLabels": .object(selector)]
    return [
      "topologySpreadConstraints": .array(
        ["kubernetes.io/hostname", "topology.kubernetes.io/zone"].map {
          [
            "maxSkew": 1, "topologyKey": .string($0), "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": selector,
          ]
        }),
      "affinity": [
        "podAntiAffinity": [
          "preferredDuringSchedulingIgnoredDuringExecution": [
            ["weight": 100, "podAffinityTerm": ["topologyKey": "kubernetes.io/hostname", "labelSelector": selector]]
          ]
        ]
      ],
    ]
  }

  /// A probe of the path `/health`, which answers as soon as the program listens, whatever its backends do: their outage
  /// restarts nothing.
  static func healthProbe(port: String, period: Int64, failures: Int64) -> JSONObject {
    [
      "httpGet": ["path": "/health", "port": .string(port)], "periodSeconds": .integer(period), "timeoutSeconds": 5,
      "failureThreshold": .integer(failures),
    ]
  }
}

extension RenderContext {
  /// The member `imagePullSecrets` of a pod; without any, nothing.
  var pullSecrets: JSONObject {
    let names = spec.images.pullSecrets
    return names.isEmpty ? [:] : ["imagePullSecrets": .array(names.map { ["name": .string($0)] })]
  }
}
