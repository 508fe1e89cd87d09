// SPDX-License-Identifier: Apache-2.0

import JSON
import YAML

/// A value of a chart: what stands in `values.yaml`, in `values.schema.json` and in the table of its README.
struct ChartValue {
  /// The path in `values.yaml`, with dots.
  let path: String
  let initial: JSONValue
  /// JSON Schema, without `description` and `default`.
  let schema: JSONObject
  /// A sentence on one line.
  let meaning: String

  init(_ path: String, _ initial: JSONValue, _ schema: JSONObject, _ meaning: String) {
    self.path = path
    self.initial = initial
    self.schema = schema
    self.meaning = meaning
  }

  /// What every chart accepts beside its own values: Helm passes `global` on, and Cozystack's HelmReleases take
  /// `_cluster` and `_namespace` from the Secret `cozystack-values`.
  static let foreign: [(name: String, schema: JSONValue)] = [
    ("global", ["type": ["object", "null"], "description": "Accepted and not read."]),
    ("_cluster", ["type": ["object", "null"], "description": "What Cozystack says of the cluster."]),
    ("_namespace", ["type": ["object", "null"], "description": "What Cozystack says of the tenant's namespace."]),
  ]

  /// The text of `values.yaml`: each value below a comment, those of one parent together.
  static func file(_ values: [ChartValue]) -> String {
    var text = ""
    var open: [Substring] = []
    for value in values {
      let parts = value.path.split(separator: ".")
      let shared = zip(open, parts.dropLast()).prefix { $0 == $1 }.count
      for (depth, part) in parts.dropLast().enumerated().dropFirst(shared) {
        text += indented("\(part):\n", depth)
      }
      open = Array(parts.dropLast())
      let line = YAMLEncoder.text(.object([String(parts[parts.count - 1]): value.initial]), order: .kubernetes)
      text += indented("# \(value.meaning)\n\(line)", parts.count - 1)
    }
    return text
  }

  /// The schema of the values, in which every unknown one is refused.
  static func schema(_ values: [ChartValue], title: String) -> JSONObject {
    var schema = object(values.map { ($0.path.split(separator: ".").map(String.init)[...], $0) })
    var properties = schema["properties"]?.object ?? [:]
    for (name, member) in foreign { properties[name] = member }
    schema["properties"] = .object(properties)
    return JSONObject([("$schema", "http://json-schema.org/draft-07/schema#"), ("title", .string(title))] + schema)
  }

  /// The rows of the README.
  static func table(_ values: [ChartValue]) -> String {
    MarkdownTable(
      header: ["value", "default", "meaning"],
      rows: values.map { ["`\($0.path)`", "`\(JSONWriter.text($0.initial))`", $0.meaning] }
    ).text
  }

  private static func object(_ values: [(path: ArraySlice<String>, value: ChartValue)]) -> JSONObject {
    var properties = JSONObject()
    for (path, value) in values where properties[path[path.startIndex]] == nil {
      let name = path[path.startIndex]
      if path.count == 1 {
        properties[name] = .object(
          JSONObject(value.schema + [("description", .string(value.meaning)), ("default", value.initial)]))
      } else {
        properties[name] = .object(
          object(values.filter { $0.path.first == name }.map { ($0.path.dropFirst(), $0.value) }))
      }
    }
    return ["type": "object", "additionalProperties": false, "properties": .object(properties)]
  }

  private static func indented(_ text: String, _ depth: Int) -> String {
    text.split(separator: "\n").map { String(repeating: "  ", count: depth) + $0 + "\n" }.joined()
  }
}
