// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import ObservabilityController
import Testing

@testable import Checking

@Suite struct CheckReportTests {
  @Test("Where all is right nothing but ok is reported, and the exit code is 0")
  func reportsNothingWrongOfAHealthyCluster() {
    let report = CheckReport(SampleCluster.healthy())
    #expect(report.items.filter { $0.outcome != .ok } == [])
    #expect(report.items.count > 12)
    #expect(report.headline == nil)
    #expect(report.exitCode == 0)
    #expect(report.verdict.hasPrefix("ALL RIGHT: "))
  }

  @Test(
    "Each thing that is wrong is reported with its remedy", arguments: BrokenCluster.ofCluster + BrokenCluster.ofObject)
  func reportsWhatIsWrong(_ broken: BrokenCluster) {
    let report = CheckReport(broken.cluster)
    let item = report.items.first { $0.topic == broken.topic && $0.message.contains(broken.message) }
    #expect(item?.outcome == broken.outcome, "\(report.text)")
    if let remedy = broken.remedy {
      #expect(item?.remedy?.contains(remedy) == true, "\(report.text)")
    }
    let least: Int32 =
      switch broken.outcome {
      case .fault: 1
      case .unknown: 2
      case .ok, .skipped, .warning: 0
      }
    #expect(report.exitCode == least, "\(report.text)")
  }

  @Test("Every fault and every warning has a remedy", arguments: BrokenCluster.ofCluster + BrokenCluster.ofObject)
  func saysWhatToDo(_ broken: BrokenCluster) {
    for item in CheckReport(broken.cluster).items where item.outcome == .fault || item.outcome == .warning {
      #expect(item.remedy != nil, "\(item.message)")
    }
  }

  @Test("That no operator runs is said before everything else")
  func saysFirstThatNoOperatorRuns() {
    var cluster = SampleCluster.healthy()
    cluster.operator.lease = .read(SampleCluster.lease(renewed: SampleCluster.before))
    cluster.operator.deployment = .read(SampleCluster.deployment(ready: 0))
    let report = CheckReport(cluster)
    #expect(report.text.hasPrefix("!!! NO OPERATOR RUNS. "))
    // What it said last is not known to be so.
    let ready = report.items.first { $0.message.hasPrefix("Ready=True") }
    #expect(ready?.outcome == .unknown)
    #expect(report.exitCode == 1)
  }

  @Test("Without a Lease, and with a Deployment that cannot be read, the report does not say that no operator runs")
  func isNotSureOfAnOperatorThatCannotBeRead() {
    var cluster = SampleCluster.healthy()
    cluster.operator.lease = .read(nil)
    cluster.operator.deployment = .forbidden(right: "list deployments.apps")
    #expect(CheckReport(cluster).headline == nil)
    cluster.operator.lease = .read(SampleCluster.lease(renewed: SampleCluster.before))
    #expect(CheckReport(cluster).headline != nil)
  }

  @Test("A server that does not answer leaves one unknown check, and the exit code 2")
  func isNotKnownOfAServerThatDoesNotAnswer() {
    var cluster = Surroundings(server: "https://192.0.2.10:6443", now: SampleCluster.now)
    cluster.version = .failed("connection refused")
    let report = CheckReport(cluster)
    #expect(report.items.map(\.outcome) == [.unknown])
    #expect(report.exitCode == 2)
    #expect(report.verdict.hasPrefix("NOT KNOWN: "))
  }

  @Test("A fault outweighs what could not be read")
  func aFaultDecidesTheExitCode() {
    var cluster = SampleCluster.healthy().changing { $0.namespace = .read(nil) }
    cluster.nodes = .forbidden(right: "list nodes")
    cluster.operator.rights = .forbidden(right: "create subjectaccessreviews.authorization.k8s.io")
    #expect(CheckReport(cluster).exitCode == 1)
  }

  @Test("Conditions stand in the documented order, those of other releases last")
  func conditionsStandInTheDocumentedOrder() {
    let cluster = SampleCluster.healthy().changing {
      $0.object = SampleCluster.object(conditions: [
        SampleCluster.condition("Later", "True", "New", ""), SampleCluster.condition("Ready", "True", "Ready", ""),
        SampleCluster.condition("AgentsAvailable", "True", "AllReady", ""),
      ])
    }
    let heads = CheckReport(cluster).items.filter { $0.topic == .object }.dropFirst()
      .map { String($0.message.prefix { $0 != "=" }) }
    #expect(heads == ["Ready", "AgentsAvailable", "Later"])
  }

  @Test("Text of the cluster reaches the terminal without control characters")
  func cleansTextOfTheCluster() {
    let cluster = SampleCluster.healthy().changing {
      $0.pods = .read([
        SampleCluster.waitingPod("a", on: "worker-1", "CreateContainerError", "\u{1B}[31mred\u{202E}\nsecond line")
      ])
    }
    let report = CheckReport(cluster)
    let outputs = [report.text, JSONWriter.text(report.json, order: .asGiven)]
    for output in outputs {
      #expect(output.contains("second line"))
      #expect(!output.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
      #expect(!output.contains("\\u001b"))
    }
  }

  @Test("Each right of the operator is asked about once, in a scope that the survey knows")
  func asksAboutEveryRight() {
    #expect(
      Set(Permission.Scope.allCases) == [.cluster, .children, .operatorNamespace, .eventsNamespace],
      "give the new scope a place in Survey")
    let questions = RightQuestion.all([
      .cluster: nil, .children: "c", .operatorNamespace: "o", .eventsNamespace: "default",
    ])
    let rights = Permission.all.reduce(0) { $0 + $1.verbs.count * max(1, $1.names.count) }
    #expect(questions.count == rights)
    #expect(Set(questions).count == rights)
  }

  @Test("A question about a subresource and a name is put as the API has it")
  func putsAQuestionAsAReview() throws {
    let questions = RightQuestion.all([.cluster: nil])
    let status = try #require(questions.first { $0.resource.contains("/") })
    let review = status.review(of: ObjectKey(namespace: "o", name: "me"))
    #expect(review[path: "spec", "user"] == "system:serviceaccount:o:me")
    let attributes = try #require(review[path: "spec", "resourceAttributes"])
    #expect(attributes["resource"] == "observabilities" && attributes["subresource"] == "status")
    #expect(attributes["namespace"] == nil)
    let named = try #require(questions.first { $0.resource == "clusterroles" })
    let bind = named.review(of: ObjectKey(namespace: "o", name: "me"))
    #expect(bind[path: "spec", "resourceAttributes", "name"]?.string?.isEmpty == false)
  }

  @Test("The JSON has the documented members")
  func writesJSON() throws {
    let cluster = SampleCluster.healthy().changing { $0.namespace = .read(nil) }
    let json = CheckReport(cluster).json
    #expect(
      Array(try #require(json.object).keys) == [
        "format", "release", "server", "outcome", "exitCode", "verdict", "counts", "checks",
      ])
    #expect(json["format"] == 1)
    #expect(json["outcome"] == "fault")
    #expect(json["exitCode"] == 1)
    let checks = try #require(json["checks"]?.array)
    let fault = try #require(checks.first { $0["outcome"] == "fault" })
    #expect(Array(try #require(fault.object).keys) == ["topic", "object", "outcome", "message", "remedy"])
    #expect(fault["topic"] == "namespace")
    #expect(fault["object"] == "platform")
  }

  @Test("Alerts need the kind VMRule and no Grafana's namespace; dashboards need both")
  func dashboardsAndAlertsNeedWhatTheyUse() {
    func warnings(_ dashboards: Bool, _ alerts: Bool) -> [String] {
      let cluster = SampleCluster.healthy().changing {
        $0.object = SampleCluster.object(spec: [
          "dashboards": ["enabled": .bool(dashboards)], "alerts": ["enabled": .bool(alerts)],
        ])
        $0.dashboards.namespace = .read(nil)
        $0.dashboards.servesRules = .read(false)
        $0.dashboards.servesDashboards = .read(true)
        $0.dashboards.grafanas = .notRead
      }
      return CheckReport(cluster).items.filter { $0.topic == .dashboards && $0.outcome == .warning }.map(\.message)
    }
    let namespace = "Namespace tenant-root of the Grafana does not exist."
    let kind = "The cluster does not serve VMRule."
    #expect(warnings(false, true) == [kind])
    #expect(warnings(true, false) == [namespace, kind])
    #expect(warnings(true, true) == [namespace, kind])
    #expect(warnings(false, false) == [])
  }

  @Test("Dashboards that Grafana has in their present content are right")
  func dashboardsThatAreThere() {
    let cluster = SampleCluster.healthy().changing {
      $0.object = SampleCluster.object(spec: ["dashboards": ["enabled": true]])
      $0.dashboards = SampleCluster.dashboards()
    }
    let items = CheckReport(cluster).items.filter { $0.topic == .dashboards }
    #expect(items.allSatisfy { $0.outcome == .ok })
    #expect(items.map(\.message).contains("Grafana tenant-root/grafana has all 1 dashboards."))
  }
}
