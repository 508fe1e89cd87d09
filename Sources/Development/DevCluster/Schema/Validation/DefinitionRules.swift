// SPDX-License-Identifier: Apache-2.0

import JSON

/// What must hold for a CustomResourceDefinition.
///
/// Source: `apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go`.
enum DefinitionRules {
  static func failures(_ definition: JSONValue) -> [FieldFailure] {
    let spec = definition["spec"] ?? [:]
    var result: [FieldFailure] = []
    let group = spec["group"]?.string ?? ""
    let plural = spec[path: "names", "plural"]?.string ?? ""
    if definition[path: "metadata", "name"]?.string != "\(plural).\(group)" {
      let name = definition[path: "metadata", "name"] ?? ""
      result.append(.invalid("metadata.name", name, #"must be spec.names.plural+"."+spec.group"#))
    }
    if group.isEmpty {
      result.append(.required("spec.group"))
    } else if let problem = NameRules.subdomain(group) {
      result.append(.invalid("spec.group", .string(group), problem))
    }
    for name in ["plural", "kind"] where (spec[path: "names", name]?.string ?? "").isEmpty {
      result.append(.required("spec.names.\(name)"))
    }
    let scope = spec["scope"] ?? ""
    if !["Cluster", "Namespaced"].contains(scope) {
      result.append(.notSupported("spec.scope", scope, ["Cluster", "Namespaced"]))
    }
    let versions = spec["versions"]?.array ?? []
    if versions.filter({ $0["storage"] == true }).count != 1 {
      let detail = "must have exactly one version marked as storage version"
      result.append(.invalid("spec.versions", .array(versions.compactMap { $0["name"] }), detail))
    }
    // A schema that all versions share stands above the versions in the API server's own form of a definition.
    let schemas = versions.map { $0[path: "schema", "openAPIV3Schema"] ?? .null }
    let first = schemas.first ?? .null
    let isShared = !first.isNull && schemas.allSatisfy { $0 == first }
    if isShared { result += schemaFailures(first, at: "spec.validation.openAPIV3Schema") }
    for (index, version) in versions.enumerated() {
      let place = "spec.versions[\(index)]"
      if let problem = NameRules.label(version["name"]?.string ?? "") {
        result.append(.invalid("\(place).name", version["name"] ?? "", problem))
      }
      if !isShared { result += schemaFailures(schemas[index], at: "\(place).schema.openAPIV3Schema") }
    }
    return result
  }

  private static func schemaFailures(_ schema: JSONValue, at path: String) -> [FieldFailure] {
    guard !schema.isNull else { return [.required(path, "schemas are required")] }
    let failures = SchemaRules.failures(schema, at: path)
    guard failures.isEmpty else { return failures }
    do throws(SchemaError) {
      _ = try StructuralSchema(structural: schema)
      return []
    } catch {
      return [.invalid(error.path.isEmpty ? path : "\(path).\(error.path)", .null, error.message)]
    }
  }
}
