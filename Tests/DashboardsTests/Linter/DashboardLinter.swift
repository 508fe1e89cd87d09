// SPDX-License-Identifier: Apache-2.0

import JSON

/// The rules of Grafana's dashboard-linter that apply to PromQL, and this project's own conventions, over the JSON of a
/// dashboard. PromQL itself is read by promtool and VictoriaMetrics in the tests beside it.
struct DashboardLinter {
  struct Finding: Hashable, CustomStringConvertible {
    let rule: String
    let place: String
    let text: String
    var description: String { "\(rule): \(place): \(text)" }
  }

  let dashboard: JSONValue
  private(set) var findings: [Finding] = []

  static func findings(_ dashboard: JSONValue) -> [Finding] {
    var linter = DashboardLinter(dashboard: dashboard)
    linter.checkDashboard()
    linter.checkVariables()
    linter.checkLayout()
    for panel in linter.panels where panel["type"]?.string != "row" {
      linter.checkPanel(panel)
      for target in panel["targets"]?.array ?? [] { linter.checkTarget(target, of: panel) }
    }
    return linter.findings
  }

  private init(dashboard: JSONValue) { self.dashboard = dashboard }

  mutating func report(_ rule: String, _ place: String, _ text: String) {
    findings.append(Finding(rule: rule, place: place, text: text))
  }

  /// All panels, those inside of folded rows too.
  var panels: [JSONValue] {
    (dashboard["panels"]?.array ?? []).flatMap { [$0] + ($0["panels"]?.array ?? []) }
  }
  var variables: [JSONValue] { dashboard[path: "templating", "list"]?.array ?? [] }

  static func title(_ panel: JSONValue) -> String {
    "panel \(panel["id"]?.integer.map(String.init) ?? "?") \(panel["title"]?.string ?? "")"
  }

  private mutating func checkDashboard() {
    if dashboard["editable"]?.bool != false { report("uneditable-dashboard", "dashboard", "editable must be false") }
    if dashboard["id"]?.isNull != true { report("id-null", "dashboard", "id must be null") }
    let uid = dashboard["uid"]?.string ?? ""
    if uid.wholeMatch(of: /[a-z][a-z-]{0,39}/) == nil { report("uid", "dashboard", "\(uid) is no stable uid") }
    if !(36...42 ~= dashboard["schemaVersion"]?.integer ?? 0) { report("schema", "dashboard", "schemaVersion") }
    for member in ["title", "description"] where (dashboard[member]?.string ?? "").isEmpty {
      report("dashboard-text", "dashboard", "\(member) is missing")
    }
    if dashboard["graphTooltip"]?.integer != 1 { report("tooltip", "dashboard", "the crosshair must be shared") }
    for link in dashboard["links"]?.array ?? [.null]
    where link["keepTime"]?.bool != true || link["includeVars"]?.bool != true {
      report("links", "dashboard", "links must keep time and variables")
    }
  }

  /// `template-*` of dashboard-linter.
  private mutating func checkVariables() {
    let names = variables.compactMap { $0["name"]?.string }
    let sources = variables.filter { $0["type"]?.string == "datasource" }
    if sources.count != 1 || sources.first?["query"]?.string != "prometheus" {
      report("template-datasource", "variables", "one data source variable of type prometheus")
    }
    if sources.first?["name"]?.string != "datasource" {
      report("template-datasource-name", "variables", "it is to be named datasource")
    }
    if !names.contains("job") { report("template-job", "variables", "there is no variable job") }
    if !names.contains("instance") { report("template-instance", "variables", "there is no variable instance") }
    for variable in variables where variable["type"]?.string == "query" {
      let name = variable["name"]?.string ?? ""
      if variable["refresh"]?.integer != 2 { report("template-on-time-change-reload", name, "refresh must be 2") }
      let query = variable[path: "query", "query"]?.string ?? ""
      if query.wholeMatch(of: /label_values\(.+, \w+\)/) == nil { report("template-label-promql", name, query) }
      if variable["datasource"] != Self.source { report("template-datasource-reference", name, "another data source") }
    }
    if Set(names).count != names.count { report("variables", "variables", "a name is there twice") }
    let text = JSONWriter.text(dashboard)
    let used = Set(text.matches(of: /\$(?!__)([a-z]\w*)/).map { String($0.1) })
    for stray in used.subtracting(names).sorted() { report("variables", stray, "is used and not declared") }
    for name in names where !used.contains(name) { report("variables", name, "is declared and not used") }
  }

  static let source: JSONValue = ["type": "prometheus", "uid": "$ds_prometheus"]

  private mutating func checkLayout() {
    let ids = panels.compactMap { $0["id"]?.integer }
    if ids.count != panels.count || Set(ids).count != ids.count { report("panel-ids", "panels", "ids must be unique") }
    if panels.count(where: { $0["type"]?.string != "row" }) > 25 { report("panel-count", "panels", "more than 25") }
    overlaps(dashboard["panels"]?.array ?? [])
    for row in dashboard["panels"]?.array ?? [] { overlaps(row["panels"]?.array ?? []) }
  }

  private mutating func overlaps(_ panels: [JSONValue]) {
    var cells: [SIMD2<Int64>: String] = [:]
    for panel in panels {
      let place = panel["gridPos"]
      guard let x = place?["x"]?.integer, let y = place?["y"]?.integer, let w = place?["w"]?.integer,
        let h = place?["h"]?.integer, x >= 0, y >= 0, w > 0, h > 0, x + w <= 24
      else {
        report("grid", Self.title(panel), "no place within 24 columns")
        continue
      }
      for column in x..<x + w {
        for line in y..<y + h {
          if let other = cells.updateValue(Self.title(panel), forKey: [column, line]), other != Self.title(panel) {
            return report("grid", Self.title(panel), "overlaps \(other)")
          }
        }
      }
    }
  }
}
