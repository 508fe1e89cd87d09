// SPDX-License-Identifier: Apache-2.0

import JSON

/// What the server itself fills in when objects of some types are created: allocations and the like, which are no
/// defaults of a schema.
extension APIServer {
  func initialize(_ object: inout JSONValue, _ type: ServedType) {
    guard !type.isCustom else { return }
    switch (type.group, type.kind) {
    case ("", "Namespace"):
      object["spec"] = ["finalizers": ["kubernetes"]]
    case ("", "Service"): allocateAddress(&object)
    case ("", "Node"): taint(&object)
    case ("", "Pod"):
      if object["status"] == nil { object["status"] = ["phase": "Pending"] }
    case ("apps", "DaemonSet"):
      object.meta = MergePatch.apply(
        ["annotations": ["deprecated.daemonset.template.generation": "1"]], to: object.meta)
    case ("apiextensions.k8s.io", "CustomResourceDefinition"): CustomResourceDefinition.initialize(&object)
    default: break
    }
  }

  /// A cluster address, unless the Service wants none or has one.
  private func allocateAddress(_ object: inout JSONValue) {
    var spec = object["spec"] ?? [:]
    guard spec["clusterIP"]?.string ?? "" == "", spec["type"]?.string != "ExternalName" else { return }
    allocatedAddresses += 1
    let address = JSONValue.string("10.0.\(allocatedAddresses / 250).\(allocatedAddresses % 250 + 1)")
    spec["clusterIP"] = address
    spec["clusterIPs"] = [address]
    object["spec"] = spec
  }

  /// The taint that the admission plugin TaintNodesByCondition gives to every new Node.
  private func taint(_ object: inout JSONValue) {
    var taints = object[path: "spec", "taints"]?.array ?? []
    let notReady: JSONValue = ["key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"]
    if !taints.contains(notReady) { taints.append(notReady) }
    object["spec"] = MergePatch.apply(["taints": .array(taints)], to: object["spec"])
  }

  static func namespace(named name: String, labels: [String: String]) -> JSONValue {
    var all: JSONObject = [:]
    for (key, value) in labels.sorted(by: { $0.key < $1.key }) { all[key] = .string(value) }
    all["kubernetes.io/metadata.name"] = .string(name)
    return [
      "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name), "labels": .object(all)],
      "spec": ["finalizers": ["kubernetes"]], "status": ["phase": "Active"],
    ]
  }
}
