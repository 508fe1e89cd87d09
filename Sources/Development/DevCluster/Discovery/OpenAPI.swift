// SPDX-License-Identifier: Apache-2.0

import Digests
import JSON

/// `/openapi/v3`: which verbs each type takes with which parameters, and the schemas of the types.
///
/// Made anew for each request: only kubectl asks, and it keeps a document under the hash in its address. What is
/// strategic about a patch is not published, so that kubectl takes what it was built with. Source: KEP-2896.
struct OpenAPI {
  private let types: TypeRegistry
  private let definitions: [StorageKey: JSONValue]

  /// - Parameter definitions: the specs of the definitions whose types are served.
  init(_ types: TypeRegistry, _ definitions: [StorageKey: JSONValue]) {
    self.types = types
    self.definitions = definitions
  }

  /// The list of documents; an address changes with what it leads to.
  var index: JSONValue {
    var contents: [(place: String, text: [UInt8])] = []
    for type in types.types {
      let place = Self.place(type)
      let text = definitions[type.storage].map { JSONWriter.bytes($0) } ?? Array(type.kind.utf8)
      if contents.last?.place == place {
        contents[contents.count - 1].text += text
      } else {
        contents.append((place, text))
      }
    }
    var paths: JSONObject = [:]
    for (place, text) in contents {
      let hash = SHA256.digest(text).map { Self.digits[Int($0 >> 4)] + Self.digits[Int($0 & 15)] }.joined().uppercased()
      paths[place] = ["serverRelativeURL": .string("/openapi/v3/\(place)?hash=\(hash)")]
    }
    return ["paths": .object(paths)]
  }

  /// The document of `api/v1` or `apis/<group>/<version>`, or nil if nothing is served there.
  func document(_ place: String) -> JSONValue? {
    var paths: JSONObject = [:]
    var schemas: JSONObject = [:]
    for type in types.types where Self.place(type) == place {
      schemas[Self.schemaName(type)] = Self.schema(type)
      let collection = "/\(place)/" + (type.isNamespaced ? "namespaces/{namespace}/\(type.plural)" : type.plural)
      var onCollection: JSONValue = [:]
      var onObject: JSONValue = [:]
      for verb in type.verbs {
        switch verb {
        case "list": onCollection["get"] = Self.operation(verb, type)
        case "create": onCollection["post"] = Self.operation("post", type)
        case "deletecollection": onCollection["delete"] = Self.operation(verb, type)
        case "get", "patch", "delete": onObject[verb] = Self.operation(verb, type)
        case "update": onObject["put"] = Self.operation("put", type)
        default: break
        }
      }
      paths[collection] = onCollection
      if onObject.object?.isEmpty == false { paths[collection + "/{name}"] = onObject }
      if type.isNamespaced { paths["/\(place)/\(type.plural)"] = ["get": Self.operation("list", type)] }
    }
    guard !paths.isEmpty else { return nil }
    return [
      "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": "v1.36.2"], "paths": .object(paths),
      "components": ["schemas": .object(schemas)],
    ]
  }

  private static let digits = Array("0123456789abcdef").map(String.init)

  private static let writeParameters: JSONValue = .array(
    ["dryRun", "fieldManager", "fieldValidation", "force"].map {
      ["name": .string($0), "in": "query", "schema": ["type": "string", "uniqueItems": true]]
    })

  private static func operation(_ action: String, _ type: ServedType) -> JSONValue {
    var operation: JSONValue = ["operationId": .string("\(action)\(type.kind)")]
    if ["post", "put", "patch"].contains(action) { operation["parameters"] = writeParameters }
    operation["responses"] = [
      "200": [
        "description": "OK",
        "content": [
          "application/json": ["schema": ["$ref": .string("#/components/schemas/\(schemaName(type))")]]
        ],
      ]
    ]
    operation["x-kubernetes-action"] = .string(action)
    operation["x-kubernetes-group-version-kind"] = kind(type)
    return operation
  }

  private static func schema(_ type: ServedType) -> JSONValue {
    var schema = type.rules.schema.openAPI
    schema["x-kubernetes-group-version-kind"] = [kind(type)]
    return schema
  }

  private static func kind(_ type: ServedType) -> JSONValue {
    ["group": .string(type.group), "version": .string(type.version), "kind": .string(type.kind)]
  }

  /// `io.cozystack.example.v1alpha1.Widget`
  private static func schemaName(_ type: ServedType) -> String {
    let group = type.group.isEmpty ? "core.api.k8s.io" : type.group
    return (group.split(separator: ".").reversed().map(String.init) + [type.version, type.kind]).joined(separator: ".")
  }

  private static func place(_ type: ServedType) -> String {
    type.group.isEmpty ? "api/\(type.version)" : "apis/\(type.group)/\(type.version)"
  }
}

/// `/openapi/v2`: a document that describes no type.
///
/// kubectl and Helm read it about a kind that no group version of `/openapi/v3` has, such as one without its definition,
/// and say then that there is no such kind; without the document they say that the server has no such page.
enum OpenAPIV2 {
  private static let protobuf = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
  private static let title = "Kubernetes"
  private static let version = "v1.36.2"

  /// The document, as the message of `gnostic` that client-go asks for, or as JSON.
  static func answer(to request: APIRequest) -> APIResponse {
    guard MediaType.list(request.header("accept") ?? "").contains(where: { $0.name == protobuf }) else {
      return APIResponse(
        status: 200,
        json: ["swagger": "2.0", "info": ["title": .string(title), "version": .string(version)], "paths": [:]])
    }
    let document = field(1, Array("2.0".utf8)) + field(2, field(1, Array(title.utf8)) + field(2, Array(version.utf8)))
    return APIResponse(
      status: 200, headers: [("Content-Type", "application/com.github.proto-openapi.spec.v2.v1.0+protobuf")],
      body: .bytes(document))
  }

  /// A field of bytes; the number below 16 and the content below 128 bytes take one byte each.
  private static func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
    [number << 3 | 2, UInt8(content.count)] + content
  }
}
