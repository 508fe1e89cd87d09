// SPDX-License-Identifier: Apache-2.0

import JSON

/// As much of `/openapi/v3` as kubectl asks for before it writes: that PATCH of a type takes `fieldValidation`, so that
/// the server and not kubectl checks the fields. Schemas are not published.
enum OpenAPI {
  /// The list of documents.
  static func index(_ types: TypeRegistry) -> JSONValue {
    var paths: JSONObject = [:]
    for type in types.types {
      let path = place(type)
      paths[path] = ["serverRelativeURL": .string("/openapi/v3/\(path)")]
    }
    return ["paths": .object(paths)]
  }

  /// The document of `api/v1` or `apis/<group>/<version>`, or nil if nothing is served there.
  static func document(_ types: TypeRegistry, _ parts: [String]) -> JSONValue? {
    let wanted = parts.joined(separator: "/")
    var paths: JSONObject = [:]
    for type in types.types where place(type) == wanted {
      let collection = type.isNamespaced ? "namespaces/{namespace}/\(type.plural)" : type.plural
      paths["/\(wanted)/\(collection)/{name}"] = ["patch": patch(type)]
    }
    guard !paths.isEmpty else { return nil }
    return [
      "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": "v1.36.2"], "paths": .object(paths),
      "components": ["schemas": [:]],
    ]
  }

  private static func patch(_ type: ServedType) -> JSONValue {
    [
      "operationId": .string("patch\(type.kind)"),
      "parameters": .array(
        ["dryRun", "fieldManager", "fieldValidation", "force"].map {
          ["name": .string($0), "in": "query", "schema": ["type": "string", "uniqueItems": true]]
        }),
      "responses": ["200": ["description": "OK"]],
      "x-kubernetes-action": "patch",
      "x-kubernetes-group-version-kind": [
        "group": .string(type.group), "version": .string(type.version), "kind": .string(type.kind),
      ],
    ]
  }

  private static func place(_ type: ServedType) -> String {
    type.group.isEmpty ? "api/\(type.version)" : "apis/\(type.group)/\(type.version)"
  }
}
