// SPDX-License-Identifier: Apache-2.0

import Dashboards
import JSON
import Testing

@Suite struct LinterTests {
  /// Rules that are broken on purpose.
  private static let exceptions: [(rule: String, dashboards: Set<String>?, reason: String)] = [
    (
      "template-datasource-name", nil,
      "Cozystack's dashboards name the variable ds_prometheus, and links between them carry it along"
    ),
    (
      "template-job", nil, "the label observability, which every series has, names the object; job is constant"
    ),
    ("template-instance", nil, "an agent's instance is a machine ID, which says nothing to people: nodes have names"),
    ("target-job", nil, "as template-job; the operator's series are told by controller, name or build information"),
    ("target-instance", nil, "as template-instance; panels sum over instances"),
    (
      "panel-count", [DashboardUID.application],
      "one application from requests to disks is one page; what stands below its instances is folded, and queries nothing"
    ),
  ]

  private static let selections: [Set<Signal>] =
    [[], Set(Signal.allCases)] + Signal.allCases.map { [$0] }
    + Signal.allCases.map { Set(Signal.allCases).subtracting([$0]) }

  @Test("Every dashboard keeps the rules, but for the exceptions with a reason", arguments: selections)
  func dashboards(signals: Set<Signal>) {
    for document in DashboardCatalog.documents(signals) {
      let findings = DashboardLinter.findings(document.json).filter { finding in
        !Self.exceptions.contains {
          $0.rule == finding.rule && ($0.dashboards?.contains(document.name) ?? true)
        }
      }
      #expect(findings.isEmpty, "\(document.name): \(findings)")
    }
  }

  @Test("Every exception is needed")
  func exceptionsAreNeeded() {
    let found = Set(
      DashboardCatalog.documents(Set(Signal.allCases)).flatMap { document in
        DashboardLinter.findings(document.json).map { "\(document.name) \($0.rule)" }
      })
    for exception in Self.exceptions {
      let names = exception.dashboards ?? Set(DashboardCatalog.documents(Set(Signal.allCases)).map(\.name))
      #expect(names.contains { found.contains("\($0) \(exception.rule)") }, "\(exception.rule) is never broken")
    }
  }

  /// What is done to a sound dashboard, and the rule that must notice.
  struct Fault: CustomTestStringConvertible, Sendable {
    let rule: String
    let path: [Step]
    let value: JSONValue?
    var testDescription: String { rule }

    enum Step: Sendable { case name(String), index(Int) }

    init(_ rule: String, _ path: String, _ value: JSONValue?) {
      self.rule = rule
      self.path = path.split(separator: ".").map { Int($0).map(Step.index) ?? .name(String($0)) }
      self.value = value
    }
  }

  private static let faults: [Fault] = [
    Fault("uneditable-dashboard", "editable", true), Fault("id-null", "id", 7), Fault("uid", "uid", "Über"),
    Fault("schema", "schemaVersion", 43), Fault("dashboard-text", "description", ""),
    Fault("tooltip", "graphTooltip", 0), Fault("links", "links.0.keepTime", false),
    Fault("template-datasource", "templating.list.0.query", "loki"),
    Fault("template-on-time-change-reload", "templating.list.1.refresh", 1),
    Fault("template-label-promql", "templating.list.1.query.query", "query_result(up)"),
    Fault("template-datasource-reference", "templating.list.1.datasource.uid", "abc"),
    Fault("variables", "templating.list.2.name", "klaster"), Fault("panel-ids", "panels.1.id", 1),
    Fault("grid", "panels.1.gridPos.x", 2), Fault("grid", "panels.5.gridPos.w", 5),
    Fault("panel-title-description", "panels.0.title", ""),
    Fault("panel-description-sentence", "panels.0.description", "no full stop"),
    Fault("panel-type", "panels.0.type", "grafana-worldmap-panel"),
    Fault("panel-datasource", "panels.0.datasource.uid", "vm-shortterm"),
    Fault("panel-units", "panels.0.fieldConfig.defaults.unit", nil),
    Fault("panel-no-value", "panels.0.fieldConfig.defaults.noValue", ""),
    Fault("panel-no-targets", "panels.0.targets", []),
    Fault("target-promql", "panels.0.targets.0.expr", ""),
    Fault("target-datasource", "panels.0.targets.0.datasource", nil),
    Fault("target-rate-interval", "panels.0.targets.0.expr", "sum(rate(container_restarts_total{a=\"b\"}[5m]))"),
    Fault("target-counter-agg", "panels.0.targets.0.expr", "sum(container_restarts_total{a=\"b\"})"),
    Fault("target-legend", "panels.0.targets.0.legendFormat", "__auto"),
  ]

  @Test("The linter notices each fault", arguments: faults)
  func notices(fault: Fault) throws {
    let sound = try #require(DashboardCatalog.documents(Set(Signal.allCases)).first)
    #expect(!DashboardLinter.findings(sound.json).contains { $0.rule == fault.rule })
    let broken = sound.json.changed(fault.path[...], to: fault.value)
    #expect(DashboardLinter.findings(broken).contains { $0.rule == fault.rule })
  }

  @Test("The linter notices a node graph whose fields are renamed, and joined frames")
  func noticesNodeGraph() throws {
    let map = try #require(DashboardCatalog.documents([.l7]).first { $0.name == DashboardUID.serviceMap }?.json)
    #expect(!DashboardLinter.findings(map).contains { $0.rule == "node-graph" })
    for fault in [
      Fault("node-graph", "panels.0.transformations.1.options.renameByName", ["Value": "mainstat"]),
      Fault("node-graph", "panels.0.transformations.0.options.timeSeries", true),
      Fault("node-graph", "panels.0.targets.0.refId", "A"), Fault("node-graph", "panels.0.targets.0.instant", false),
    ] {
      let broken = map.changed(fault.path[...], to: fault.value)
      #expect(DashboardLinter.findings(broken).contains { $0.rule == fault.rule }, "\(fault.path)")
    }
  }
}

extension JSONValue {
  /// The value with another one at a path.
  fileprivate func changed(_ path: ArraySlice<LinterTests.Fault.Step>, to value: JSONValue?) -> JSONValue {
    var copy = self
    switch path.first {
    case .name(let name):
      copy[name] = path.count == 1 ? value : self[name]?.changed(path.dropFirst(), to: value)
    case .index(let index):
      guard var elements = array, elements.indices.contains(index) else { return self }
      elements[index] = path.count == 1 ? value ?? .null : elements[index].changed(path.dropFirst(), to: value)
      copy = .array(elements)
    case nil: break
    }
    return copy
  }
}
