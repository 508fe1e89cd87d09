// SPDX-License-Identifier: Apache-2.0

import Dashboards
import JSON
import KubernetesCore
import Testing

@testable import ObservabilityAPI
@testable import Rendering

@Suite struct DashboardChildrenTests {
  @Test("Dashboards are published in the Grafana's namespace only, under a stable uid", arguments: DashboardFixture.all)
  func dashboards(_ fixture: DashboardFixture) throws {
    for child in try fixture.children() where child.kind == "GrafanaDashboard" {
      let spec = try #require(child.manifest["spec"]?.object)
      #expect(child.namespace == fixture.base.object.spec.dashboards.namespace)
      #expect(spec["allowCrossNamespaceImport"] == nil)
      #expect(spec["instanceSelector"] == ["matchLabels": ["dashboards": "grafana"]])
      #expect(spec["resyncPeriod"] == "5m")
      #expect(spec["folder"] == "Observability")
      let uid = try #require(try DashboardFixture.json(of: child)["uid"]?.string)
      #expect("platform" + DashboardShape.suffix(ofUID: uid) == child.name)
      #expect(DashboardShape.uid(ofSuffix: DashboardShape.suffix(ofUID: uid)) == uid)
    }
  }

  @Test("The same object gives the same bytes", arguments: DashboardFixture.all)
  func determinism(_ fixture: DashboardFixture) throws {
    #expect(try fixture.children() == fixture.children())
  }

  @Test("Every child is below 256 KiB, the size of what kubectl can apply", arguments: DashboardFixture.all)
  func sizes(_ fixture: DashboardFixture) throws {
    for child in try fixture.children() {
      let size = JSONWriter.bytes(.object(child.manifest.content)).count
      #expect(size < 256 << 10, "\(child.kind) \(child.name) has \(size) bytes")
    }
  }

  @Test(
    "Which rules are published follows from the object",
    arguments: [
      (true, true, true, ["platform-recording", "platform-alerts", "platform-operator-rules"]),
      (true, true, false, ["platform-recording", "platform-alerts"]), (true, false, true, ["platform-recording"]),
      (false, true, false, ["platform-recording", "platform-alerts"]), (false, false, true, []),
    ])
  func rules(_ dashboards: Bool, _ alerts: Bool, _ operatorAlerts: Bool, _ names: [String]) {
    let fixture = Fixture("x") { ($0.dashboards.enabled, $0.alerts.enabled) = (dashboards, alerts) }
    let children = DashboardRenderer.children(
      of: fixture.object, facts: fixture.facts,
      inputs: DashboardInputs(dashboards: [], publishesOperatorAlerts: operatorAlerts))
    #expect(children.map(\.name) == names)
    let suffixes = DashboardShape.ruleSuffixes(fixture.object.spec, operatorAlerts: operatorAlerts)
    #expect(suffixes.map { "platform" + $0 } == names)
    #expect(children.allSatisfy { $0.namespace == fixture.object.spec.namespace && $0.kind == "VMRule" })
  }

  @Test("Rules about applications come on request, and the limit of series stands in its alert")
  func alertFields() throws {
    func alerts(_ change: (inout ObservabilitySpec) -> Void) throws -> String {
      let child = try DashboardFixture("x", change).children().first { $0.name == "platform-alerts" }
      return JSONWriter.text(try #require(child?.manifest["spec"]))
    }
    #expect(try !alerts { _ in }.contains("ObservabilityApplicationErrors"))
    #expect(try alerts { $0.alerts.applications = true }.contains("ObservabilityApplicationErrors"))
    #expect(try alerts { $0.alerts.seriesLimit = 123_456 }.contains("123456"))
    #expect(try !alerts { $0.alerts.seriesLimit = 123_456 }.contains("1000000"))
  }

  @Test("The space of a series in the spool is the one that was measured")
  func spool() { #expect(AlertInputs.spoolBytesPerSeries == SpoolEstimate.bytesPerSeries) }

  @Test("Every dashboard has a suffix of its own, and none ends as another of its kind does")
  func suffixes() {
    let rules = [DashboardShape.recordingSuffix, DashboardShape.alertsSuffix, DashboardShape.operatorSuffix]
    #expect(DashboardShape.suffixes.count == 9)
    for suffixes in [DashboardShape.suffixes, rules] {
      for suffix in suffixes { #expect(suffixes.count { $0.hasSuffix(suffix) } == 1, "\(suffix)") }
    }
  }

  @Test("A name with what regular expressions and PromQL take for a sign is only matched as it stands")
  func names() throws {
    var fixture = DashboardFixture("x")
    fixture.base.object.name = "a.b-c"
    let recording = try #require(try fixture.children().first { $0.name == "a.b-c-recording" })
    let text = JSONWriter.text(try #require(recording.manifest["spec"]))
    #expect(text.contains(#"observability=\"a.b-c\""#))
    #expect(!text.contains("observability=~"))
    // The JSON text of a rule escapes the quotes of PromQL once more.
    let matchers = text.split(separator: "observability=").dropFirst()
    #expect(matchers.allSatisfy { $0.hasPrefix(#"\"a.b-c\""#) })
  }
}
