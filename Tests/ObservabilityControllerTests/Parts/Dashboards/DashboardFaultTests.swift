// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import DevCluster
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import ObservabilityController

/// What keeps dashboards and rules from being published: each has its reason and remedy, and no agent is touched by it.
@Suite struct DashboardFaultTests {
  /// Something missing or wrong around the operator.
  struct Fault: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var reason: String
    var isTrue = false
    /// What the message has to say.
    var words: [String]
    /// The reason of `Ready`.
    var ready = "DashboardsNotPublished"
    var spec = TestCluster.published
    /// Whether the kinds are there: VMRule, and those of the Grafana operator.
    var has = (rules: true, grafana: true)
    var mayPublish = true
    var arrange: @Sendable (TestCluster) async throws -> Void = { _ in }

    /// The object once its condition has the reason.
    func object() async throws -> KubernetesObject {
      let cluster = try await TestCluster()
      try await cluster.addMonitoring(rules: has.rules, grafana: has.grafana, mayPublish: mayPublish)
      try await arrange(cluster)
      return try await cluster.withOperator(environment: .impatient) { _ in
        try await cluster.apply(TestCluster.object(spec: spec))
        try await cluster.wait(condition: "AgentsAvailable")
        let object = try await cluster.wait(
          condition: "DashboardsPublished", is: isTrue ? "True" : "False", reason: reason)
        return try await cluster.wait(ObjectKey(name: "platform")) { $0?.condition("Ready")?.reason == ready }
          ?? #require(object)
      }
    }

    /// The API server's answer to writes of rules.
    private static func answer(_ code: Int, _ reason: String, _ message: String)
      -> @Sendable (TestCluster) async throws
      -> Void
    {
      { cluster in
        await cluster.server.setIntercept { request in
          guard request.method == "PATCH", request.path.contains("/vmrules/") else { return nil }
          return .answer(APIResponse(status: code, json: TestCluster.status(code, reason, message)))
        }
      }
    }

    static let all = [
      Fault(
        testDescription: "nothing", reason: "Published", isTrue: true,
        words: ["Grafana tenant-root/grafana has the 8 dashboards", "tenant-root/vmalert-shortterm"], ready: "Ready"),
      Fault(
        testDescription: "no Grafana operator", reason: "GrafanaOperatorMissing",
        words: ["grafana.integreatly.org/v1beta1", "spec.dashboards.enabled"], has: (true, false)),
      Fault(
        testDescription: "no VictoriaMetrics operator", reason: "VictoriaMetricsOperatorMissing",
        words: ["operator.victoriametrics.com/v1beta1", "spec.dashboards.enabled and spec.alerts.enabled"],
        has: (false, true)),
      Fault(
        testDescription: "no namespace", reason: "GrafanaNamespaceMissing",
        words: ["Namespace tenant-x", "spec.dashboards.namespace"],
        spec: ["dashboards": ["enabled": true, "namespace": "tenant-x"], "alerts": ["enabled": false]]),
      Fault(
        testDescription: "no Grafana", reason: "GrafanaMissing",
        words: ["namespace tenant-root", "dashboards: grafana", "spec.dashboards.enabled"]
      ) { cluster in
        try await cluster.admin.delete(
          TestCluster.grafanas, ObjectKey(namespace: "tenant-root", name: "grafana"), DeleteOptions())
      },
      Fault(
        testDescription: "a Grafana that does not start", reason: "GrafanaNotReady",
        words: ["stage deployment, failed", "tenant-root/grafana"]
      ) { cluster in
        await cluster.server.setNeighbours { $0.grafana = ["deployment", "failed"] }
      },
      Fault(
        testDescription: "a Grafana operator that imports nothing", reason: "NotImported",
        words: ["8 of 8 dashboards", "GrafanaDashboard tenant-root/platform-overview"]
      ) { cluster in
        await cluster.server.setNeighbours { $0.importsDashboards = false }
      },
      Fault(
        testDescription: "no right", reason: "NotPermitted",
        words: ["in namespace tenant-root", "config/dashboards", "dashboardsNamespaces"], mayPublish: false),
      Fault(
        testDescription: "no vmalert", reason: "RulesNotSelected",
        words: ["VMRule cozy-coroot/platform-recording", "selectAllByDefault"]
      ) { cluster in
        await cluster.server.setNeighbours { $0.selectsRules = false }
      },
      Fault(
        testDescription: "a vmalert that refuses", reason: "RulesNotApplied",
        words: ["VMAlert tenant-root/vmalert-shortterm", "cannot parse the expression."]
      ) { cluster in
        await cluster.server.setNeighbours { $0.ruleError = "cannot parse the expression" }
      },
      Fault(
        testDescription: "a webhook that denies", reason: "AdmissionFailed",
        words: ["bad group", "VMRule cozy-coroot"],
        ready: "AdmissionFailed",
        arrange: answer(
          403, "Forbidden", #"admission webhook "vmrules.victoriametrics.com" denied the request: bad group"#)),
      Fault(
        testDescription: "a webhook that is away", reason: "AdmissionFailed", words: ["connection refused"],
        ready: "AdmissionFailed",
        arrange: answer(
          500, "InternalError",
          #"Internal error occurred: failed calling webhook "vmrules.victoriametrics.com": connection refused"#)),
      Fault(
        testDescription: "an API server that fails", reason: "NotApplied", words: ["VMRule cozy-coroot", "told so"],
        ready: "ApplyFailed", arrange: answer(500, "InternalError", "told so")),
    ]
  }

  @Test(
    "What keeps dashboards or rules away is named with its remedy, and agents run all the same", arguments: Fault.all)
  func isNamed(_ fault: Fault) async throws {
    let object = try await fault.object()
    let condition = try #require(object.condition("DashboardsPublished"))
    for word in fault.words { #expect(condition.message.contains(word), "\(condition.message)") }
    #expect(object.condition("AgentsAvailable")?.status == "True")
    #expect(object.condition("Stalled") == nil)
  }
}
