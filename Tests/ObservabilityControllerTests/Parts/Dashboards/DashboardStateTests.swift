// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesCore
import ObservabilityAPI
import Rendering
import Testing

@testable import ObservabilityController

/// What Grafana and vmalert say of what was published.
@Suite struct DashboardStateTests {
  static let wanted = [
    "tenant-root/platform-overview/observability-overview", "tenant-root/platform-nodes/observability-nodes",
  ]

  static func grafana(
    _ dashboards: [String] = wanted, name: String = "grafana", stage: (String, String) = ("complete", "success"),
    labels: JSONObject = ["dashboards": "grafana"]
  ) -> KubernetesObject {
    var object = KubernetesObject(type: .grafanas, namespace: "tenant-root", name: name)
    object["metadata"]?["labels"] = .object(labels)
    object["status"] = [
      "stage": .string(stage.0), "stageStatus": .string(stage.1),
      "dashboards": .array(dashboards.map(JSONValue.string)),
    ]
    return object
  }

  static func state(_ grafanas: [KubernetesObject], remark: String? = nil) -> PartState? {
    GrafanaInstances(grafanas).state(wanted, in: "tenant-root", remark: remark)
  }

  static func rule(_ conditions: [JSONObject], generation: Int64 = 2) -> KubernetesObject {
    var object = KubernetesObject(type: .rules, namespace: "cozy-coroot", name: "platform-recording")
    object["metadata"]?["generation"] = .integer(generation)
    object["status"] = ["conditions": .array(conditions.map(JSONValue.object))]
    return object
  }

  static func condition(
    _ vmalert: String, _ status: String, generation: Int64? = 2, message: String? = nil
  ) -> JSONObject {
    var condition: JSONObject = [
      "type": .string("\(vmalert).vmalert.victoriametrics.com/Applied"), "status": .string(status),
      "reason": "ConfigParsedAndApplied",
    ]
    condition["observedGeneration"] = generation.map(JSONValue.integer)
    condition["message"] = message.map(JSONValue.string)
    return condition
  }

  @Test("A Grafana that lists every dashboard has taken them")
  func taken() {
    #expect(Self.state([Self.grafana()]) == nil)
    #expect(Self.state([Self.grafana(Self.wanted + ["tenant-root/other/uid"])]) == nil)
    let other = Self.grafana([], name: "other", stage: ("", ""), labels: [:])
    #expect(Self.state([Self.grafana(), other]) == nil)
  }

  @Test("Without a Grafana that dashboards select, the message names the label and the switch")
  func missing() throws {
    for grafanas in [[], [Self.grafana(labels: [:])], [Self.grafana(labels: ["dashboards": "other"])]] {
      let finding = try #require(Self.state(grafanas)?.badFinding)
      #expect(finding.reason == .grafanaMissing)
      #expect(finding.message.contains("dashboards: grafana") && finding.message.contains("spec.dashboards.enabled"))
    }
    #expect(
      Self.state([Self.grafana(labels: [:])])?.finding.message.contains("Grafana grafana has not that label") == true)
  }

  @Test(
    "A Grafana that is not complete is waited for",
    arguments: [("", ""), ("deployment", "success"), ("complete", "failed"), ("complete", "in progress")])
  func notReady(_ stage: String, _ status: String) {
    let state = Self.state([Self.grafana(stage: (stage, status))])
    #expect(state?.finding.reason == .grafanaNotReady)
    #expect(state?.badFinding == nil && state?.isGood == false)
  }

  @Test("What a Grafana lacks is counted and named, with what the Grafana operator says")
  func lacking() throws {
    let foreign = "tenant-root/platform-nodes/another-uid"
    let state = try #require(Self.state([Self.grafana([Self.wanted[0], foreign])], remark: "no folder."))
    #expect(state.finding.reason == .notImported)
    #expect(state.finding.message.contains("1 of 2 dashboards, such as GrafanaDashboard tenant-root/platform-nodes"))
    #expect(state.finding.message.contains("The Grafana operator says: no folder."))
  }

  static func said(
    _ status: String? = "True", generation: Int64 = 2, created: String = "01:00:00", lastResync: String? = "01:00:02"
  ) -> [String: DashboardImport] {
    var dashboard = KubernetesObject(type: .grafanaDashboards, namespace: "tenant-root", name: "platform-overview")
    dashboard["metadata"]?["generation"] = 2
    dashboard["metadata"]?["creationTimestamp"] = .string("2026-11-30T\(created)Z")
    var content: JSONObject = [:]
    content["lastResync"] = lastResync.map { .string("2026-11-30T\($0)Z") }
    if let status {
      content["conditions"] = [
        ["type": "DashboardSynchronized", "status": .string(status), "observedGeneration": .integer(generation)]
      ]
    }
    dashboard["status"] = .object(content)
    return [wanted[0]: DashboardImport(dashboard)]
  }

  @Test("A listed dashboard counts only once its present generation is synchronized")
  func presentContent() {
    func state(_ said: [String: DashboardImport]) -> ConditionReason? {
      GrafanaInstances([Self.grafana()]).state(Self.wanted, said: said, in: "tenant-root", remark: nil)?.finding.reason
    }
    #expect(state(Self.said()) == nil)
    #expect(state(Self.said(generation: 1)) == .notImported)
    #expect(state(Self.said("False")) == .notImported)
    // Deleted and created again: the Grafana lists it still.
    #expect(state(Self.said(nil, lastResync: nil)) == .notImported)
  }

  @Test("A dashboard that Grafana had already is never listed, and counts once a resync has compared it")
  func neverListed() {
    var grafana = Self.grafana([Self.wanted[1]])
    grafana["metadata"]?["creationTimestamp"] = "2026-11-30T00:30:00Z"
    func state(_ said: [String: DashboardImport]) -> ConditionReason? {
      GrafanaInstances([grafana]).state(Self.wanted, said: said, in: "tenant-root", remark: nil)?.finding.reason
    }
    #expect(state(Self.said()) == .notImported)
    #expect(state(Self.said(lastResync: "01:04:59")) == .notImported)
    #expect(state(Self.said(lastResync: "01:05:03")) == nil)
    #expect(state(Self.said(generation: 1, lastResync: "01:05:03")) == .notImported)
    // The Grafana is younger than that resync: it may be another database.
    #expect(state(Self.said(created: "00:10:00", lastResync: "00:20:00")) == .notImported)
  }

  @Test("A younger object names the older one that publishes what is missing")
  func publisherIsNamed() {
    let state = GrafanaInstances([Self.grafana([])])
      .state(Self.wanted, in: "tenant-root", remark: nil, publisher: "first")
    #expect(state?.finding.message.contains("the conditions of Observability first") == true)
  }

  @Test("A vmalert's condition for the present generation tells whether a rule is evaluated")
  func rules() {
    func verdict(_ conditions: [JSONObject]) -> RuleConditions.Verdict {
      RuleConditions(Self.rule(conditions), preferred: "tenant-root").verdict
    }
    let applied = Self.condition("vmalert-shortterm.tenant-root", "True")
    let refused = Self.condition("vmalert.tenant-b", "False", message: "bad expression")
    #expect(verdict([]) == .silent)
    #expect(verdict([Self.condition("vmalert-shortterm.tenant-root", "True", generation: 1)]) == .silent)
    #expect(verdict([["type": "Ready", "status": "True"]]) == .silent)
    #expect(verdict([applied]) == .applied(["tenant-root/vmalert-shortterm"]))
    #expect(verdict([Self.condition("a.b.tenant-root", "True", generation: nil)]) == .applied(["tenant-root/a.b"]))
    #expect(verdict([refused]) == .refused(by: "tenant-b/vmalert", words: "bad expression."))
    // The vmalert beside the storage is the one that matters.
    #expect(verdict([refused, applied]) == .applied(["tenant-root/vmalert-shortterm"]))
    #expect(RuleConditions(Self.rule([refused, applied]), preferred: nil).verdict == verdict([refused]))
  }

  @Test("What another tenant's vmalert says does not stand in for that of the storage, which has an earlier generation")
  func ownVMAlertIsBehind() {
    let own = Self.condition("vmalert-shortterm.tenant-root", "True", generation: 1)
    let other = Self.condition("vmalert.tenant-b", "True")
    #expect(RuleConditions(Self.rule([own, other]), preferred: "tenant-root").verdict == .silent)
    #expect(RuleConditions(Self.rule([own, other]), preferred: nil).verdict == .applied(["tenant-b/vmalert"]))
    // No vmalert beside the storage at all: the others count.
    #expect(RuleConditions(Self.rule([other]), preferred: "tenant-root").verdict == .applied(["tenant-b/vmalert"]))
  }

  @Test("What is waited for becomes a fault after six minutes, and not before; progress begins again")
  func patience() {
    var memory = DashboardsMemory()
    func look(_ state: PartState, _ now: Duration) -> PartReport {
      var report = PartReport(state)
      memory.record(&report, now: now)
      return report
    }
    let waiting = PartState.progressing(Finding(.notImported, "waits"))
    #expect(look(waiting, .seconds(100)).nextLooks == [.seconds(360)])
    #expect(look(waiting, .seconds(459)).state?.badFinding == nil)
    let late = look(waiting, .seconds(460))
    #expect(late.state?.badFinding?.reason == .notImported)
    #expect(late.lines.map { "\($0.message)" } == ["dashboards not published"])
    let other = look(.progressing(Finding(.rulesNotSelected, "waits")), .seconds(500))
    #expect(other.state?.badFinding == nil && other.nextLooks == [.seconds(360)])
    #expect(
      look(.good(Finding(.published, "there")), .seconds(510)).lines.map { "\($0.message)" } == ["dashboards published"]
    )
    #expect(look(waiting, .seconds(900)).state?.badFinding == nil)
  }
}
