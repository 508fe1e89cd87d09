// SPDX-License-Identifier: Apache-2.0

import JSON
import Logging

/// Serves what CustomResourceDefinitions ask for. This belongs to the server itself and always runs.
extension APIServer {
  /// Serves the types of definitions, and takes away those of definitions that are gone.
  func reconcileDefinitions() {
    let definitions = store.objects(CustomResourceDefinition.storage).map { CustomResourceDefinition(object: $0) }
    for definition in definitions {
      if definition.object.isBeingDeleted {
        finish(definition)
      } else {
        serve(definition)
      }
    }
    let defined = Set(definitions.map(\.objects))
    for storage in Set(types.types.filter(\.isCustom).map(\.storage)) where !defined.contains(storage) {
      for object in store.objects(storage) { store.remove(storage, object.objectKey) }
      types.serve([], for: storage)
      served[storage] = nil
    }
  }

  private func serve(_ definition: CustomResourceDefinition) {
    let spec = definition.object["spec"] ?? [:]
    if served[definition.objects] != spec {
      do throws(SchemaError) {
        let isNew = served[definition.objects] == nil
        types.serve(try definition.types(), for: definition.objects)
        served[definition.objects] = spec
        if isNew { tell(definition) }
        // Defaults are filled in, and what is not defined is dropped, when an object is read
        // (`pkg/apiserver/customresource_handler.go` in apiextensions-apiserver, the decoder of the storage).
        if let type = types.stored(definition.objects) {
          store.reread(definition.objects) { type.rules.completed(type.rules.schema.pruned($0).value) }
        }
      } catch {
        logger.error(
          "definition refused", metadata: ["type": "\(definition.object.name)", "cause": "\(error)"])
        return
      }
    }
    guard !definition.isEstablished else { return }
    var object = definition.object
    object["status"] = definition.established(at: configuration.now())
    if let type = types.stored(CustomResourceDefinition.storage) {
      let write = WriteOptions(manager: "kube-apiserver", subresource: "status", now: configuration.now())
      object = type.rules.tracked(object, over: definition.object, write, type: type)
    }
    _ = store.put(object, CustomResourceDefinition.storage, object.objectKey)
    store.beginServing(definition.objects)
  }

  private func tell(_ definition: CustomResourceDefinition) {
    let name = definition.object.name
    logger.info("type served", metadata: ["type": "\(name)"])
    if JSONWriter.text(definition.object["spec"] ?? [:]).contains("x-kubernetes-validations") {
      logger.warning("rules of x-kubernetes-validations are not evaluated", metadata: ["type": "\(name)"])
    }
  }

  /// Deletes what a definition that is being deleted still holds; then its finalizer goes.
  private func finish(_ definition: CustomResourceDefinition) {
    let cleanup = CustomResourceDefinition.cleanup
    guard definition.object.finalizers.contains(cleanup) else { return }
    if let type = types.stored(definition.objects) {
      for object in store.objects(definition.objects) where !object.isBeingDeleted {
        _ = remove(object, type, DeleteOptions())
      }
    }
    guard store.objects(definition.objects).isEmpty else { return }
    var object = definition.object
    object.finalizers.removeAll { $0 == cleanup }
    release(object, CustomResourceDefinition.storage)
  }

  /// Keeps an object whose finalizers changed, or lets it go if that was the last one.
  func release(_ object: JSONValue, _ storage: StorageKey) {
    if object.isBeingDeleted, object.finalizers.isEmpty {
      store.remove(storage, object.objectKey, last: object)
      logger.debug("object gone", metadata: ["type": "\(storage.plural)", "object": "\(object.objectKey.text)"])
    } else {
      _ = store.put(object, storage, object.objectKey)
    }
  }
}

extension ObjectKey {
  /// `namespace/name`, or the name alone.
  var text: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }
}
