// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A dashboard of Grafana 11.6.
public struct Dashboard: Hashable, Sendable {
  /// The stable identifier, which links and bookmarks hold.
  public var uid: String
  /// The title.
  public var title: String
  /// What it answers.
  public var description: String
  /// The choices at the top.
  public var variables: [DashboardVariable]
  /// The panels.
  public var rows: [DashboardRow]
  /// Marks in time.
  public var annotations: [DashboardAnnotation]

  /// The newest schema that Grafana 11.6 reads without loss.
  public static let schemaVersion: Int64 = 41
  /// The tag that dashboards link to each other by.
  public static let tag = "observability"
  /// The folder that they are published in.
  public static let folder = "Observability"

  /// All panels, whatever row they stand in.
  public var panels: [Panel] { rows.flatMap(\.panels) }

  /// The dashboard with the panels that the signals fill; nil if none with a query is left.
  func reduced(to signals: Set<Signal>) -> Dashboard? {
    var dashboard = self
    dashboard.rows = rows.compactMap { $0.reduced(to: signals) }
    return dashboard.panels.contains { !$0.targets.isEmpty } ? dashboard : nil
  }

  /// The dashboard as Grafana reads it. The same dashboard gives the same bytes.
  public var json: JSONValue {
    let links: JSONValue = [
      [
        "asDropdown": true, "icon": "external link", "includeVars": true, "keepTime": true, "tags": [.string(Self.tag)],
        "targetBlank": false, "title": "Observability", "tooltip": "", "type": "dashboards", "url": "",
      ]
    ]
    return [
      "annotations": ["list": .array(annotations.map(\.json))],
      "description": .string(description), "editable": false, "fiscalYearStartMonth": 0, "graphTooltip": 1,
      "id": .null, "links": links, "panels": GridLayout.json(rows), "preload": false, "refresh": "1m",
      "schemaVersion": .integer(Self.schemaVersion), "tags": [.string(Self.tag)],
      "templating": ["list": .array(variables.map(\.json))], "time": ["from": "now-1h", "to": "now"],
      "timepicker": [:], "timezone": "browser", "title": .string(title), "uid": .string(uid),
      // Grafana counts versions itself; the operator of Grafana compares content.
      "version": 1, "weekStart": "",
    ]
  }
}

/// Marks in time that a query gives.
public struct DashboardAnnotation: Hashable, Sendable {
  /// The name by which they are switched on and off.
  public var name: String
  /// PromQL; each sample above zero is a mark.
  public var expression: String
  /// The text of a mark, with `{{label}}`.
  public var title: String
  /// The colour's name.
  public var color: String

  var json: JSONValue {
    [
      "datasource": DatasourceVariable.reference, "enable": true, "expr": .string(expression), "hide": false,
      "iconColor": .string(color), "name": .string(name), "step": "60s", "titleFormat": .string(title),
      "useValueForTime": false,
    ]
  }
}
