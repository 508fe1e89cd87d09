// SPDX-License-Identifier: Apache-2.0

import JSON

/// Objects as a `Table` of `meta.k8s.io/v1`, which is what kubectl prints.
struct Table {
  var type: ServedType
  var objects: Representation.TableObjects
  var now: Timestamp

  /// The table; a watch leaves the columns out after its first frame.
  func table(_ rows: [JSONValue], metadata: JSONValue, withColumns: Bool = true) -> JSONValue {
    var table: JSONValue = ["kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata]
    table["columnDefinitions"] = withColumns ? .array(columns.map(Self.definition)) : .null
    table["rows"] = .array(rows.map(row))
    return table
  }

  private var columns: [PrinterColumn] {
    let name = PrinterColumn(
      name: "Name", type: "string", format: "name", description: Self.nameDescription, path: Self.namePath)
    let age = PrinterColumn(
      name: "Age", type: "date",
      description: "CreationTimestamp is a timestamp representing the server time when this object was created.",
      path: Self.agePath)
    return [name] + (type.columns.isEmpty ? [age] : type.columns)
  }

  private func row(_ object: JSONValue) -> JSONValue {
    var row: JSONValue = ["cells": .array(columns.map { cell($0, object) })]
    switch objects {
    case .metadata: row["object"] = PartialMetadata.of(object)
    case .object: row["object"] = object
    case .none: row["object"] = .null
    }
    return row
  }

  private func cell(_ column: PrinterColumn, _ object: JSONValue) -> JSONValue {
    if let text = column.text { return .string(text(object)) }
    let values = column.path.values(in: object)
    if column.type == "date" {
      guard let text = values.first?.string, let then = Timestamp.seconds(text) else { return "<unknown>" }
      return .string(Age.text(seconds: max(0, now.microseconds / 1_000_000 - then)))
    }
    guard let first = values.first else {
      if column.isZeroWhenMissing { return 0 }
      // The printers of built-in kinds, which are written by hand, show a missing text as an empty one.
      return column.type == "string" && !type.isCustom ? "" : .null
    }
    if case .string = first, values.count > 1 { return .string(values.compactMap(\.string).joined(separator: ",")) }
    switch (column.type, first) {
    case ("string", .array), ("string", .object): return .string(JSONWriter.text(first))
    case ("string", .integer), ("string", .bool): return .string(JSONWriter.text(first))
    default: return first
    }
  }

  private static func definition(_ column: PrinterColumn) -> JSONValue {
    [
      "name": .string(column.name), "type": .string(column.type), "format": .string(column.format),
      "description": .string(column.description), "priority": .integer(column.priority),
    ]
  }

  private static let namePath = JSONPath(steps: [.member("metadata"), .member("name")])
  private static let agePath = JSONPath(steps: [.member("metadata"), .member("creationTimestamp")])
  private static let nameDescription =
    "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a "
    + "client to request the generation of an appropriate name automatically. Name is primarily intended for creation "
    + "idempotence and configuration definition. Cannot be updated. More info: "
    + "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names"
}

extension JSONPath {
  init(steps: [Step]) { self.steps = steps }
}

/// `PartialObjectMetadata` of `meta.k8s.io/v1`.
enum PartialMetadata {
  static func of(_ object: JSONValue) -> JSONValue {
    ["kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": object.meta]
  }
}

/// How long ago something was, as `k8s.io/apimachinery/pkg/util/duration.HumanDuration` writes it.
enum Age {
  static func text(seconds: Int64) -> String {
    let minutes = seconds / 60
    let hours = minutes / 60
    let days = hours / 24
    if seconds < 120 { return "\(seconds)s" }
    if minutes < 10 { return "\(minutes)m" + (seconds % 60 == 0 ? "" : "\(seconds % 60)s") }
    if minutes < 180 { return "\(minutes)m" }
    if hours < 8 { return "\(hours)h" + (minutes % 60 == 0 ? "" : "\(minutes % 60)m") }
    if hours < 48 { return "\(hours)h" }
    if hours < 192 { return hours % 24 == 0 ? "\(days)d" : "\(days)d\(hours % 24)h" }
    return days < 730 ? "\(days)d" : "\(days / 365)y"
  }
}
