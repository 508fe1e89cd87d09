// SPDX-License-Identifier: Apache-2.0

import JSON

extension Schema {
  /// The node as a structural schema of a CustomResourceDefinition (`apiextensions.k8s.io/v1` JSONSchemaProps).
  ///
  /// Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
  public var openAPI: JSONValue {
    var node: JSONObject = ["description": .string(description)]
    switch shape {
    case .object(let properties): describe(properties, in: &node)
    case .map(let values):
      node["type"] = "object"
      node["additionalProperties"] = values.openAPI
      node["maxProperties"] = limit.map { .integer(Int64($0)) }
      if isAtomicMap { node["x-kubernetes-map-type"] = "atomic" }
    case .list(let items, let kind): describe(items, kind, in: &node)
    case .string: node["type"] = "string"
    case .integer:
      node["type"] = "integer"
      node["format"] = "int64"
    case .boolean: node["type"] = "boolean"
    case .integerOrString:
      node["anyOf"] = [["type": "integer"], ["type": "string"]]
      node["x-kubernetes-int-or-string"] = true
    case .anyObject:
      node["type"] = "object"
      node["x-kubernetes-preserve-unknown-fields"] = true
    }
    describeText(in: &node)
    node["minimum"] = minimum.map(JSONValue.integer)
    node["maximum"] = maximum.map(JSONValue.integer)
    if isNullable { node["nullable"] = true }
    node["default"] = defaultToPublish
    let validations = rules.compactMap(\.openAPI)
    if !validations.isEmpty { node["x-kubernetes-validations"] = .array(validations) }
    return .object(node)
  }

  /// The default, with the defaults below it filled in where rules look at them: the API server refuses a definition whose
  /// rules do not hold on a default as it is written
  /// (`apiextensions-apiserver/pkg/apiserver/schema/defaulting/validation.go`).
  private var defaultToPublish: JSONValue? {
    guard let defaultValue, hasRules else { return defaultValue }
    var walk = SchemaWalk()
    return walk.complete(defaultValue, self, at: [])
  }

  private var hasRules: Bool {
    if !rules.isEmpty { return true }
    return switch shape {
    case .object(let properties): properties.contains { $0.schema.hasRules }
    case .map(let values): values.hasRules
    case .list(let items, _): items.hasRules
    default: false
    }
  }

  private func describe(_ properties: [Property], in node: inout JSONObject) {
    node["type"] = "object"
    let required = properties.filter(\.isRequired).map { JSONValue.string($0.name) }
    if !required.isEmpty { node["required"] = .array(required) }
    node["properties"] = .object(JSONObject(properties.map { ($0.name, $0.schema.openAPI) }))
  }

  private func describe(_ items: Schema, _ kind: ListKind, in node: inout JSONObject) {
    node["type"] = "array"
    node["items"] = items.openAPI
    node["maxItems"] = limit.map { .integer(Int64($0)) }
    switch kind {
    case .atomic: node["x-kubernetes-list-type"] = "atomic"
    case .set: node["x-kubernetes-list-type"] = "set"
    case .map(let keys):
      node["x-kubernetes-list-type"] = "map"
      node["x-kubernetes-list-map-keys"] = .array(keys.map(JSONValue.string))
    }
  }

  private func describeText(in node: inout JSONObject) {
    if let allowed { node["enum"] = .array(allowed.map(JSONValue.string)) }
    guard let format else { return }
    node["pattern"] = format.pattern.map(JSONValue.string)
    if let name = format.openAPIFormat { node["format"] = .string(name) }
    node["maxLength"] = .integer(Int64(format.maxLength))
  }
}

extension ValidationRule {
  /// The entry of `x-kubernetes-validations`; nil for a rule that only the operator checks.
  var openAPI: JSONValue? {
    guard let expression else { return nil }
    var entry: JSONObject = ["rule": .string(expression), "message": .string(message)]
    // The API server knows no fields of metadata here.
    if let first = field.first, first != "metadata" { entry["fieldPath"] = .string(field.map { "." + $0 }.joined()) }
    return .object(entry)
  }
}
