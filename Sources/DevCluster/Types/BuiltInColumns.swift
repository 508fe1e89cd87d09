// SPDX-License-Identifier: Apache-2.0

/// What tables of built-in types show, after `pkg/printers/internalversion`, as far as a path can tell it.
enum BuiltInColumns {
  static func columns(group: String, kind: String) -> [PrinterColumn] {
    let own: [(String, String, String)] =
      switch (group, kind) {
      case ("", "Pod"):
        [
          ("Status", "string", ".status.phase"),
          ("Reason", "string", ".status.containerStatuses[*].state.waiting.reason"),
          ("Restarts", "integer", ".status.containerStatuses[0].restartCount"), ("Node", "string", ".spec.nodeName"),
        ]
      case ("", "Node"):
        [
          ("Ready", "string", ".status.conditions[?(@.type==\"Ready\")].status"),
          ("Architecture", "string", ".status.nodeInfo.architecture"),
          ("Kernel", "string", ".status.nodeInfo.kernelVersion"),
        ]
      case ("", "Namespace"): [("Status", "string", ".status.phase")]
      case ("", "Service"):
        [
          ("Type", "string", ".spec.type"), ("Cluster-IP", "string", ".spec.clusterIP"),
          ("Port(s)", "string", ".spec.ports[*].port"),
        ]
      case ("", "Secret"): [("Type", "string", ".type")]
      case ("", "Event"):
        [
          ("Type", "string", ".type"), ("Reason", "string", ".reason"),
          ("Kind", "string", ".involvedObject.kind"), ("Object", "string", ".involvedObject.name"),
          ("Message", "string", ".message"),
        ]
      case ("apps", "DaemonSet"):
        [
          ("Desired", "integer", ".status.desiredNumberScheduled"),
          ("Current", "integer", ".status.currentNumberScheduled"), ("Ready", "integer", ".status.numberReady"),
          ("Up-to-date", "integer", ".status.updatedNumberScheduled"),
          ("Available", "integer", ".status.numberAvailable"),
        ]
      case ("apps", "Deployment"), ("apps", "StatefulSet"):
        [
          ("Replicas", "integer", ".spec.replicas"), ("Ready", "integer", ".status.readyReplicas"),
          ("Available", "integer", ".status.availableReplicas"),
        ]
      case ("coordination.k8s.io", "Lease"): [("Holder", "string", ".spec.holderIdentity")]
      case ("apiextensions.k8s.io", "CustomResourceDefinition"):
        [("Created At", "string", ".metadata.creationTimestamp")]
      default: []
      }
    guard !own.isEmpty else { return [] }
    let columns = own + (kind == "CustomResourceDefinition" ? [] : [("Age", "date", ".metadata.creationTimestamp")])
    return columns.compactMap { name, type, path in
      JSONPath(path).map { PrinterColumn(name: name, type: type, description: "", path: $0) }
    }
  }
}
