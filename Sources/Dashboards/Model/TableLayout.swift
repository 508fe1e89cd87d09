// SPDX-License-Identifier: Apache-2.0

import JSON

/// The columns of a table: labels first, then one column a query.
public struct TableLayout: Hashable, Sendable {
  /// The column of a query.
  public struct Column: Hashable, Sendable {
    /// The query's name.
    public var refID: String
    /// The heading.
    public var title: String
    /// What its numbers mean.
    public var unit: PanelUnit
    /// Where colours change.
    public var thresholds: Thresholds

    /// A column made of its parts.
    public init(_ refID: String, _ title: String, _ unit: PanelUnit, _ thresholds: Thresholds = .none) {
      self.refID = refID
      self.title = title
      self.unit = unit
      self.thresholds = thresholds
    }
  }

  /// The labels that stand as columns, in order; every query must give exactly these.
  public var labels: [String]
  /// The columns of numbers, in order.
  public var columns: [Column]
  /// The column that sorts, from the largest.
  public var sortedBy: String?
  /// Links by label.
  public var links: [String: DataLink]

  /// A layout made of its parts.
  public init(
    labels: [String], columns: [Column], sortedBy: String? = nil, links: [String: DataLink] = [:]
  ) {
    self.labels = labels
    self.columns = columns
    self.sortedBy = sortedBy
    self.links = links
  }

  /// Keeps the columns of queries that are there.
  func reduced(to refIDs: [String]) -> TableLayout {
    var layout = self
    layout.columns.removeAll { !refIDs.contains($0.refID) }
    if !layout.columns.contains(where: { $0.title == sortedBy }) { layout.sortedBy = layout.columns.first?.title }
    return layout
  }

  /// The column of a query's values: with one query in a table the data source names it `Value`, with several by query.
  private func field(_ column: Column) -> String { columns.count > 1 ? "Value #\(column.refID)" : "Value" }

  var transformations: JSONValue {
    let order = labels + columns.map(field)
    let organize: JSONObject = [
      "excludeByName": ["Time": true],
      "indexByName": .object(JSONObject(order.enumerated().map { ($1, .integer(Int64($0))) })),
      "renameByName": .object(JSONObject(columns.map { (field($0), .string($0.title)) })),
      // Nothing but what is named here: a label that a query gained would shift the columns.
      "includeByName": .object(JSONObject(order.map { ($0, .bool(true)) })),
    ]
    let merge: [JSONValue] = columns.count > 1 ? [["id": "merge", "options": [:]]] : []
    return .array(merge + [["id": "organize", "options": .object(organize)]])
  }

  var overrides: JSONValue {
    let numbers = columns.map { column -> JSONValue in
      var properties: [JSONValue] = [["id": "unit", "value": .string(column.unit.rawValue)]]
      if column.thresholds != .none {
        properties.append(["id": "thresholds", "value": column.thresholds.json])
        properties.append(["id": "custom.cellOptions", "value": ["type": "color-text"]])
      }
      return ["matcher": ["id": "byName", "options": .string(column.title)], "properties": .array(properties)]
    }
    let linked = links.sorted { $0.key < $1.key }.map { label, link -> JSONValue in
      [
        "matcher": ["id": "byName", "options": .string(label)],
        "properties": [["id": "links", "value": .array([link.json])]],
      ]
    }
    return .array(numbers + linked)
  }

  var options: JSONValue {
    let sort: [JSONValue] = sortedBy.map { [["displayName": .string($0), "desc": true]] } ?? []
    return [
      "cellHeight": "sm", "footer": ["countRows": false, "fields": "", "reducer": ["sum"], "show": false],
      "showHeader": true, "sortBy": .array(sort),
    ]
  }
}
