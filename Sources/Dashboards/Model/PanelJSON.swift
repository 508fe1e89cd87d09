// SPDX-License-Identifier: Apache-2.0

import JSON

extension Panel {
  /// The panel as Grafana reads it.
  func json(id: Int64, at place: GridPlace) -> JSONValue {
    var json: JSONObject = [
      "id": .integer(id), "title": .string(title), "description": .string(description), "gridPos": place.json,
      "type": .string(type),
    ]
    if case .text(let markdown) = kind {
      json["options"] = ["mode": "markdown", "content": .string(markdown)]
      json["fieldConfig"] = ["defaults": [:], "overrides": []]
      return .object(json)
    }
    json["datasource"] = DatasourceVariable.reference
    json["targets"] = .array(namedTargets.map { $0.target.json(refID: $0.refID, isTable: isTable) })
    json["fieldConfig"] = ["defaults": .object(defaults), "overrides": layout?.overrides ?? []]
    json["options"] = options
    if let transformations { json["transformations"] = transformations }
    return .object(json)
  }

  /// The layout of a table, with the columns of the queries that are left.
  private var layout: TableLayout? {
    guard case .table(let layout) = kind else { return nil }
    return layout.reduced(to: namedTargets.map(\.refID))
  }

  private var isTable: Bool {
    switch kind {
    case .table, .nodeGraph: true
    case .stat, .timeseries, .text: false
    }
  }

  private var type: String {
    switch kind {
    case .stat: "stat"
    case .timeseries: "timeseries"
    case .table: "table"
    case .nodeGraph: "nodeGraph"
    case .text: "text"
    }
  }

  private var defaults: JSONObject {
    var defaults: JSONObject = [
      "color": ["mode": .string(thresholds == .none ? "palette-classic" : "thresholds")],
      "links": .array(links.map(\.json)), "mappings": [], "noValue": .string(noValue),
      "thresholds": thresholds.json, "unit": .string(unit.rawValue),
    ]
    switch kind {
    case .timeseries(let isStacked):
      defaults["min"] = 0
      defaults["custom"] = [
        "drawStyle": "line", "fillOpacity": .integer(isStacked ? 30 : 10), "lineWidth": 1, "pointSize": 4,
        "showPoints": "auto", "spanNulls": false,
        "stacking": ["group": "A", "mode": .string(isStacked ? "normal" : "none")],
      ]
    case .table: defaults["custom"] = ["align": "auto", "filterable": true]
    case .stat, .nodeGraph, .text: break
    }
    return defaults
  }

  private var options: JSONValue {
    switch kind {
    case .stat:
      [
        "colorMode": .string(thresholds == .none ? "none" : "value"), "graphMode": "none", "justifyMode": "auto",
        "orientation": "auto", "reduceOptions": ["calcs": ["lastNotNull"], "fields": "", "values": false],
        "textMode": "value",
      ]
    case .timeseries:
      [
        "legend": [
          "calcs": ["lastNotNull", "max"], "displayMode": "table", "placement": "bottom", "showLegend": true,
        ],
        "tooltip": ["mode": "multi", "sort": "desc"],
      ]
    case .table: layout?.options ?? [:]
    case .nodeGraph: ["zoomMode": "cooperative", "edges": ["mainStatUnit": .string(unit.rawValue)], "nodes": [:]]
    case .text: [:]
    }
  }

  private var transformations: JSONValue? {
    switch kind {
    case .table: layout?.transformations
    case .nodeGraph: Self.nodeGraphTransformations
    case .stat, .timeseries, .text: nil
    }
  }

  /// The node graph looks for fields by their real names, which `organize` does not change: `calculateField` makes a
  /// new one. `timeSeries: false` keeps it from joining the two frames.
  private static let nodeGraphTransformations: JSONValue = [
    [
      "id": "calculateField",
      "options": [
        "alias": "mainstat", "mode": "reduceRow", "reduce": ["reducer": "lastNotNull"], "replaceFields": false,
        "timeSeries": false,
      ],
    ],
    [
      "id": "organize",
      "options": [
        "excludeByName": ["Time": true, "Value": true, "Value #nodes": true, "Value #edges": true],
        "indexByName": [:], "renameByName": [:],
      ],
    ],
  ]
}
