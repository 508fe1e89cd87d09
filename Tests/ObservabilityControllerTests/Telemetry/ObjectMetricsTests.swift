// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesCore
import Telemetry
import Testing

@testable import ObservabilityController

/// What the metrics report of objects, from the status and checks that are handed in.
@Suite struct ObjectMetricsTests {
  private let registry = MetricsRegistry()
  private let metrics: ObjectMetrics

  init() { metrics = ObjectMetrics(registry: registry) }

  private var lines: [String] {
    registry.render().split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
  }

  private static func status(_ conditions: [String: String], agents: JSONValue? = nil) -> JSONObject {
    var status: JSONObject = [
      "conditions": .array(
        conditions.sorted { $0.key < $1.key }.map { type, status in
          [
            "type": .string(type), "status": .string(status), "reason": "Reason", "message": "",
            "lastTransitionTime": "2026-11-30T00:00:00Z",
          ]
        })
    ]
    status["agents"] = agents
    return status
  }

  @Test("Each condition has a series for every status, and one of them is 1")
  func conditions() {
    metrics.published("platform", status: Self.status(["Ready": "False", "AgentsAvailable": "True"]))
    #expect(
      lines == [
        #"observability_condition{object="platform",type="AgentsAvailable",status="False"} 0"#,
        #"observability_condition{object="platform",type="AgentsAvailable",status="True"} 1"#,
        #"observability_condition{object="platform",type="AgentsAvailable",status="Unknown"} 0"#,
        #"observability_condition{object="platform",type="Ready",status="False"} 1"#,
        #"observability_condition{object="platform",type="Ready",status="True"} 0"#,
        #"observability_condition{object="platform",type="Ready",status="Unknown"} 0"#,
      ])
  }

  @Test("A condition that the status loses loses its series, and a deleted object all of them")
  func goneSeries() {
    metrics.published("a", status: Self.status(["Ready": "True", "GatewayAvailable": "True"]))
    metrics.published("b", status: Self.status(["Ready": "True"], agents: ["eligible": 3]))
    metrics.published("a", status: Self.status(["Ready": "True"]))
    #expect(!lines.contains { $0.contains("GatewayAvailable") })
    #expect(lines.contains(#"observability_agents{object="b",state="eligible"} 3"#))
    metrics.forget("b")
    #expect(!lines.contains { $0.contains(#"object="b""#) } && lines.contains { $0.contains(#"object="a""#) })
    metrics.forget("a")
    #expect(registry.render().contains("observability_condition") == false)
  }

  @Test("Agents are counted by state once the status counts them")
  func agents() {
    metrics.published("platform", status: Self.status([:]))
    #expect(lines.isEmpty)
    let counts: JSONValue = ["eligible": 4, "ready": 2, "updated": 3, "ineligible": 1]
    metrics.published("platform", status: Self.status([:], agents: counts))
    #expect(
      lines == [
        #"observability_agents{object="platform",state="eligible"} 4"#,
        #"observability_agents{object="platform",state="ineligible"} 1"#,
        #"observability_agents{object="platform",state="ready"} 2"#,
        #"observability_agents{object="platform",state="updated"} 3"#,
      ])
  }

  @Test("Checks are read at scrape time, with the time at which they ended")
  func checks() {
    let time = Timestamp(secondsSinceEpoch: 1_780_272_000)
    metrics.observe {
      [
        ["a", "metrics"]: BackendCheck(isUp: true, time: time),
        ["a", "clickHouse"]: BackendCheck(isUp: false, time: time),
      ]
    }
    #expect(
      lines == [
        #"observability_backend_last_check_timestamp_seconds{object="a",backend="clickHouse"} 1780272000"#,
        #"observability_backend_last_check_timestamp_seconds{object="a",backend="metrics"} 1780272000"#,
        #"observability_backend_up{object="a",backend="clickHouse"} 0"#,
        #"observability_backend_up{object="a",backend="metrics"} 1"#,
      ])
  }

  @Test("A replica that does not lead has no series, and a leader every write that may come at zero")
  func leading() {
    #expect(lines.isEmpty)
    metrics.lead(kinds: ["DaemonSet", "Secret"])
    #expect(lines.count == 2 * ChildWriteCause.allCases.count && lines.allSatisfy { $0.hasSuffix(" 0") })
    metrics.wrote("DaemonSet", .drifted)
    metrics.lead(kinds: ["DaemonSet"])
    #expect(lines.contains(#"observability_child_writes_total{kind="DaemonSet",cause="drifted"} 1"#))
  }

  @Test("Only what changed a child is a write, and a child that another writer deleted has drifted")
  func causes() {
    #expect(ChildWriteCause(.created, absence: nil) == .created)
    #expect(ChildWriteCause(.created, absence: .deleted) == .drifted)
    #expect(ChildWriteCause(.created, absence: .hidden) == .drifted)
    #expect(ChildWriteCause(.updated, absence: nil) == .updated)
    #expect(ChildWriteCause(.repaired(fields: ["spec.a"], by: []), absence: nil) == .drifted)
    #expect(ChildWriteCause(.replacing(fields: ["spec.a"]), absence: nil) == .replaced)
    for change: AppliedChild.Change in [.unchanged, .beingDeleted, .contested(fields: [], by: [])] {
      #expect(ChildWriteCause(change, absence: nil) == nil)
    }
  }
}
