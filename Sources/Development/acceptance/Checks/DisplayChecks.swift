// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
import YAML

/// What kubectl shows: `kubectl get`, `kubectl get -o wide`, `kubectl explain`, the short name.
enum DisplayChecks {
  static let columns = Check("display", "kubectl get prints the columns of the definition with the object's values") {
    stage in
    let object = try await stage.wait(for: "Ready", "True")
    let path = ResourceType.observabilities.path(name: Names.object.name)
    let accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
    let table = try await stage.admin.json(path, accept: accept)
    let wanted = ["Name"] + columnNames(try definition(stage))
    let names = (table["columnDefinitions"]?.array ?? []).compactMap { $0["name"]?.string }
    let request = "GET \(path) with Accept: \(accept)"
    try expect(names == wanted, "columns \(wanted)", observed: "\(names)", request)
    let cells = table["rows"]?.array?.first?["cells"]?.array ?? []
    let row = Dictionary(zip(names, cells)) { first, _ in first }
    let values: [String: JSONValue] = [
      "Name": .string(Names.object.name), "Mode": "AgentsOnly", "Ready": "True",
      "Agents": object[path: "status", "agents", "summary"] ?? .null,
      "Reason": Conditions.find("Ready", object)?["reason"] ?? .null,
      "Message": Conditions.find("Ready", object)?["message"] ?? .null,
    ]
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      try expect(
        row[name] == value, "\(name) to be \(JSONWriter.text(value))",
        observed: row[name].map { JSONWriter.text($0) } ?? "no cell", request)
    }
  }

  static let explain = Check("display", "kubectl explain knows every field as the definition describes it") { stage in
    let group = ResourceType.observabilities.apiVersion
    let short =
      Discovery.types(in: try await stage.admin.json("/apis/\(group)"))
      .first { $0.type == .observabilities }?.shortNames ?? []
    try expect(short.contains("obs"), "the short name obs", observed: "\(short)", "GET /apis/\(group)")
    let path = "/openapi/v3/apis/\(group)"
    guard let wanted = try definition(stage)[path: "schema", "openAPIV3Schema"] else {
      throw Refusal("config/crd has no schema")
    }
    let count = Descriptions.all(in: wanted).count
    try expect(count > 100, "a definition with more than 100 described fields", observed: "\(count)", "config/crd")
    // The document follows the definition a moment later.
    let _: Bool = try await awaiting("\(count) fields with their descriptions", "GET \(path)", within: stage.patience) {
      let problems = Descriptions.problems(of: try await stage.admin.json(path), wanted: wanted)
      return problems.isEmpty ? .met(true) : .not("\(problems.count) differ: \(problems.prefix(5))")
    }
  }

  private static func columnNames(_ version: JSONValue) -> [String] {
    (version["additionalPrinterColumns"]?.array ?? []).compactMap { $0["name"]?.string }
  }

  /// The version of the definition in `config/crd`.
  static func definition(_ stage: Stage) throws -> JSONValue {
    let path = "\(stage.settings.root)/config/crd/observability.cozystack.io_observabilities.yaml"
    guard let version = try YAMLDecoder.document(try TextFile.read(path))[path: "spec", "versions"]?.array?.first else {
      throw Refusal("\(path): no version")
    }
    return version
  }
}

/// The descriptions of a schema's fields, by the path of the field. Pure.
enum Descriptions {
  static func all(in schema: JSONValue, at path: String = "") -> [String: String] {
    var found: [String: String] = [:]
    if let text = schema["description"]?.string { found[path] = text }
    for (name, member) in schema["properties"]?.object ?? [:] where !(path.isEmpty && name == "metadata") {
      found.merge(all(in: member, at: "\(path).\(name)")) { first, _ in first }
    }
    if let items = schema["items"] { found.merge(all(in: items, at: "\(path)[]")) { first, _ in first } }
    if let values = schema["additionalProperties"] {
      found.merge(all(in: values, at: "\(path)[*]")) { first, _ in first }
    }
    return found
  }

  /// The fields that an OpenAPI document describes otherwise than the schema of the definition, apart from those that
  /// every object has.
  static func problems(of document: JSONValue, wanted: JSONValue) -> [String] {
    let schema = (document[path: "components", "schemas"]?.object ?? [:]).map(\.value).first { schema in
      (schema["x-kubernetes-group-version-kind"]?.array ?? []).contains { $0["kind"] == "Observability" }
    }
    guard let schema else { return ["there is no schema of Observability"] }
    let found = all(in: schema)
    let own = all(in: wanted).filter { ![".apiVersion", ".kind"].contains($0.key) }
    return own.filter { found[$0.key] != $0.value }.keys.sorted()
  }
}
