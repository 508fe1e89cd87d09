// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// The collector with the claim of its queue.
///
/// Replicas do not know each other: they start without waiting for their order, and each keeps its own claim. Claims
/// outlive replicas and the object, since they may hold what was not delivered; a replica that is scaled away leaves what
/// its queue holds behind until it is there again, which is why the controller lowers the number only once it is empty.
enum GatewayStatefulSet {
  static func child(_ context: RenderContext, _ inputs: GatewayInputs, _ files: GatewayFiles) -> Child {
    let spec: JSONObject = [
      "replicas": .integer(context.spec.gateway.replicas),
      "serviceName": .string(GatewayShape.replicasName(of: context.object.name)),
      "podManagementPolicy": "Parallel",
      "persistentVolumeClaimRetentionPolicy": ["whenDeleted": "Retain", "whenScaled": "Retain"],
      "updateStrategy": ["type": "RollingUpdate"],
      "selector": ["matchLabels": .object(context.selector(of: .gateway))],
      "template": [
        "metadata": .object(podMetadata(context, inputs, files)), "spec": .object(podSpec(context, files)),
      ],
      "volumeClaimTemplates": [.object(claim(context))],
    ]
    // Claims keep what they were made for, and so a later reader must know it.
    return context.child(
      of: .gateway, .statefulSets,
      annotations: [GatewayShape.queueSizeAnnotation: .string(context.spec.gateway.queueSize)],
      ["spec": .object(spec)])
  }

  private static func podMetadata(
    _ context: RenderContext, _ inputs: GatewayInputs, _ files: GatewayFiles
  ) -> JSONObject {
    var annotations: JSONObject = [
      "kubectl.kubernetes.io/default-container": .string(GatewayShape.container),
      Keys.configHash: .string(files.configurationHash),
    ]
    if let hash = inputs.secretsHash { annotations[Keys.secretsHash] = .string(hash) }
    return [
      "labels": .object(context.labels(of: .gateway)), "annotations": .object(annotations),
    ]
  }

  private static func podSpec(_ context: RenderContext, _ files: GatewayFiles) -> JSONObject {
    let name = context.name(of: .gateway)
    var spec: JSONObject = [
      "serviceAccountName": .string(name),
      "automountServiceAccountToken": false,
      "enableServiceLinks": false,
      // Enough for requests under way. The queue needs no time: it is on the claim.
      "terminationGracePeriodSeconds": 60,
      "securityContext": .object(GatewayContainer.podSecurity),
      "nodeSelector": ["kubernetes.io/os": "linux"],
      "containers": [.object(GatewayContainer.manifest(context))],
      "volumes": [.object(files.volume(name: GatewayContainer.configurationVolume, secret: name))],
    ]
    if context.spec.gateway.replicas > 1 {
      let selector: JSONValue = [
        "matchLabels": .object(context.selector(of: .gateway))
      ]
      spec["topologySpreadConstraints"] = .array(
        ["kubernetes.io/hostname", "topology.kubernetes.io/zone"].map {
          [
            "maxSkew": 1, "topologyKey": .string($0), "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": selector,
          ]
        })
      spec["affinity"] = [
        "podAntiAffinity": [
          "preferredDuringSchedulingIgnoredDuringExecution": [
            [
              "weight": 100,
              "podAffinityTerm": ["topologyKey": "kubernetes.io/hostname", "labelSelector": selector],
            ]
          ]
        ]
      ]
    }
    let pullSecrets = context.spec.images.pullSecrets
    if !pullSecrets.isEmpty { spec["imagePullSecrets"] = .array(pullSecrets.map { ["name": .string($0)] }) }
    return spec
  }

  /// Without labels: Kubernetes adds those of the selector to each claim.
  private static func claim(_ context: RenderContext) -> JSONObject {
    var spec: JSONObject = [
      "accessModes": ["ReadWriteOnce"],
      "volumeMode": "Filesystem",
      "resources": [
        "requests": ["storage": .string(GatewayQueue(context.spec.gateway).claimQuantity)]
      ],
    ]
    if let storageClass = context.spec.gateway.queueStorageClassName, !storageClass.isEmpty {
      spec["storageClassName"] = .string(storageClass)
    }
    return [
      "apiVersion": "v1", "kind": "PersistentVolumeClaim",
      "metadata": ["name": .string(GatewayShape.claimTemplate)], "spec": .object(spec),
    ]
  }
}
