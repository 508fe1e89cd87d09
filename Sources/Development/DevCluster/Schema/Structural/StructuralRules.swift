// SPDX-License-Identifier: Apache-2.0

import JSON

/// What makes a schema structural: its structure is written out, and outside of `allOf`, `anyOf`, `oneOf` and `not`.
///
/// Source: `apiextensions-apiserver/pkg/apiserver/schema/validation.go`.
struct StructuralRules {
  private enum Level {
    case root, item, field
  }

  private var failures: [FieldFailure] = []

  /// What is wrong with a schema, in the order of the messages; empty if nothing is.
  static func failures(_ schema: JSONValue, at path: String) -> [FieldFailure] {
    var rules = StructuralRules()
    rules.check(schema, .root, at: path)
    return rules.failures.sorted { $0.summary < $1.summary }
  }

  private mutating func check(_ node: JSONValue, _ level: Level, at path: String) {
    func place(_ keyword: String) -> String { FieldName.member(path, keyword) }
    if node["type"] == "array", node["items"] == nil {
      failures.append(.required(place("items"), "must be specified"))
    }
    if let items = node["items"] { check(items, .item, at: place("items")) }
    for (name, member) in node["properties"]?.object ?? [:] {
      check(member, .field, at: place("properties[\(name)]"))
    }
    if let additional = node["additionalProperties"] {
      if level == .root {
        failures.append(.forbidden(place("additionalProperties"), "must not be used at the root"))
      }
      if additional.object != nil { check(additional, .field, at: place("additionalProperties")) }
    }
    if node["x-kubernetes-int-or-string"] == true {
      for keyword in ["x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"]
      where node[keyword] == true {
        failures.append(
          .invalid(place(keyword), true, "must be false if x-kubernetes-int-or-string is true"))
      }
    }
    checkValues(node, at: path, allowsIntOrString: node["x-kubernetes-int-or-string"] == true)
    checkType(node, level, at: path)
    checkMetadata(node, isRoot: level == .root, at: path)
  }

  private mutating func checkType(_ node: JSONValue, _ level: Level, at path: String) {
    let type = node["type"]?.string ?? ""
    let place = FieldName.member(path, "type")
    if node["x-kubernetes-embedded-resource"] == true, type != "object" {
      let detail = "must be object if x-kubernetes-embedded-resource is true"
      failures.append(type.isEmpty ? .required(place, detail) : .invalid(place, .string(type), detail))
    } else if type.isEmpty, node["x-kubernetes-int-or-string"] != true,
      node["x-kubernetes-preserve-unknown-fields"] != true
    {
      let subject =
        switch level {
        case .root: "at the root"
        case .item: "for specified array items"
        case .field: "for specified object fields"
        }
      failures.append(.required(place, "must not be empty \(subject)"))
    }
    if level == .root, !type.isEmpty, type != "object" {
      failures.append(.invalid(place, .string(type), "must be object at the root"))
    }
    if !type.isEmpty, node["x-kubernetes-int-or-string"] == true {
      failures.append(.invalid(place, .string(type), "must be empty if x-kubernetes-int-or-string is true"))
    }
  }

  private mutating func checkMetadata(_ node: JSONValue, isRoot: Bool, at path: String) {
    let isEmbedded = node["x-kubernetes-embedded-resource"] == true
    if isEmbedded, node["x-kubernetes-preserve-unknown-fields"] != true, node["properties"]?.object?.isEmpty ?? true {
      let detail =
        "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields"
      failures.append(.required(FieldName.member(path, "properties"), detail))
    }
    guard isRoot || isEmbedded else { return }
    for (name, type) in [("kind", "string"), ("apiVersion", "string"), ("metadata", "object")] {
      guard let member = node[path: "properties", name], member["type"]?.string != type else { continue }
      let place = FieldName.member(path, "properties[\(name)].type")
      failures.append(.invalid(place, member["type"] ?? "", "must be \(type)"))
    }
    let metadata = node[path: "properties", "metadata", "properties"]?.object ?? [:]
    if isRoot, metadata.keys.contains(where: { !["name", "generateName"].contains($0) }) {
      let detail = "must not specify anything other than name and generateName, but metadata is implicitly specified"
      failures.append(.forbidden(FieldName.member(path, "properties[metadata]"), detail))
    }
  }

  /// The part of a node that also stands inside of `allOf` and its like.
  private mutating func checkValues(_ node: JSONValue, at path: String, allowsIntOrString: Bool) {
    if let pattern = node["pattern"]?.string, let problem = PatternSyntax.problem(pattern) {
      let detail = "must be a valid regular expression, but isn't: \(problem)"
      failures.append(.invalid(FieldName.member(path, "pattern"), .string(pattern), detail))
    }
    for keyword in ["anyOf", "allOf", "oneOf"] {
      for (index, nested) in (node[keyword]?.array ?? []).enumerated() {
        // Both types of `x-kubernetes-int-or-string` may be written out once.
        let isPair = keyword == "anyOf" && allowsIntOrString || keyword == "allOf" && nested["anyOf"] != nil
        checkNested(
          nested, at: FieldName.element(FieldName.member(path, keyword), index), allowsType: isPair)
      }
    }
    if let nested = node["not"] { checkNested(nested, at: FieldName.member(path, "not"), allowsType: false) }
  }

  private mutating func checkNested(_ node: JSONValue, at path: String, allowsType: Bool) {
    checkValues(node, at: path, allowsIntOrString: allowsType)
    if let items = node["items"] { checkNested(items, at: FieldName.member(path, "items"), allowsType: false) }
    for (name, member) in node["properties"]?.object ?? [:] {
      let place = FieldName.member(path, "properties[\(name)]")
      checkNested(member, at: place, allowsType: false)
      if name == "metadata" { failures.append(.forbidden(place, "must not be specified in a nested context")) }
    }
    for (keyword, state) in Self.forbiddenWhenNested where node[keyword] != nil && node[keyword] != false {
      if keyword == "type", allowsType { continue }
      failures.append(.forbidden(FieldName.member(path, keyword), "must be \(state) to be structural"))
    }
  }

  private static let forbiddenWhenNested = [
    ("type", "empty"), ("additionalProperties", "undefined"), ("default", "undefined"), ("title", "empty"),
    ("description", "empty"), ("nullable", "false"), ("externalDocs", "undefined"),
    ("x-kubernetes-preserve-unknown-fields", "false"), ("x-kubernetes-embedded-resource", "false"),
    ("x-kubernetes-int-or-string", "false"), ("x-kubernetes-list-map-keys", "empty"),
    ("x-kubernetes-list-type", "undefined"), ("x-kubernetes-map-type", "undefined"),
    ("x-kubernetes-validations", "empty"),
  ]
}
