// SPDX-License-Identifier: Apache-2.0

import JSON

/// What must hold for the schema of a custom resource, beyond the types of its keywords.
///
/// Rules in `x-kubernetes-validations` are neither compiled nor is their cost estimated. Source:
/// `apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go`,
/// `ValidateCustomResourceDefinitionOpenAPISchema`.
struct SchemaRules {
  private let schema: JSONValue
  private let path: String

  /// What is wrong with a schema; empty if nothing is.
  ///
  /// - Parameter path: where it stands in the definition.
  static func failures(_ schema: JSONValue, at path: String) -> [FieldFailure] {
    var result: [FieldFailure] = []
    if schema["nullable"] == true {
      result.append(.forbidden(FieldName.member(path, "nullable"), "nullable cannot be true at the root"))
    }
    let structural = StructuralRules.failures(schema, at: path)
    result += structural.isEmpty ? defaultFailures(schema, at: path) : structural
    return result + SchemaRules(schema: schema, path: path).failures(isMetadata: false, isRoot: true)
  }

  /// Defaults must satisfy the schema at their place, and have no unknown fields.
  ///
  /// Source: `apiextensions-apiserver/pkg/apiserver/schema/defaulting/validation.go`.
  private static func defaultFailures(_ node: JSONValue, at path: String) -> [FieldFailure] {
    var result: [FieldFailure] = []
    if let value = node["default"], let schema = try? StructuralSchema(structural: node) {
      let place = FieldName.member(path, "default")
      if schema.hasUnknown(in: value) { result.append(.invalid(place, value, "must not have unknown fields")) }
      result += schema.validate(value).map { $0.under(place) }
    }
    if let items = node["items"] { result += defaultFailures(items, at: FieldName.member(path, "items")) }
    for (name, member) in node["properties"]?.object?.sortedByName() ?? [] {
      result += defaultFailures(member, at: FieldName.member(path, "properties[\(name)]"))
    }
    return result
  }

  private func failures(isMetadata: Bool, isRoot: Bool) -> [FieldFailure] {
    guard schema.object != nil else { return [] }
    var result = keywordFailures(isMetadata: isMetadata)
    if schema["uniqueItems"] == true {
      let detail = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
      result.append(.forbidden(place("uniqueItems"), detail))
    }
    let properties = schema["properties"]?.object?.sortedByName() ?? []
    if let additional = schema["additionalProperties"] {
      if !properties.isEmpty, additional != true {
        let detail = "additionalProperties and properties are mutual exclusive"
        result.append(.forbidden(place("additionalProperties"), detail))
      }
      result += child(additional, "additionalProperties").failures(isMetadata: isMetadata, isRoot: false)
    }
    for (name, member) in properties {
      let isMeta = (isRoot || schema["x-kubernetes-embedded-resource"] == true) && Self.metaFields.contains(name)
      let node = child(member, "properties[\(name)]")
      if isRoot, isMeta, member["default"] != nil {
        result.append(.forbidden(node.place("default"), "must not be set in top-level \(name)"))
      }
      result += node.failures(isMetadata: isMetadata || isMeta, isRoot: false)
    }
    if let items = schema["items"] { result += child(items, "items").failures(isMetadata: isMetadata, isRoot: false) }
    return result + extensionFailures()
  }

  /// Keywords of OpenAPI that are not supported.
  private func keywordFailures(isMetadata: Bool) -> [FieldFailure] {
    var result: [FieldFailure] = []
    if let type = schema["type"], type != "", !Self.types.contains(type) {
      result.append(.notSupported(place("type"), type, Self.types))
    }
    for keyword in ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"]
    where schema[keyword] != nil {
      result.append(.forbidden(place(keyword), "\(keyword) is not supported"))
    }
    if schema["type"] == "null" {
      result.append(.forbidden(place("type"), "type cannot be set to null, use nullable as an alternative"))
    }
    if schema["items"]?.array != nil {
      result.append(.forbidden(place("items"), "items must be a schema object and not an array"))
    }
    if isMetadata, schema["x-kubernetes-embedded-resource"] == true {
      result.append(.forbidden(place("x-kubernetes-embedded-resource"), "must not be used inside of resource meta"))
    }
    return result
  }

  private func extensionFailures() -> [FieldFailure] {
    var result: [FieldFailure] = []
    if schema["x-kubernetes-preserve-unknown-fields"] == false {
      result.append(.invalid(place("x-kubernetes-preserve-unknown-fields"), false, "must be true or undefined"))
    }
    if let type = schema["x-kubernetes-map-type"] {
      result += wrongType(unless: "object", for: "x-kubernetes-map-type")
      if !["atomic", "granular"].contains(type) {
        result.append(.notSupported(place("x-kubernetes-map-type"), type, ["atomic", "granular"]))
      }
    }
    let listType = schema["x-kubernetes-list-type"]
    if let listType {
      result += wrongType(unless: "array", for: "x-kubernetes-list-type")
      if listType == "set", schema["type"] == "array" { result += setFailures() }
      if !["atomic", "set", "map"].contains(listType) {
        result.append(.notSupported(place("x-kubernetes-list-type"), listType, ["atomic", "set", "map"]))
      }
    }
    if !keys.isEmpty, listType != "map" {
      let detail = "must be map if x-kubernetes-list-map-keys is non-empty"
      let field = place("x-kubernetes-list-type")
      result.append(listType.map { .invalid(field, $0, detail) } ?? .required(field, detail))
    }
    if listType == "map" { result += mapFailures() }
    return result + (listType == "map" || listType == "set" ? uniqueListFailures(listType?.string ?? "") : [])
  }

  private func wrongType(unless type: String, for keyword: String) -> [FieldFailure] {
    let given = schema["type"]?.string ?? ""
    let detail = "must be \(type) if \(keyword) is specified"
    if given == type { return [] }
    return [given.isEmpty ? .required(place("type"), detail) : .invalid(place("type"), .string(given), detail)]
  }

  private func setFailures() -> [FieldFailure] {
    let detail = "must be atomic as item of a list with x-kubernetes-list-type=set"
    guard let items = schema["items"] else { return [] }
    let node = child(items, "items")
    // The API server shows the list type of the elements in both cases.
    let shown = items["x-kubernetes-list-type"] ?? .null
    switch items["type"] {
    case "array" where ![nil, "atomic"].contains(items["x-kubernetes-list-type"]):
      return [.invalid(node.place("x-kubernetes-list-type"), shown, detail)]
    case "object" where items["x-kubernetes-map-type"] != "atomic":
      return [.invalid(node.place("x-kubernetes-map-type"), shown, detail)]
    default: return []
    }
  }

  private func mapFailures() -> [FieldFailure] {
    var result: [FieldFailure] = []
    let field = place("x-kubernetes-list-map-keys")
    if keys.isEmpty { result.append(.required(field, "must not be empty if x-kubernetes-list-type is map")) }
    guard let items = schema["items"] else {
      return result + [.required(place("items"), "must have a schema if x-kubernetes-list-type is map")]
    }
    let node = child(items, "items")
    guard items["type"] == "object" else {
      let detail = "must be object if parent array's x-kubernetes-list-type is map"
      return result + [.invalid(node.place("type"), items["type"] ?? "", detail)]
    }
    for (index, key) in keys.enumerated() {
      if let member = items[path: "properties", key] {
        if let type = member["type"], ["array", "object"].contains(type) {
          let detail = "must be a scalar type if parent array's x-kubernetes-list-type is map"
          result.append(.invalid(node.place("properties[\(key)].type"), "object", detail))
        }
      } else {
        result.append(.invalid(field, .array(keys.map { .string($0) }), "entries must all be names of item properties"))
      }
      if keys.prefix(index).contains(key) {
        result.append(.invalid(field, .array(keys.map { .string($0) }), "must not contain duplicate entries"))
      }
    }
    return result
  }

  private func uniqueListFailures(_ listType: String) -> [FieldFailure] {
    guard let items = schema["items"], items.object != nil else { return [] }
    var result: [FieldFailure] = []
    let node = child(items, "items")
    if items["nullable"] == true {
      result.append(
        .forbidden(node.place("nullable"), "cannot be nullable when x-kubernetes-list-type is \(listType)"))
    }
    guard listType == "map" else { return result }
    for key in keys {
      guard let member = items[path: "properties", key] else { continue }
      let place = node.place("properties[\(key)]")
      if items["required"]?.array?.contains(.string(key)) != true, member["default"] == nil {
        let detail =
          "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"
        result.append(.required(FieldName.member(place, "default"), detail))
      }
      if member["nullable"] == true {
        let detail = "this property is in x-kubernetes-list-map-keys, so it cannot be nullable"
        result.append(.forbidden(FieldName.member(place, "nullable"), detail))
      }
    }
    return result
  }

  private var keys: [String] { schema["x-kubernetes-list-map-keys"]?.array?.compactMap(\.string) ?? [] }

  private func place(_ keyword: String) -> String { FieldName.member(path, keyword) }

  private func child(_ value: JSONValue, _ step: String) -> SchemaRules {
    SchemaRules(schema: value, path: FieldName.member(path, step))
  }

  private static let metaFields: Set<String> = ["metadata", "kind", "apiVersion"]
  private static let types: [JSONValue] = ["array", "boolean", "integer", "number", "object", "string"]
}
