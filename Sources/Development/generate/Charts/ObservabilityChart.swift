// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI
import ObservabilityController
import YAML

/// The chart of the object: its values are the object's spec, so their schema is that of the CustomResourceDefinition.
struct ObservabilityChart {
  static let name = "observability"

  private let namespace: JSONValue

  /// - Parameter root: the top of the repository, of which `config/default` is read.
  init(root: String) throws {
    let namespaces = try YAMLDecoder.documents(GeneratedFile.read("\(root)/config/default/namespaces.yaml") ?? "")
    guard let found = namespaces.first(where: { $0["metadata"]?["name"]?.string == RoleManifests.childrenNamespace })
    else { throw GenerationError("config/default/namespaces.yaml has no \(RoleManifests.childrenNamespace)") }
    namespace = found
  }

  func files() throws -> [GeneratedFile] {
    let spec = Self.spec
    for value in Self.own where spec["properties"]?[value.path] != nil {
      throw GenerationError("\(value.path) is a field of spec and a value of the chart")
    }
    let initial = JSONObject(
      ["mode", "namespace"].compactMap { name in
        spec["properties"]?[name]?["default"].map { (name, $0) }
      })
    var schema = ChartValue.schema(Self.own, title: "Values of \(Self.name)")
    var properties = schema["properties"]?.object ?? [:]
    for (name, member) in Self.converted(spec)["properties"]?.object ?? [:] { properties[name] = member }
    schema["properties"] = .object(properties)
    return [
      ChartMetadata.file(Self.name, "An Observability, and the namespace of its agents."),
      GeneratedFile(
        path: "\(ChartMetadata.folder)/\(Self.name)/files/namespace.yaml",
        text: GeneratedFile.header + YAMLEncoder.text(namespace, order: .kubernetes)),
    ]
      + ChartMetadata.files(
        Self.name,
        values: ChartValue.file(Self.own) + "# The spec of the object, field by field; the README has all of them.\n"
          + YAMLEncoder.text(.object(initial), order: .kubernetes),
        schema: schema, introduction: Self.introduction,
        table: ChartValue.table(Self.own)
          + "\nAll other values are the spec of the object. What is not set is not sent, "
          + "so the API server's defaults hold.\n\n"
          + MarkdownTable(header: ["value", "default", "meaning"], rows: Self.rows(spec, "")).text)
  }

  private static let introduction = """
    The object, and the namespace of its agents with the Pod Security label that they need. The CustomResourceDefinition \
    must be installed, by the chart `observability-operator-crds`; the operator may come later.

    The chart creates the agents' namespace unless it is the release's own, which exists before the release does. It \
    stays when the release is uninstalled, since the operator's release has a RoleBinding in it.

    On Cozystack, `_namespace.monitoring` is the default of `metrics.victoriaMetrics.tenant.namespace` and \
    `dashboards.namespace`. The CustomResourceDefinition has rules beyond this schema; when one of them refuses the \
    object, Helm prints the API server's message.
    """

  private static let own = [
    ChartValue(
      "objectName", "platform",
      [
        "type": "string", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
        "maxLength": .integer(Int64(ObservabilitySchema.nameLimit)),
      ],
      "The name of the object. A new name is a new object: the agents of the old one are removed."),
    ChartValue(
      "createNamespace", true, ["type": "boolean"],
      "Whether the chart creates the agents' namespace, with its Pod Security label."),
  ]

  private static var spec: JSONValue {
    let versions = GeneratedFiles.crd()["spec"]?["versions"]?.array ?? []
    return versions.first?[path: "schema", "openAPIV3Schema", "properties", "spec"] ?? [:]
  }

  /// JSON Schema of what a structural schema accepts, as far as JSON Schema can say it; unknown fields are refused.
  private static func converted(_ schema: JSONValue) -> JSONObject {
    var result = JSONObject()
    let kept = [
      "description", "default", "enum", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems",
      "maxItems",
      "minProperties", "maxProperties", "required",
    ]
    for key in kept { if let value = schema[key] { result[key] = value } }
    if schema["x-kubernetes-int-or-string"] != nil {
      result["type"] = ["integer", "string"]
    } else if let type = schema["type"] {
      result["type"] = schema["nullable"]?.bool == true ? [type, "null"] : type
    }
    if schema["x-kubernetes-list-type"]?.string == "set" { result["uniqueItems"] = true }
    if let items = schema["items"] { result["items"] = .object(converted(items)) }
    if let members = schema["additionalProperties"], members.object != nil {
      result["additionalProperties"] = .object(converted(members))
    }
    if let properties = schema["properties"]?.object {
      result["properties"] = .object(JSONObject(properties.map { ($0.key, .object(converted($0.value))) }))
      result["additionalProperties"] = .bool(schema["x-kubernetes-preserve-unknown-fields"]?.bool ?? false)
    }
    return result
  }

  private static func rows(_ schema: JSONValue, _ prefix: String) -> [[String]] {
    (schema["properties"]?.object?.sortedByName() ?? []).flatMap { name, field in
      let path = prefix + name
      let initial = field["default"].map { "`\(JSONWriter.text($0))`" } ?? ""
      let row = [path.isEmpty ? "" : "`\(path)`", initial, field["description"]?.string ?? ""]
      guard field["properties"] != nil else { return [row] }
      return [["`\(path)`", "", field["description"]?.string ?? ""]] + rows(field, path + ".")
    }
  }
}
