// SPDX-License-Identifier: Apache-2.0

import Dashboards
import JSON

extension DashboardLinter {
  private static let types: Set<String> = ["stat", "timeseries", "table", "nodeGraph", "text"]
  private static let units = Set(PanelUnit.allCases.map(\.rawValue))

  /// `panel-*` of dashboard-linter.
  mutating func checkPanel(_ panel: JSONValue) {
    let place = Self.title(panel)
    if (panel["title"]?.string ?? "").isEmpty || (panel["description"]?.string ?? "").isEmpty {
      report("panel-title-description", place, "title or description is missing")
    }
    if !(panel["description"]?.string?.hasSuffix(".") ?? false) {
      report("panel-description-sentence", place, "the description is no sentence")
    }
    guard let type = panel["type"]?.string, Self.types.contains(type) else {
      return report("panel-type", place, "no core panel")
    }
    guard type != "text" else { return }
    if panel["datasource"] != Self.source { report("panel-datasource", place, "must be the variable") }
    let defaults = panel[path: "fieldConfig", "defaults"]
    if !Self.units.contains(defaults?["unit"]?.string ?? "") { report("panel-units", place, "no unit") }
    if (defaults?["noValue"]?.string ?? "").isEmpty { report("panel-no-value", place, "no words for no data") }
    let targets = panel["targets"]?.array ?? []
    if targets.isEmpty { report("panel-no-targets", place, "no query") }
    let refIDs = targets.compactMap { $0["refId"]?.string }
    if Set(refIDs).count != targets.count { report("target-ref-ids", place, "names of queries must be unique") }
    if type == "timeseries", panel[path: "options", "tooltip", "mode"]?.string != "multi" {
      report("panel-tooltip", place, "the tooltip must show all series")
    }
    if type == "nodeGraph" { checkNodeGraph(panel, refIDs) }
  }

  private mutating func checkNodeGraph(_ panel: JSONValue, _ refIDs: [String]) {
    let place = Self.title(panel)
    if Set(refIDs) != ["nodes", "edges"] { report("node-graph", place, "queries must be nodes and edges") }
    for target in panel["targets"]?.array ?? []
    where target["format"]?.string != "table" || target["instant"]?.bool != true {
      report("node-graph", place, "queries must be instant tables")
    }
    let transformations = panel["transformations"]?.array ?? []
    let renames = transformations.contains { $0[path: "options", "renameByName"]?.object?.isEmpty == false }
    if renames { report("node-graph", place, "renaming changes the display name only") }
    let computed = transformations.first { $0["id"]?.string == "calculateField" }?["options"]
    if computed?["alias"]?.string != "mainstat" || computed?["timeSeries"]?.bool != false {
      report("node-graph", place, "mainstat must be computed for each frame by itself")
    }
  }

  /// `target-*` of dashboard-linter.
  mutating func checkTarget(_ target: JSONValue, of panel: JSONValue) {
    let place = "\(Self.title(panel)) \(target["refId"]?.string ?? "?")"
    guard let expression = target["expr"]?.string, !expression.isEmpty else {
      return report("target-promql", place, "no query")
    }
    if target["datasource"] != Self.source { report("target-datasource", place, "must be the variable") }
    let bare = expression.replacing(/"(?:[^"\\]|\\.)*"/, with: "\"\"")
    for window in bare.matches(of: /\[([^\]]*)\]/) where window.1 != "$__rate_interval" {
      report("target-rate-interval", place, "[\(window.1)] is no $__rate_interval")
    }
    // A recorded rate ends in its window, so what ends in _total or in a histogram's parts is a counter.
    for counter in expression.matches(of: /\b\w+_(?:total|bucket|count|sum)\s*\{/) {
      let before = expression[..<counter.range.lowerBound]
      if before.wholeMatch(of: /(?s).*\b(?:rate|irate|increase)\(\s*/) == nil {
        report("target-counter-agg", place, "\(counter.0)… is a counter without rate or increase")
      }
    }
    let rate = expression.contains("rate(")
    if rate, !expression.contains("job=") { report("target-job", place, "no matcher on job") }
    if rate, !expression.contains("instance=") { report("target-instance", place, "no matcher on instance") }
    let isTable = target["format"]?.string == "table"
    if !isTable, (target["legendFormat"]?.string ?? "__auto") == "__auto" {
      report("target-legend", place, "no legend")
    }
  }
}
