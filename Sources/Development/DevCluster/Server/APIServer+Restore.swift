// SPDX-License-Identifier: Apache-2.0

import JSON

extension APIServer {
  /// Puts objects into the cluster as another one had them (``everything()``): UIDs, owners, managed fields and times stay,
  /// and only the resource version is new. What has the same name is replaced. No controller runs before all are there.
  ///
  /// - Throws: ``ManifestError`` if an object's type is not served, nor defined by one of the objects.
  public func restore(_ objects: [JSONValue]) throws(ManifestError) {
    let isDefinition = { (object: JSONValue) in object["kind"] == "CustomResourceDefinition" }
    for object in objects.filter(isDefinition) { try keep(object) }
    reconcileDefinitions()
    for object in objects where !isDefinition(object) { try keep(object) }
    settle()
  }

  private func keep(_ object: JSONValue) throws(ManifestError) {
    let (version, kind) = (object["apiVersion"]?.string ?? "", object["kind"]?.string ?? "")
    guard let type = types.type(apiVersion: version, kind: kind) else {
      throw ManifestError(
        message: "no type \(kind) of \(version) is served, and no definition among the objects has it")
    }
    _ = store.put(object, type.storage, object.objectKey)
  }
}
