// SPDX-License-Identifier: Apache-2.0

import JSON

extension StructuralSchema {
  /// How deep a schema may nest. The deepest of the well-known definitions stays below half of it.
  static let maximumDepth = 64

  /// Reads the `openAPIV3Schema` of a custom resource definition and checks that it is structural.
  ///
  /// `allOf`, `anyOf`, `oneOf` and `not` are accepted and not evaluated, as are rules in `x-kubernetes-validations`.
  ///
  /// - Throws: the first of the failures that ``SchemaRules`` finds, or the first keyword of another type.
  public convenience init(openAPI: JSONValue) throws(SchemaError) {
    if let failure = SchemaRules.failures(openAPI, at: "").first {
      throw SchemaError(path: failure.field, message: failure.message)
    }
    try self.init(structural: openAPI)
  }

  /// Reads a schema, or a part of one, that is known to be structural.
  ///
  /// - Throws: for a keyword of another type, or one that this server does not take.
  convenience init(structural schema: JSONValue) throws(SchemaError) {
    try self.init(SchemaNode(value: schema, path: "", depth: 0))
  }

  fileprivate convenience init(_ node: SchemaNode) throws(SchemaError) {
    guard node.value.object != nil else { throw node.error("must be an object") }
    guard node.depth <= Self.maximumDepth else { throw node.error("must not nest deeper than \(Self.maximumDepth)") }
    let kind = try node.kind()
    let items = try node.value["items"].map { items throws(SchemaError) in
      try StructuralSchema(node.child(items, "items"))
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
    self.init(
      kind: kind, rules: try node.rules(), merging: try node.merging(kind), properties: properties,
      additionalProperties: additional, items: items, defaultValue: node.value["default"],
      description: node.value["description"]?.string)
  }
}

/// One place of an OpenAPI schema while it is read.
private struct SchemaNode {
  let value: JSONValue
  let path: String
  let depth: Int

  func child(_ value: JSONValue, _ step: String) -> SchemaNode {
    SchemaNode(value: value, path: FieldName.member(path, step), depth: depth + 1)
  }

  func error(_ message: String, at keyword: String? = nil) -> SchemaError {
    SchemaError(path: keyword.map { FieldName.member(path, $0) } ?? path, message: message)
  }

  func kind() throws(SchemaError) -> StructuralSchema.Kind {
    if try flag("x-kubernetes-int-or-string") { return .intOrString }
    switch try text("type") ?? "" {
    case "": return .any
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

  func merging(_ kind: StructuralSchema.Kind) throws(SchemaError) -> StructuralSchema.Merging? {
    switch (kind, try text("x-kubernetes-list-type"), try text("x-kubernetes-map-type")) {
    case (.array, "map", _): return .map(keys: try texts("x-kubernetes-list-map-keys"))
    case (.array, "set", _): return .set
    case (.object, _, "atomic"): return .atomic
    default: return nil
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
