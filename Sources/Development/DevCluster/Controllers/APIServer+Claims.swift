// SPDX-License-Identifier: Apache-2.0

import JSON
import Logging

/// Makes the claims of StatefulSets (`pkg/controller/statefulset`) and binds them, as a provisioner does. Claims stay when
/// their StatefulSet goes.
extension APIServer {
  static let claims = StorageKey(group: "", plural: "persistentvolumeclaims")

  /// How many replicas of a StatefulSet have every claim bound; the others wait for theirs.
  func bindClaims(of set: JSONValue) -> Int64 {
    let replicas = set[path: "spec", "replicas"]?.integer ?? 1
    let templates = set[path: "spec", "volumeClaimTemplates"]?.array ?? []
    return Int64(
      (0..<replicas).count { replica in
        templates.map { isBound(claim($0, replica, of: set)) }.allSatisfy(\.self)
      })
  }

  private func claim(_ template: JSONValue, _ replica: Int64, of set: JSONValue) -> JSONValue {
    let name = "\(template.name)-\(set.name)-\(replica)"
    let key = ObjectKey(namespace: set.namespace, name: name)
    if let present = store.object(Self.claims, key) { return present }
    var metadata = fresh(name: name, namespace: set.namespace)
    metadata["labels"] = set[path: "spec", "selector", "matchLabels"]
    var spec = template["spec"] ?? [:]
    // The admission plugin DefaultStorageClass fills it in when the claim is made, and not later.
    if spec["storageClassName"] == nil, let standard = configuration.defaultStorageClass {
      spec["storageClassName"] = .string(standard)
    }
    let claim: JSONValue = [
      "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec,
      "status": ["phase": "Pending"],
    ]
    logger.info("claim made", metadata: ["claim": "\(key.text)", "statefulset": "\(set.name)"])
    return store.put(claim, Self.claims, key)
  }

  private func isBound(_ claim: JSONValue) -> Bool {
    if claim[path: "status", "phase"] == "Bound" { return true }
    guard let wanted = claim[path: "spec", "storageClassName"]?.string, configuration.storageClasses.contains(wanted)
    else {
      return false
    }
    var bound = claim
    bound["status"] = [
      "phase": "Bound", "accessModes": claim[path: "spec", "accessModes"] ?? [],
      "capacity": claim[path: "spec", "resources", "requests"] ?? [:],
    ]
    _ = store.put(bound, Self.claims, claim.objectKey)
    return true
  }
}
