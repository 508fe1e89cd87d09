// SPDX-License-Identifier: Apache-2.0

import JSON
import Logging

extension APIServer {
  /// Empties namespaces that are being deleted, and lets them go (`pkg/controller/namespace`).
  func reconcileNamespaces() {
    for namespace in store.objects(Self.namespaces) where namespace.isBeingDeleted {
      var remaining = 0
      for storage in store.storages {
        guard let type = types.stored(storage), type.isNamespaced else { continue }
        for object in store.objects(storage, namespace: namespace.name) {
          if !object.isBeingDeleted { _ = remove(object, type, DeleteOptions()) }
          if store.object(storage, object.objectKey) != nil { remaining += 1 }
        }
      }
      guard remaining == 0, var last = store.object(Self.namespaces, namespace.objectKey) else { continue }
      last["spec"] = ["finalizers": []]
      release(last, Self.namespaces)
      logger.info("namespace gone", metadata: ["namespace": "\(namespace.name)"])
    }
  }

  /// Gives each namespace its ServiceAccount `default` (`pkg/controller/serviceaccount`).
  func reconcileServiceAccounts() {
    for namespace in store.objects(Self.namespaces) where !namespace.isBeingDeleted {
      let key = ObjectKey(namespace: namespace.name, name: "default")
      guard store.object(Self.serviceAccounts, key) == nil else { continue }
      let account: JSONValue = [
        "apiVersion": "v1", "kind": "ServiceAccount", "metadata": fresh(name: "default", namespace: namespace.name),
      ]
      _ = store.put(account, Self.serviceAccounts, key)
    }
  }

  /// The metadata of an object that a controller makes.
  func fresh(name: String, namespace: String? = nil) -> JSONValue {
    var metadata: JSONValue = ["name": .string(name)]
    if let namespace { metadata["namespace"] = .string(namespace) }
    metadata["uid"] = .string(identifiers.uid())
    metadata["creationTimestamp"] = .string(configuration.now().rfc3339)
    return metadata
  }
}
