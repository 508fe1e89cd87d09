// SPDX-License-Identifier: Apache-2.0

import JSON

/// One query of a panel.
public struct PanelTarget: Hashable, Sendable {
  /// PromQL, with Grafana's variables in it.
  public var expression: String
  /// The name of a series, with `{{label}}` for a label's value; empty in tables, whose columns are the labels.
  public var legend: String
  /// Whether only the newest value is queried.
  public var isInstant: Bool
  /// The letter or name of the query; nil for the next letter.
  public var refID: String?
  /// What the observed nodes must report for the query to have an answer.
  public var needs: Set<Signal>

  /// A query over the time range of the dashboard.
  public static func range(_ expression: String, _ legend: String, needs: Set<Signal> = []) -> PanelTarget {
    PanelTarget(expression: expression, legend: legend, isInstant: false, refID: nil, needs: needs)
  }

  /// A query for the newest value.
  public static func instant(
    _ expression: String, _ legend: String = "", refID: String? = nil, needs: Set<Signal> = []
  ) -> PanelTarget {
    PanelTarget(expression: expression, legend: legend, isInstant: true, refID: refID, needs: needs)
  }

  /// The labels that the legend names.
  public var legendLabels: [String] {
    legend.matches(of: /\{\{\s*(\w+)\s*\}\}/).map { String($0.1) }
  }

  func json(refID: String, isTable: Bool) -> JSONValue {
    [
      "datasource": DatasourceVariable.reference, "editorMode": "code", "expr": .string(expression),
      "format": .string(isTable ? "table" : "time_series"), "instant": .bool(isInstant),
      "legendFormat": .string(legend.isEmpty ? "__auto" : legend), "range": .bool(!isInstant),
      "refId": .string(refID),
    ]
  }
}

/// The one data source of every dashboard: a variable, as Cozystack's own dashboards name it.
public enum DatasourceVariable {
  /// The variable's name.
  public static let name = "ds_prometheus"
  /// How panels and queries refer to it.
  public static let reference: JSONValue = ["type": "prometheus", "uid": "$ds_prometheus"]
}
