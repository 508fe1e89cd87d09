// SPDX-License-Identifier: Apache-2.0

import DevCluster
import Glibc
import Harness
import JSON
import ObservabilityAPI
import Testing

/// What other releases left behind, and what their definitions may look like.
enum Releases {
  /// The state that the release before parts left behind; see `Fixtures/README.md`.
  ///
  /// - Parameter dashboards: whether the objects ask for dashboards and alerts, as they do by default.
  static func beforeParts(dashboards: Bool = false) throws -> RecordedState {
    let folder = "\(#filePath)".split(separator: "/").dropLast().joined(separator: "/")
    let file = try #require(fopen("/\(folder)/Fixtures/before-parts.jsonl", "r"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    let record = try RecordedState(text: String(decoding: bytes[..<count], as: UTF8.self))
    return dashboards ? record : RecordedState(objects: record.objects.map(withoutDashboards))
  }

  /// An object as if it had not asked for dashboards and alerts, which that release did not publish: what is compared is
  /// what both releases make.
  private static func withoutDashboards(_ object: JSONValue) -> JSONValue {
    guard object["kind"] == "Observability" else { return object }
    var object = object
    for field in ["dashboards", "alerts"] { object["spec"]?[field]?["enabled"] = false }
    let conditions = object[path: "status", "conditions"]?.array ?? []
    object["status"]?["conditions"] = .array(conditions.filter { $0["type"] != "DashboardsPublished" })
    return object
  }

  /// The image that the init containers of a record run: an operator of another image rolls the agents.
  static func operatorImage(_ record: RecordedState) throws -> String {
    let set = record.objects.first { $0["kind"] == "DaemonSet" }
    let containers = set?[path: "spec", "template", "spec", "initContainers"]?.array
    return try #require(containers?.first?["image"]?.string)
  }

  /// The definition of the release before parts: its inventory has no `part`.
  static func definitionBeforeParts() throws -> JSONValue {
    let name = JSONValue.string(CustomResourceDefinition.name)
    let recorded = try beforeParts().objects.first { $0[path: "metadata", "name"] == name }
    return try definition(with: #require(recorded?["spec"]))
  }

  /// The definition of this release without the parts in the inventory.
  static func definitionWithoutParts() throws -> JSONValue {
    try changed {
      $0["properties"]?["status"]?["properties"]?["inventory"]?["items"]?["properties"]?["part"] = nil
    }
  }

  /// The definition of this release without a field of `spec`.
  static func definition(without field: String) throws -> JSONValue {
    try changed {
      $0["properties"]?["spec"]?["properties"]?[field] = nil
      $0["properties"]?["spec"]?["default"]?[field] = nil
    }
  }

  /// The definition of this release with one more field of `spec`, with a default, and one of `status`.
  static func definition(with field: String) throws -> JSONValue {
    let level: JSONValue = [
      "type": "object", "default": [:], "properties": ["level": ["type": "integer", "default": 3]],
    ]
    return try changed {
      $0["properties"]?["spec"]?["properties"]?[field] = level
      $0["properties"]?["status"]?["properties"]?[field] = ["type": "string"]
    }
  }

  private static func definition(with spec: JSONValue) -> JSONValue {
    var definition = CustomResourceDefinition.manifest()
    definition["spec"] = spec
    return definition
  }

  private static func changed(_ change: (inout JSONValue) -> Void) throws -> JSONValue {
    var spec = try #require(CustomResourceDefinition.manifest()["spec"])
    var version = try #require(spec["versions"]?.array?.first)
    var schema = try #require(version[path: "schema", "openAPIV3Schema"])
    change(&schema)
    version["schema"] = ["openAPIV3Schema": schema]
    spec["versions"] = [version]
    return definition(with: spec)
  }
}
