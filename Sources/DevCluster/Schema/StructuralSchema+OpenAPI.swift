// SPDX-License-Identifier: Apache-2.0

import JSON

extension StructuralSchema {
  /// How deep a schema may nest. The deepest of the well-known definitions stays below half of it.
  static let maximumDepth = 64

  /// Reads the `openAPIV3Schema` of a custom resource definition and checks that it is structural.
  ///
  /// `allOf`, `anyOf`, `oneOf` and `not` are accepted and not evaluated, as are rules in `x-kubernetes-validations`.
  /// Source: `apiextensions-apiserver/pkg/apiserver/schema/validation.go`.
  public convenience init(openAPI: JSONValue) throws(SchemaError) {
    let node = SchemaNode(value: openAPI, path: "", depth: 0)
    guard openAPI["type"] == "object" else {
      throw node.error("the root of a schema must have the type object", at: "type")
    }
    try self.init(node)
  }

  fileprivate convenience init(_ node: SchemaNode) throws(SchemaError) {
    guard node.value.object != nil else { throw node.error("must be an object") }
    guard node.depth <= Self.maximumDepth else { throw node.error("must not nest deeper than \(Self.maximumDepth)") }
    for keyword in SchemaNode.forbidden where node.value[keyword] != nil {
      throw node.error("is not allowed in a structural schema", at: keyword)
    }
    if node.value["uniqueItems"] == true {
      throw node.error("cannot be true; use x-kubernetes-list-type: set", at: "uniqueItems")
    }
    let rules = try node.rules()
    let kind = try node.kind(rules)
    var items: StructuralSchema?
    if kind == .array {
      guard let value = node.value["items"] else { throw node.error("must be given for an array", at: "items") }
      items = try StructuralSchema(node.child(value, "items"))
    }
    var properties: [(String, StructuralSchema)] = []
    for (name, value) in node.value["properties"]?.object ?? JSONObject() {
      properties.append((name, try StructuralSchema(node.child(value, "properties[\(name)]"))))
    }
    var additional: StructuralSchema?
    switch node.value["additionalProperties"] {
    case nil: break
    case .bool(true): additional = .anything
    case .bool(false): throw node.error("must not be false", at: "additionalProperties")
    case let value?: additional = try StructuralSchema(node.child(value, "additionalProperties"))
    }
    if additional != nil, !properties.isEmpty {
      throw node.error("must not be used together with properties", at: "additionalProperties")
    }
    let merging = try node.merging(kind, items: items)
    let schema = StructuralSchema(kind: kind, rules: rules, properties: properties, items: items)
    if let value = node.value["default"], let failure = schema.validate(value, at: "default").first {
      throw node.error(failure.summary)
    }
    self.init(
      kind: kind, rules: rules, merging: merging, properties: properties, additionalProperties: additional,
      items: items, defaultValue: node.value["default"], description: node.value["description"]?.string)
  }
}

/// One place of an OpenAPI schema while it is read.
private struct SchemaNode {
  let value: JSONValue
  let path: String
  let depth: Int

  static let forbidden = [
    "$ref", "$schema", "id", "definitions", "dependencies", "additionalItems", "patternProperties",
  ]

  func child(_ value: JSONValue, _ step: String) -> SchemaNode {
    SchemaNode(value: value, path: FieldName.member(path, step), depth: depth + 1)
  }

  func error(_ message: String, at keyword: String? = nil) -> SchemaError {
    SchemaError(path: keyword.map { FieldName.member(path, $0) } ?? path, message: message)
  }

  func kind(_ rules: ValueRules) throws(SchemaError) -> StructuralSchema.Kind {
    if try flag("x-kubernetes-int-or-string") {
      guard value["type"] == nil else { throw error("must be empty if x-kubernetes-int-or-string is true", at: "type") }
      return .intOrString
    }
    guard let type = value["type"] else {
      if rules.preservesUnknownFields { return .any }
      throw error("must not be empty: one of object, array, string, integer, number, boolean", at: "type")
    }
    switch type.string {
    case "object": return .object
    case "array": return .array
    case "string": return .string
    case "integer": return .integer
    case "number": return .number
    case "boolean": return .boolean
    default: throw error("must be one of object, array, string, integer, number, boolean", at: "type")
    }
  }

  func rules() throws(SchemaError) -> ValueRules {
    var rules = ValueRules()
    rules.required = try texts("required")
    rules.allowedValues = try list("enum")
    rules.pattern = try text("pattern")
    if let pattern = rules.pattern, let problem = Pattern.problem(pattern) { throw error(problem, at: "pattern") }
    rules.format = try text("format")
    rules.minimum = try number("minimum")
    rules.maximum = try number("maximum")
    rules.exclusiveMinimum = try flag("exclusiveMinimum")
    rules.exclusiveMaximum = try flag("exclusiveMaximum")
    rules.multipleOf = try number("multipleOf")
    if let divisor = rules.multipleOf, divisor <= 0 { throw error("must be greater than 0", at: "multipleOf") }
    rules.minLength = try count("minLength")
    rules.maxLength = try count("maxLength")
    rules.minItems = try count("minItems")
    rules.maxItems = try count("maxItems")
    rules.minProperties = try count("minProperties")
    rules.maxProperties = try count("maxProperties")
    rules.isNullable = try flag("nullable")
    rules.preservesUnknownFields = try flag("x-kubernetes-preserve-unknown-fields")
    rules.isEmbeddedResource = try flag("x-kubernetes-embedded-resource")
    rules.validations = try list("x-kubernetes-validations")
    return rules
  }

  func merging(
    _ kind: StructuralSchema.Kind, items: StructuralSchema?
  ) throws(SchemaError) -> StructuralSchema.Merging? {
    let keys = try texts("x-kubernetes-list-map-keys")
    switch (kind, try text("x-kubernetes-list-type"), try text("x-kubernetes-map-type")) {
    case (.array, "map", nil):
      guard !keys.isEmpty else {
        throw error("must not be empty if x-kubernetes-list-type is map", at: "x-kubernetes-list-map-keys")
      }
      for key in keys {
        guard let member = items?.properties[key] else {
          throw error("\"\(key)\" must be declared in items.properties", at: "x-kubernetes-list-map-keys")
        }
        guard items?.rules.required.contains(key) == true || member.defaultValue != nil else {
          throw error("\"\(key)\" must be required in items or have a default", at: "x-kubernetes-list-map-keys")
        }
      }
      return .map(keys: keys)
    case (.array, "set", nil):
      let isNested = items?.kind == .object && items?.merging != .atomic || items?.kind == .any
      if isNested { throw error("elements of a set must be scalars or atomic", at: "items") }
      return .set
    case (.array, nil, nil), (.array, "atomic", nil): return .atomic
    case (.object, nil, "atomic"), (.any, nil, "atomic"): return .atomic
    case (_, nil, nil), (.object, nil, "granular"), (.any, nil, "granular"): return nil
    case (.array, _?, nil): throw error("must be one of atomic, set, map", at: "x-kubernetes-list-type")
    case (_, _?, _): throw error("must be used with the type array only", at: "x-kubernetes-list-type")
    default: throw error("must be atomic or granular, for the type object only", at: "x-kubernetes-map-type")
    }
  }

  private func flag(_ keyword: String) throws(SchemaError) -> Bool {
    guard let value = value[keyword] else { return false }
    guard let flag = value.bool else { throw error("must be true or false", at: keyword) }
    return flag
  }

  private func text(_ keyword: String) throws(SchemaError) -> String? {
    guard let value = value[keyword] else { return nil }
    guard let text = value.string else { throw error("must be text", at: keyword) }
    return text
  }

  private func number(_ keyword: String) throws(SchemaError) -> Double? {
    guard let value = value[keyword] else { return nil }
    guard let number = value.double else { throw error("must be a number", at: keyword) }
    return number
  }

  private func count(_ keyword: String) throws(SchemaError) -> Int? {
    guard let value = value[keyword] else { return nil }
    guard let number = value.integer, let count = Int(exactly: number), count >= 0 else {
      throw error("must be an integer from 0 on", at: keyword)
    }
    return count
  }

  private func list(_ keyword: String) throws(SchemaError) -> [JSONValue] {
    guard let value = value[keyword] else { return [] }
    guard let list = value.array else { throw error("must be a list", at: keyword) }
    return list
  }

  private func texts(_ keyword: String) throws(SchemaError) -> [String] {
    let list = try list(keyword)
    let texts = list.compactMap(\.string)
    guard texts.count == list.count else { throw error("must be a list of text", at: keyword) }
    return texts
  }
}
