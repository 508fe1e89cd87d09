// SPDX-License-Identifier: Apache-2.0

import JSON

extension StructuralSchema {
  /// The schema as OpenAPI v3 has it, for `/openapi/v3` and so for `kubectl explain`.
  ///
  /// Types are written out where they stand; there are no references. Kubernetes' own members are described.
  var openAPI: JSONValue { published(named: "") }

  private func published(named name: String) -> JSONValue {
    var schema: JSONValue = [:]
    if let text = description ?? Self.common[name] { schema["description"] = .string(text) }
    switch kind {
    case .any: schema["x-kubernetes-preserve-unknown-fields"] = true
    case .intOrString where rules.format == ValueRules.quantityFormat: schema["type"] = "string"
    case .intOrString: schema["x-kubernetes-int-or-string"] = true
    default: schema["type"] = .string(kind.rawValue)
    }
    publish(rules, in: &schema)
    if let defaultValue { schema["default"] = defaultValue }
    if !properties.isEmpty {
      var members: JSONObject = [:]
      for name in propertyOrder { members[name] = properties[name]?.published(named: name) }
      schema["properties"] = .object(members)
    }
    schema["additionalProperties"] = additionalProperties?.published(named: "")
    schema["items"] = items?.published(named: "")
    publishMerging(in: &schema)
    return schema
  }

  private func publish(_ rules: ValueRules, in schema: inout JSONValue) {
    if let format = rules.format {
      let published = format == ValueRules.microTimeFormat ? "date-time" : format
      if published != ValueRules.quantityFormat { schema["format"] = .string(published) }
    }
    if !rules.required.isEmpty { schema["required"] = .array(rules.required.map { .string($0) }) }
    if !rules.allowedValues.isEmpty { schema["enum"] = .array(rules.allowedValues) }
    if let pattern = rules.pattern { schema["pattern"] = .string(pattern) }
    for (name, value) in [
      ("minimum", rules.minimum), ("maximum", rules.maximum), ("multipleOf", rules.multipleOf),
    ] {
      guard let value else { continue }
      schema[name] = Int64(exactly: value).map { .integer($0) } ?? .double(value)
    }
    for (name, value) in [
      ("minLength", rules.minLength), ("maxLength", rules.maxLength), ("minItems", rules.minItems),
      ("maxItems", rules.maxItems), ("minProperties", rules.minProperties), ("maxProperties", rules.maxProperties),
    ] {
      if let value { schema[name] = .integer(Int64(value)) }
    }
    if rules.exclusiveMinimum { schema["exclusiveMinimum"] = true }
    if rules.exclusiveMaximum { schema["exclusiveMaximum"] = true }
    if rules.isNullable, kind != .any { schema["nullable"] = true }
    if rules.preservesUnknownFields { schema["x-kubernetes-preserve-unknown-fields"] = true }
    if rules.isEmbeddedResource { schema["x-kubernetes-embedded-resource"] = true }
    if !rules.validations.isEmpty { schema["x-kubernetes-validations"] = .array(rules.validations) }
  }

  private func publishMerging(in schema: inout JSONValue) {
    switch (kind, merging) {
    case (.array, .set): schema["x-kubernetes-list-type"] = "set"
    case (.array, .map(let keys)):
      schema["x-kubernetes-list-type"] = "map"
      schema["x-kubernetes-list-map-keys"] = .array(keys.map { .string($0) })
    case (.array, .atomic): schema["x-kubernetes-list-type"] = "atomic"
    case (.object, .atomic): schema["x-kubernetes-map-type"] = "atomic"
    default: break
    }
  }

  /// What Kubernetes says about the members that every object has.
  private static let common = [
    "apiVersion": "APIVersion defines the versioned schema of this representation of an object. Servers should convert "
      + "recognized schemas to the latest internal value, and may reject unrecognized values. More info: "
      + "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources",
    "kind": "Kind is a string value representing the REST resource this object represents. Servers may infer this from "
      + "the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: "
      + "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds",
    "metadata": "Standard object's metadata. More info: "
      + "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata",
  ]
}
