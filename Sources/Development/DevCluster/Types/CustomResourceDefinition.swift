// SPDX-License-Identifier: Apache-2.0

import JSON

/// Reads a CustomResourceDefinition, and says what becomes of it.
struct CustomResourceDefinition {
  static let storage = StorageKey(group: "apiextensions.k8s.io", plural: "customresourcedefinitions")

  /// The finalizer under which the objects of a definition go before it.
  static let cleanup = "customresourcecleanup.apiextensions.k8s.io"

  var object: JSONValue

  var group: String { object[path: "spec", "group"]?.string ?? "" }
  var plural: String { object[path: "spec", "names", "plural"]?.string ?? "" }
  var kind: String { object[path: "spec", "names", "kind"]?.string ?? "" }
  var objects: StorageKey { StorageKey(group: group, plural: plural) }

  /// The types that it asks to be served.
  ///
  /// - Throws: ``SchemaError`` if a schema is not structural.
  func types() throws(SchemaError) -> [ServedType] {
    let names = object[path: "spec", "names"] ?? [:]
    var types: [ServedType] = []
    for version in object[path: "spec", "versions"]?.array ?? [] where version["served"]?.bool == true {
      let hasStatus = version[path: "subresources", "status"] != nil
      types.append(
        ServedType(
          group: group, version: version["name"]?.string ?? "", kind: kind, plural: plural,
          singular: names["singular"]?.string ?? kind.lowercased(),
          listKind: names["listKind"]?.string ?? kind + "List",
          shortNames: names["shortNames"]?.array?.compactMap(\.string) ?? [],
          categories: names["categories"]?.array?.compactMap(\.string) ?? [],
          isNamespaced: object[path: "spec", "scope"]?.string != "Cluster", hasStatus: hasStatus,
          scale: Self.scale(version[path: "subresources", "scale"]), isCustom: true,
          countsGenerations: true, columns: Self.columns(version),
          rules: try .custom(
            openAPI: version[path: "schema", "openAPIV3Schema"] ?? [:], hasStatus: hasStatus)))
    }
    return types
  }

  /// The state of a definition that was just created.
  static func initialize(_ object: inout JSONValue) {
    var spec = object["spec"] ?? [:]
    if spec["conversion"] == nil { spec["conversion"] = ["strategy": "None"] }
    var names = spec["names"] ?? [:]
    let kind = names["kind"]?.string ?? ""
    if names["singular"] == nil { names["singular"] = .string(kind.lowercased()) }
    if names["listKind"] == nil { names["listKind"] = .string(kind + "List") }
    spec["names"] = names
    object["spec"] = spec
    let stored = (spec["versions"]?.array ?? []).filter { $0["storage"]?.bool == true }.compactMap { $0["name"] }
    object["status"] = [
      "conditions": .null, "acceptedNames": ["plural": "", "kind": ""], "storedVersions": .array(stored),
    ]
  }

  /// The status of a definition whose names were accepted.
  func established(at now: Timestamp) -> JSONValue {
    var status = object["status"] ?? [:]
    status["conditions"] = [
      [
        "type": "NamesAccepted", "status": "True", "lastTransitionTime": .string(now.rfc3339), "reason": "NoConflicts",
        "message": "no conflicts found",
      ],
      [
        "type": "Established", "status": "True", "lastTransitionTime": .string(now.rfc3339),
        "reason": "InitialNamesAccepted", "message": "the initial names have been accepted",
      ],
    ]
    status["acceptedNames"] = object[path: "spec", "names"]
    return status
  }

  var isEstablished: Bool {
    (object[path: "status", "conditions"]?.array ?? []).contains {
      $0["type"] == "Established" && $0["status"] == "True"
    }
  }

  private static func scale(_ declared: JSONValue?) -> ScalePaths? {
    guard let declared else { return nil }
    func path(_ key: String) -> [String]? {
      declared[key]?.string.map { $0.split(separator: ".").map(String.init) }
    }
    return ScalePaths(
      replicas: path("specReplicasPath") ?? [], current: path("statusReplicasPath") ?? [],
      selector: path("labelSelectorPath"))
  }

  private static func columns(_ version: JSONValue) -> [PrinterColumn] {
    let given = (version["additionalPrinterColumns"]?.array ?? []).compactMap { column -> PrinterColumn? in
      guard let name = column["name"]?.string, let text = column["jsonPath"]?.string, let path = JSONPath(text) else {
        return nil
      }
      return PrinterColumn(
        name: name, type: column["type"]?.string ?? "string", format: column["format"]?.string ?? "",
        description: column["description"]?.string
          ?? "Custom resource definition column (in JSONPath format): \(text)",
        priority: column["priority"]?.integer ?? 0, path: path)
    }
    return given
  }
}

extension CustomResourceDefinition {
  /// The definition with its bounds as the API server keeps and writes them: as float64 values.
  static func canonical(_ definition: JSONValue) -> JSONValue {
    guard let versions = definition[path: "spec", "versions"]?.array else { return definition }
    var spec = definition["spec"] ?? [:]
    spec["versions"] = .array(
      versions.map { version in
        guard var schema = version[path: "schema", "openAPIV3Schema"] else { return version }
        schema = Self.edited(schema) { node in
          for keyword in ["minimum", "maximum", "multipleOf"] { node[keyword] = node[keyword].map(GoNumber.float) }
        }
        var version = version
        version["schema"]?["openAPIV3Schema"] = schema
        return version
      })
    var result = definition
    result["spec"] = spec
    return result
  }

  /// The formats in its schemas that the API server does not know.
  var unknownFormats: [String] {
    var formats: [String] = []
    for version in object[path: "spec", "versions"]?.array ?? [] {
      _ = Self.edited(version[path: "schema", "openAPIV3Schema"] ?? [:]) { node in
        let kind = StructuralSchema.Kind(rawValue: node["type"]?.string ?? "") ?? .any
        guard let format = node["format"]?.string, !format.isEmpty, !Format.isKnown(format, for: kind) else { return }
        if !formats.contains(format) { formats.append(format) }
      }
    }
    return formats
  }

  /// The schema after a change of each of its nodes.
  private static func edited(_ schema: JSONValue, _ change: (inout JSONValue) -> Void) -> JSONValue {
    guard schema.object != nil else { return schema }
    var node = schema
    change(&node)
    for keyword in ["items", "additionalProperties", "not"] { node[keyword] = node[keyword].map { edited($0, change) } }
    if let members = node["properties"]?.object {
      node["properties"] = .object(JSONObject(members.map { ($0.key, edited($0.value, change)) }))
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
      if let list = node[keyword]?.array { node[keyword] = .array(list.map { edited($0, change) }) }
    }
    return node
  }
}
