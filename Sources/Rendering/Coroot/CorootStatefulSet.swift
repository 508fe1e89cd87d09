// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI

/// The Coroot server with the claim of its database and its cache.
///
/// Claims outlive servers and the object: without PostgreSQL they hold users, dashboards and settings, and always the
/// metrics that the user interface shows.
enum CorootStatefulSet {
  static func child(_ context: RenderContext, _ inputs: CorootInputs, _ files: CorootFiles) -> Child {
    let spec: JSONObject = [
      "replicas": .integer(inputs.servers),
      "serviceName": .string(CorootShape.serversName(of: context.object.name)),
      // No server waits for one before it. How many start together is decided by the number of replicas.
      "podManagementPolicy": "Parallel",
      "persistentVolumeClaimRetentionPolicy": ["whenDeleted": "Retain", "whenScaled": "Retain"],
      "updateStrategy": ["type": "RollingUpdate"],
      "selector": ["matchLabels": .object(context.selector(of: .coroot))],
      "template": [
        "metadata": .object(podMetadata(context, inputs, files)), "spec": .object(podSpec(context, files)),
      ],
      "volumeClaimTemplates": [.object(claim(context))],
    ]
    // Claims keep what they were made for, and so a later reader must know it.
    return context.child(
      of: .coroot, .statefulSets,
      annotations: [CorootShape.storageSizeAnnotation: .string(context.spec.coroot.storageSize)],
      ["spec": .object(spec)])
  }

  private static func podMetadata(
    _ context: RenderContext, _ inputs: CorootInputs, _ files: CorootFiles
  ) -> JSONObject {
    var labels = context.labels(of: .coroot)
    labels[CorootShape.integrationsLabel] = .string(inputs.startedWith)
    var annotations: JSONObject = [
      "kubectl.kubernetes.io/default-container": .string(CorootShape.container),
      Keys.configHash: .string(files.configurationHash),
    ]
    if let hash = inputs.secretsHash { annotations[Keys.secretsHash] = .string(hash) }
    return ["labels": .object(labels), "annotations": .object(annotations)]
  }

  private static func podSpec(_ context: RenderContext, _ files: CorootFiles) -> JSONObject {
    let name = context.name(of: .coroot)
    var spec: JSONObject = [
      "serviceAccountName": .string(name),
      "automountServiceAccountToken": false,
      // The environment of Services could collide with the server's own variables, such as LISTEN.
      "enableServiceLinks": false,
      // Enough for what is in memory to be written to ClickHouse.
      "terminationGracePeriodSeconds": 60,
      "securityContext": .object(ConfinedPod.security),
      "nodeSelector": ["kubernetes.io/os": "linux"],
      "containers": [.object(CorootContainer.manifest(context, files))],
      "volumes": [.object(files.volume(name: CorootContainer.configurationVolume, secret: name))],
    ]
    // By what the object asks for and not by how many run now, so that the second server rolls not the first.
    if context.spec.coroot.replicas > 1 {
      for (member, value) in ConfinedPod.spread(over: context.selector(of: .coroot)) { spec[member] = value }
    }
    for (member, value) in context.pullSecrets { spec[member] = value }
    return spec
  }

  /// Without labels: Kubernetes adds those of the selector to each claim.
  private static func claim(_ context: RenderContext) -> JSONObject {
    let coroot = context.spec.coroot
    var spec: JSONObject = [
      "accessModes": ["ReadWriteOnce"],
      "volumeMode": "Filesystem",
      "resources": [
        "requests": ["storage": .string(Quantity(coroot.storageSize)?.canonical ?? coroot.storageSize)]
      ],
    ]
    if let storageClass = coroot.storageClassName, !storageClass.isEmpty {
      spec["storageClassName"] = .string(storageClass)
    }
    return [
      "apiVersion": "v1", "kind": "PersistentVolumeClaim",
      "metadata": ["name": .string(CorootShape.claimTemplate)], "spec": .object(spec),
    ]
  }
}
