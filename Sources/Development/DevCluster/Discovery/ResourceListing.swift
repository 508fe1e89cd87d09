// SPDX-License-Identifier: Apache-2.0

import Digests
import JSON

/// The documents of discovery that every client can read: `APIGroup` and `APIResourceList`.
enum ResourceListing {
  /// A group with its versions, the preferred one first.
  static func group(_ group: String, _ types: TypeRegistry) -> JSONValue {
    let versions = types.versions(of: group).map { version -> JSONValue in
      ["groupVersion": .string("\(group)/\(version)"), "version": .string(version)]
    }
    return ["name": .string(group), "versions": .array(versions), "preferredVersion": versions.first ?? [:]]
  }

  /// The resources of one version, each followed by its subresources.
  static func list(_ types: TypeRegistry, group: String, version: String) -> JSONValue {
    var resources: [JSONValue] = []
    for type in types.types where type.group == group && type.version == version {
      var entry: JSONValue = [
        "name": .string(type.plural), "singularName": .string(type.singular), "namespaced": .bool(type.isNamespaced),
        "kind": .string(type.kind), "verbs": .array(type.verbs.map { .string($0) }),
      ]
      if !type.shortNames.isEmpty { entry["shortNames"] = .array(type.shortNames.map { .string($0) }) }
      if !type.categories.isEmpty { entry["categories"] = .array(type.categories.map { .string($0) }) }
      if type.isStored { entry["storageVersionHash"] = .string(storageVersionHash(type)) }
      resources.append(entry)
      for subresource in type.subresources {
        var entry: JSONValue = [
          "name": .string("\(type.plural)/\(subresource.name)"), "singularName": "",
          "namespaced": .bool(type.isNamespaced),
        ]
        if subresource.kind == "Scale" {
          entry["group"] = .string(subresource.group)
          entry["version"] = .string(subresource.version)
        }
        entry["kind"] = .string(subresource.kind)
        entry["verbs"] = .array(subresource.verbs.map { .string($0) })
        resources.append(entry)
      }
    }
    return [
      "kind": "APIResourceList", "apiVersion": "v1",
      "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"), "resources": .array(resources),
    ]
  }

  /// Tells in which version a type is stored, as `apiserver/pkg/endpoints/discovery.StorageVersionHash` does.
  private static func storageVersionHash(_ type: ServedType) -> String {
    Base64.encoded(SHA256.digest(Array("\(type.storage.group)/\(type.version)/\(type.kind)".utf8)).prefix(8))
  }
}
