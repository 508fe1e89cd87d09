// SPDX-License-Identifier: Apache-2.0

import Dashboards
import JSON
import LocalServers
import Testing

/// The programs of the system that read rules; nil if they are not installed.
enum Tools {
  private static let root = "/" + "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
  /// Where `.ci/install-promtool.sh` puts it.
  static let promtool = LocalProgram("promtool", orAt: root + "/.build/promtool/usr/bin/promtool")
  static let vmalert = LocalProgram("vmalert")

  /// Groups as a rule file: JSON is YAML too.
  static func ruleFile(_ groups: [RuleGroup]) -> [UInt8] {
    JSONWriter.bytes(["groups": .array(groups.map(\.json))])
  }

  static func text(of path: String) throws -> String { try LocalFolder.text(of: "\(root)/\(path)") }
}

@Suite struct RuleSyntaxTests {
  private static let everything = Set(Signal.allCases)

  private static let inputs = AlertInputs(
    object: "platform", namespace: "cozy-coroot", signals: everything, spoolBytes: 500 << 20, watchesApplications: true)

  @Test(
    "promtool takes every rule, and every query of a panel as PromQL",
    .enabled(if: Tools.promtool != nil, "promtool is not installed (.ci/install-promtool.sh)"))
  func promtool() async throws {
    let promtool = try #require(Tools.promtool)
    let queries = DashboardCatalog.dashboards(Self.everything).flatMap(\.panels).flatMap(\.targets).enumerated().map {
      Rule.record("panel:query:number\($0.offset)", Scenario.filled($0.element.expression))
    }
    let groups =
      RecordingCatalog(object: "platform", signals: Self.everything).groups + AlertCatalog.groups(Self.inputs)
      + AlertCatalog.operatorGroups() + [RuleGroup(name: "panels", interval: "1m", rules: queries)]
    let folder = try LocalFolder()
    defer { folder.remove() }
    let file = try folder.write("rules.yaml", Tools.ruleFile(groups))
    let (code, output) = try await promtool.run(["check", "rules", file], in: folder)
    #expect(code == 0 && output.contains("SUCCESS"), "\(output)")
    #expect(queries.count > 150)
    let broken = [RuleGroup(name: "broken", interval: "1m", rules: [.record("a:b:c", "sum by (")])]
    let wrong = try folder.write("broken.yaml", Tools.ruleFile(broken))
    #expect(try await promtool.run(["check", "rules", wrong], in: folder).code != 0)
  }

  @Test("Names that need escaping stay inside their literal")
  func escaping() {
    let odd = #"a"b\c"# + "\n"
    let groups = RecordingCatalog(object: odd, signals: [.l7]).groups
    let expressions = groups.flatMap(\.rules).map(\.expression)
    #expect(expressions.allSatisfy { $0.contains(#"observability="a\"b\\c\n""#) || !$0.contains("observability=") })
    let memory = AlertCatalog.groups(AlertInputs(object: "a.b", namespace: "n", signals: [], spoolBytes: nil))
      .flatMap(\.rules).first { $0.expression.contains("working_set") }
    #expect(memory?.expression.contains(#"pod=~"a\\.b-node-agent-[a-z0-9]+""#) == true)
  }

  @Test("Every rule reads series of its object only, and none fires because something is missing")
  func scope() {
    for rule
      in (RecordingCatalog(object: "platform", signals: Self.everything).groups
      + AlertCatalog.groups(Self.inputs)).flatMap(\.rules)
    {
      #expect(!rule.expression.contains("absent"), "\(rule.expression)")
      let selectors = rule.expression.matches(of: /\{[^}]*[=~][^}]*\}/).map { String($0.0) }
      #expect(!selectors.isEmpty)
      for selector in selectors {
        let own = ["observability=\"platform\"", "object=\"platform\"", "pod=~\"platform-node-agent-[a-z0-9]+\""]
        #expect(own.contains { selector.contains($0) }, "\(selector) of \(rule.expression)")
      }
    }
  }

  @Test("Names, severities, texts and runbook sections of alerts follow the conventions")
  func conventions() throws {
    let runbook = try Tools.text(of: "Sources/ObservabilityController/Documentation.docc/Runbook.md")
    let anchors = Set(
      runbook.matches(of: /(?m)^#+ (\w+)$/).map { $0.1.lowercased() })
    let groups = AlertCatalog.groups(Self.inputs) + AlertCatalog.operatorGroups()
    var names: Set<String> = []
    for rule in groups.flatMap(\.rules) {
      guard case .alert(let alert) = rule.outcome else { continue }
      #expect(names.insert(alert.name).inserted, "\(alert.name) is there twice")
      #expect(alert.name.wholeMatch(of: /Observability([A-Z]+[a-z]+)+/) != nil, "\(alert.name)")
      #expect(alert.summary.hasSuffix(".") && alert.description.hasSuffix("."), "\(alert.name)")
      let json = rule.json
      let url = try #require(json[path: "annotations", "runbook_url"]?.string)
      #expect(anchors.contains(String(url.split(separator: "#")[1])), "\(url): the runbook has no such section")
      #expect(["critical", "warning", "informational"].contains(json[path: "labels", "severity"]?.string))
      #expect(json[path: "labels", "service"]?.string == "observability")
      #expect(json[path: "labels", "exported_instance"]?.string != nil)
    }
    #expect(names.sorted() == AlertCatalog.names.sorted())
    let unasked = AlertCatalog.groups(
      AlertInputs(object: "platform", namespace: "cozy-coroot", signals: Self.everything, spoolBytes: 1))
    #expect(!unasked.flatMap(\.rules).contains { "\($0.outcome)".contains("ObservabilityApplication") })
  }
}
