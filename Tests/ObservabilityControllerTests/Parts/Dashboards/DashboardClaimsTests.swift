// SPDX-License-Identifier: Apache-2.0

import Dashboards
import JSON
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import ObservabilityController

/// Which object publishes what of that which objects share.
@Suite struct DashboardClaimsTests {
  static func claim(_ name: String, _ created: String, _ spec: JSONObject = [:]) throws -> DashboardClaims.Claim {
    var object = Made.object(spec, name: name)
    object["metadata"]?["creationTimestamp"] = .string("2026-11-30T\(created)Z")
    return DashboardClaims.Claim(object, try Made.observability(spec, name: name).spec)
  }

  static let off: JSONObject = ["dashboards": ["enabled": false], "alerts": ["enabled": false]]

  @Test("The oldest object that asks for dashboards in a namespace publishes them, then by name")
  func publisher() throws {
    let claims = DashboardClaims([
      try Self.claim("young", "03:00:00"), try Self.claim("silent", "01:00:00", Self.off),
      try Self.claim("b", "02:00:00"), try Self.claim("a", "02:00:00"),
      try Self.claim("elsewhere", "01:30:00", ["dashboards": ["namespace": "tenant-b"]]),
    ])
    #expect(claims.publisher(in: "tenant-root") == "a")
    #expect(claims.publisher(in: "tenant-b") == "elsewhere")
    #expect(claims.publisher(in: "tenant-c") == nil)
    #expect(claims.operatorAlertsPublisher == "elsewhere")
  }

  @Test("The alerts about the operator come from the oldest object with alerts, whether or not it has dashboards")
  func operatorAlerts() throws {
    let claims = DashboardClaims([
      try Self.claim("dashboards", "01:00:00", ["alerts": ["enabled": false]]),
      try Self.claim("alerts", "02:00:00", ["dashboards": ["enabled": false]]),
    ])
    #expect(claims.operatorAlertsPublisher == "alerts")
    #expect(DashboardClaims([try Self.claim("none", "01:00:00", Self.off)]).operatorAlertsPublisher == nil)
  }

  @Test("A namespace gets the panels for what the agents of all its objects report, and of no other")
  func signals() throws {
    func with(_ features: JSONObject, _ namespace: String = "tenant-root") -> JSONObject {
      ["nodeAgent": ["features": .object(features)], "dashboards": ["namespace": .string(namespace)]]
    }
    let claims = DashboardClaims([
      try Self.claim("a", "01:00:00", with(["l7": false, "diskDelay": true])),
      try Self.claim("b", "02:00:00", with(["l7": false, "dotnet": true])),
      try Self.claim("c", "03:00:00", with(["l7": true], "tenant-b")),
    ])
    let signals = claims.signals(in: "tenant-root")
    #expect(signals.isSuperset(of: [.diskDelay, .dotnet]))
    #expect(signals.isDisjoint(with: [.gpu, .l7]))
    #expect(claims.signals(in: "tenant-c").isEmpty)
  }

  @Test("A stalled object claims what it published before, and nothing else, unless it is worked on")
  func stalled() throws {
    func stalled(_ inventory: [JSONValue], works: Bool = false) throws -> DashboardClaims {
      var object = Made.object([:], name: "old")
      object["metadata"]?["creationTimestamp"] = "2026-11-30T01:00:00Z"
      object["status"] = [
        "conditions": [
          [
            "type": "Stalled", "status": "True", "reason": "InvalidSpec", "message": "wrong",
            "lastTransitionTime": "2026-11-30T01:00:00Z",
          ]
        ],
        "inventory": .array(inventory),
      ]
      let old = DashboardClaims.Claim(object, try Made.observability([:], name: "old").spec, works: works)
      return DashboardClaims([old, try Self.claim("young", "02:00:00")])
    }
    let dashboard: JSONValue = [
      "group": "grafana.integreatly.org", "kind": "GrafanaDashboard", "namespace": "tenant-root",
      "name": "old-overview",
    ]
    let rule: JSONValue = [
      "group": "operator.victoriametrics.com", "kind": "VMRule", "namespace": "cozy-coroot",
      "name": "old-operator-rules",
    ]
    #expect(try stalled([]).publisher(in: "tenant-root") == "young")
    #expect(try stalled([]).operatorAlertsPublisher == "young")
    #expect(try stalled([], works: true).publisher(in: "tenant-root") == "old")
    #expect(try stalled([dashboard]).publisher(in: "tenant-root") == "old")
    #expect(try stalled([dashboard]).operatorAlertsPublisher == "young")
    #expect(try stalled([rule]).operatorAlertsPublisher == "old")
  }
}
