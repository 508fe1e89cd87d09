// SPDX-License-Identifier: Apache-2.0

import JSON

/// What tables of built-in types show.
///
/// Source: `pkg/printers/internalversion/printers.go`. Pods and Nodes show what this server knows of them, not all that
/// kubectl shows; what only `-o wide` shows is left out, but for the images and selectors of workloads.
enum BuiltInColumns {
  static func columns(group: String, kind: String) -> [PrinterColumn] {
    switch (group, kind) {
    case ("", _): core(kind)
    case ("apps", _): apps(kind)
    case ("networking.k8s.io", _), ("policy", _): networking(kind)
    case ("rbac.authorization.k8s.io", "Role"), ("rbac.authorization.k8s.io", "ClusterRole"):
      [path("Created At", "string", ".metadata.creationTimestamp")]
    case ("rbac.authorization.k8s.io", _):
      [text("Role") { BuiltInCells.role(of: $0) }, age] + BuiltInCells.subjectColumns
    case ("coordination.k8s.io", "Lease"): [path("Holder", "string", ".spec.holderIdentity"), age]
    case ("apiextensions.k8s.io", "CustomResourceDefinition"):
      [path("Created At", "string", ".metadata.creationTimestamp")]
    default: []
    }
  }

  private static func core(_ kind: String) -> [PrinterColumn] {
    switch kind {
    case "Pod":
      [
        path("Status", "string", ".status.phase"),
        path("Reason", "string", ".status.containerStatuses[*].state.waiting.reason"),
        path("Restarts", "integer", ".status.containerStatuses[0].restartCount"),
        path("Node", "string", ".spec.nodeName"), age,
      ]
    case "Node":
      [
        path("Ready", "string", ".status.conditions[?(@.type==\"Ready\")].status"),
        path("Architecture", "string", ".status.nodeInfo.architecture"),
        path("Kernel", "string", ".status.nodeInfo.kernelVersion"), age,
      ]
    case "Namespace": [path("Status", "string", ".status.phase"), age]
    case "Service":
      [
        path("Type", "string", ".spec.type"), path("Cluster-IP", "string", ".spec.clusterIP"),
        path("Port(s)", "string", ".spec.ports[*].port"), age,
      ]
    case "Secret": [path("Type", "string", ".type"), text("Data") { BuiltInCells.count($0, ["data"]) }, age]
    case "ConfigMap": [text("Data") { BuiltInCells.count($0, ["data", "binaryData"]) }, age]
    case "PersistentVolumeClaim":
      [
        text("Status") { BuiltInCells.claimPhase($0) }, path("Volume", "string", ".spec.volumeName"),
        path("Capacity", "string", ".status.capacity.storage"),
        text("Access Modes") { BuiltInCells.accessModes($0) },
        path("StorageClass", "string", ".spec.storageClassName"),
        text("VolumeAttributesClass") { BuiltInCells.orUnset($0[path: "spec", "volumeAttributesClassName"]) }, age,
      ]
    case "Event":
      [
        path("Type", "string", ".type"), path("Reason", "string", ".reason"),
        path("Kind", "string", ".involvedObject.kind"), path("Object", "string", ".involvedObject.name"),
        path("Message", "string", ".message"), age,
      ]
    default: []
    }
  }

  private static func apps(_ kind: String) -> [PrinterColumn] {
    switch kind {
    case "DaemonSet":
      [
        count("Desired", ".status.desiredNumberScheduled"), count("Current", ".status.currentNumberScheduled"),
        count("Ready", ".status.numberReady"), count("Up-to-date", ".status.updatedNumberScheduled"),
        count("Available", ".status.numberAvailable"),
        text("Node Selector") { BuiltInCells.labels($0[path: "spec", "template", "spec", "nodeSelector"]) }, age,
      ] + BuiltInCells.containerColumns + [BuiltInCells.selectorColumn]
    case "Deployment":
      [
        text("Ready") { BuiltInCells.readyReplicas($0) }, count("Up-to-date", ".status.updatedReplicas"),
        count("Available", ".status.availableReplicas"), age,
      ] + BuiltInCells.containerColumns + [BuiltInCells.selectorColumn]
    case "StatefulSet": [text("Ready") { BuiltInCells.readyReplicas($0) }, age] + BuiltInCells.containerColumns
    default: []
    }
  }

  private static func networking(_ kind: String) -> [PrinterColumn] {
    switch kind {
    case "Ingress":
      [
        text("Class") { BuiltInCells.orNone($0[path: "spec", "ingressClassName"]) },
        text("Hosts") { BuiltInCells.hosts(of: $0) }, text("Address") { BuiltInCells.addresses(of: $0) },
        text("Ports") { $0[path: "spec", "tls"]?.array?.isEmpty ?? true ? "80" : "80, 443" }, age,
      ]
    case "NetworkPolicy":
      [text("Pod-Selector") { BuiltInCells.selector($0[path: "spec", "podSelector"]) }, age]
    case "PodDisruptionBudget":
      [
        text("Min Available") { BuiltInCells.orNotApplicable($0[path: "spec", "minAvailable"]) },
        text("Max Unavailable") { BuiltInCells.orNotApplicable($0[path: "spec", "maxUnavailable"]) },
        count("Allowed Disruptions", ".status.disruptionsAllowed"), age,
      ]
    default: []
    }
  }

  static let age = path("Age", "date", ".metadata.creationTimestamp")

  static func text(
    _ name: String, priority: Int64 = 0, _ text: @escaping @Sendable (JSONValue) -> String
  ) -> PrinterColumn {
    PrinterColumn(
      name: name, type: "string", description: "", priority: priority, path: JSONPath(steps: []), text: text)
  }

  private static func path(_ name: String, _ type: String, _ path: String) -> PrinterColumn {
    PrinterColumn(name: name, type: type, description: "", path: JSONPath(path) ?? JSONPath(steps: []))
  }

  /// A number that counts as 0 where the status does not have it.
  private static func count(_ name: String, _ path: String) -> PrinterColumn {
    let path = JSONPath(path) ?? JSONPath(steps: [])
    return PrinterColumn(
      name: name, type: "integer", description: "", path: path, isZeroWhenMissing: true)
  }
}
