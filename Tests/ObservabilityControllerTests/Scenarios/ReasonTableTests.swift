// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import DevCluster
import HTTPTransport
import Harness
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import ObservabilityController

/// The documented table of conditions and reasons, walked both ways.
///
/// Nothing undocumented can be emitted while tests run: `ConditionAssembly` asserts that.
@Suite struct ReasonTableTests {
  /// A condition with a reason.
  struct Row: Hashable, CustomStringConvertible {
    let condition: String
    let reason: String

    var description: String { "\(condition) \(reason)" }
  }

  static let documented = Set(
    ConditionReason.all.flatMap { reason in
      reason.conditions.map { Row(condition: $0.rawValue, reason: reason.name) }
    })

  @Test("Every documented reason of every condition is reached, and no other")
  func theTableIsReached() async throws {
    var reached = try Self.metricsRows()
    reached.formUnion(Self.agentsRows())
    reached.formUnion(try Self.clickHouseRows())
    reached.formUnion(try Self.gatewayRows())
    reached.formUnion(try Self.corootRows())
    reached.formUnion(try Self.uiRows())
    reached.formUnion(try await Self.dashboardsRows())
    for scenario in Self.scenarios { reached.formUnion(try await scenario.rows()) }
    // Another's DaemonSet of that name with another selector, made as in the tests of such fields.
    reached.formUnion(try await Self.immutableRows())
    reached.formUnion(try await Self.unguardedRows())
    reached.formUnion(try await Self.outdatedRows())
    // The part of the Coroot server brings these.
    let later = Self.documented.filter {
      $0.condition == "CorootAvailable" || ["CorootNotReady", "NamespaceTaken"].contains($0.reason)
    }
    #expect(
      Self.documented.subtracting(reached).subtracting(later).map(\.description).sorted() == [],
      "documented and never emitted")
    #expect(reached.subtracting(Self.documented).map(\.description).sorted() == [], "emitted and not documented")
  }

  @Test("Every reason is part of the table, under a name of its own")
  func namesAreUnique() {
    #expect(Set(ConditionReason.all.map(\.name)).count == ConditionReason.all.count)
    #expect(ConditionReason.all.allSatisfy { !$0.conditions.isEmpty })
  }

  private static func rows(_ change: (inout ConditionAssembly) -> Void) -> Set<Row> {
    var assembly = ConditionAssembly(agents: nil)
    change(&assembly)
    var conditions = ConditionSet()
    assembly.write(to: &conditions, generation: 1, now: Timestamp(secondsSinceEpoch: 0))
    return Set(conditions.conditions.map { Row(condition: $0.type, reason: $0.reason) })
  }

  // MARK: What the backend comes to

  private static let verdicts: [BackendVerdict] = [
    .ready(version: nil), .invalidURL(.write, cause: "c"), .unreachable(.write, host: "h", cause: "c"),
    .addressRefused(.write, host: "h", cause: "c"),
    .tlsFailed(.write, host: "h", cause: "c", fault: .expired, hasAuthorities: false),
    .redirected(.write, url: "u", status: 308, to: "t"), .unauthorized(.write, host: "h", status: 401),
    .notVictoriaMetrics(.write, url: "u", answered: "a"), .degraded(.write, host: "h", answered: "a"),
  ]

  private static func metricsRows() throws -> Set<Row> {
    let spec = try Made.observability().spec
    var states = verdicts.map {
      MetricsPart.state($0, backend: MetricsResolutionTests.empty, spec: spec)
    }
    for example in MetricsResolutionTests.blocked {
      guard case .blocked(let finding) = try MetricsResolutionTests.resolve(example.spec, example.world) else {
        continue
      }
      states.append(.bad(finding))
    }
    return states.reduce(into: []) { rows, state in rows.formUnion(Self.rows { $0.metrics = state }) }
  }

  // MARK: What ClickHouse and the gateway come to

  private static func rows(_ part: any Part.Type, _ states: [PartState]) -> Set<Row> {
    states.reduce(into: []) { rows, state in
      let entry = ConditionAssembly.Entry(type: part.condition, notReady: part.notReady, standing: .known(state))
      var conditions = ConditionSet()
      ConditionAssembly(parts: [entry], causes: [part.condition]).write(
        to: &conditions, generation: 1, now: Timestamp(secondsSinceEpoch: 0))
      rows.formUnion(conditions.conditions.map { Row(condition: $0.type, reason: $0.reason) })
    }
  }

  private static func clickHouseRows() throws -> Set<Row> {
    let backend = try ClickHouseResolutionTests.found(
      ClickHouseResolutionTests.application, ClickHouseResolutionTests.there)
    var states = ClickHouseResolutionTests.verdicts.map { ClickHousePart.state($0, backend) }
    for example in ClickHouseResolutionTests.blocked {
      do throws(Unresolved) {
        _ = try ClickHouseResolutionTests.resolution(of: example).resolve()
      } catch {
        if case .blocked(let finding) = error { states.append(.bad(finding)) }
      }
    }
    return rows(ClickHousePart.self, states)
  }

  private static func gatewayRows() throws -> Set<Row> {
    var states = try GatewayObservationTests.states() + GatewayDrainTests.states() + TrafficHistoryTests.states()
    for example in GatewayResolutionTests.blocked {
      do throws(Unresolved) {
        _ = try GatewayResolutionTests.resolution(of: example).resolve(operatorNamespace: nil)
      } catch {
        if case .blocked(let finding) = error { states.append(.bad(finding)) }
      }
    }
    // The two that `SignalsTests` reach in a cluster.
    for reason in [ConditionReason.notCreated, .logsSentTwice] { states.append(.bad(Finding(reason, "told so"))) }
    return rows(GatewayPart.self, states)
  }

  private static func corootRows() throws -> Set<Row> {
    var states = try CorootStateTests.states()
    // Those that `FullModeTests` reach in a cluster.
    for reason: ConditionReason in [
      .notCreated, .secretNotFound, .secretKeyMissing, .authoritiesUnreadable, .notPermitted,
    ] {
      states.append(.bad(Finding(reason, "told so")))
    }
    return rows(CorootPart.self, states)
  }

  private static func uiRows() throws -> Set<Row> {
    var states = try UIObservationTests.states()
    states += try UIResolutionTests.missing.compactMap { try UIResolutionTests.finding($0).map(PartState.bad) }
    // What waits for the namespace has no children; and `Ready` has a reason of its own.
    states.append(.bad(Finding(.notCreated, "told so")))
    return rows(UIPart.self, states)
  }

  private static func dashboardsRows() async throws -> Set<Row> {
    var rows: Set<Row> = []
    for fault in DashboardFaultTests.Fault.all { rows.formUnion(Self.rows(of: try await fault.object())) }
    // The young one of two, which `DashboardScenarioTests` has in a cluster.
    return rows.union(Self.rows(DashboardsPart.self, [.good(Finding(.publishedByOlder, "told so"))]))
  }

  // MARK: What the agents come to

  private static func agentsRows() -> Set<Row> {
    var states = AgentsObservationTests.examples.map {
      AgentsObservationTests.observe($0).state(podSecurity: .privileged, lacksForLong: false)
    }
    states.append(AgentsObservationTests.lacking(1, .privileged, forLong: true))
    states.append(AgentsObservationTests.lacking(1, .forbids(level: "baseline"), forLong: false))
    var failing = AgentsObservationTests.observe(AgentsObservationTests.examples[0])
    failing.failures = [
      AgentFailure(node: "n", namespace: "ns", pod: "p", reason: "OOMKilled", words: "killed", remedy: .memory)
    ]
    states.append(failing.state(podSecurity: .privileged, lacksForLong: false))
    return states.reduce(into: []) { rows, state in rows.formUnion(Self.rows { $0.agents = state }) }
  }

  // MARK: What the object and the API server come to

  /// An operator beside a cluster, until a condition has a reason.
  private struct Scenario {
    var condition: String
    var reason: String
    var spec: JSONObject = [:]
    var withNamespace = true
    /// What the API server answers to an apply of the DaemonSet.
    var refusal: (code: Int, reason: String)?
    /// Whether the right to read pods is missing.
    var withoutPods = false
    /// Another object is there before.
    var older = false

    func rows() async throws -> Set<Row> {
      let cluster = try await TestCluster(withNamespace: withNamespace)
      if let refusal {
        await cluster.server.setIntercept { request in
          guard request.method == "PATCH", request.path.contains("/daemonsets/") else { return nil }
          return .answer(
            APIResponse(status: refusal.code, json: TestCluster.status(refusal.code, refusal.reason, "told so")))
        }
      }
      if withoutPods { try await takePodsAway(cluster) }
      return try await cluster.withOperator(environment: .impatient) { _ in
        if older {
          try await cluster.apply(TestCluster.object("older", spec: spec))
          if spec.isEmpty { try await cluster.wait(for: "older", condition: "Ready") }
        }
        try await cluster.apply(TestCluster.object(spec: spec))
        let status = ["Stalled", "Reconciling"].contains(condition) || reason == "Ready" ? "True" : "False"
        let object = try await cluster.wait(condition: condition, is: status, reason: reason)
        return ReasonTableTests.rows(of: object)
      }
    }

    private func takePodsAway(_ cluster: TestCluster) async throws {
      for var role in RoleManifests.all where role[path: "metadata", "name"] == "observability-operator-children" {
        guard let rules = role["rules"]?.array else { continue }
        role["rules"] = .array(rules.filter { $0["resources"] != ["pods"] })
        try await cluster.server.apply(role)
      }
    }
  }

  private static func immutableRows() async throws -> Set<Row> {
    let cluster = try await ImmutableFieldTests().clusterWithAnotherSelector(isOurs: false)
    return try await cluster.withOperator { _ in
      let object = try await cluster.wait(condition: "Stalled", reason: "ImmutableFieldChanged")
      return rows(of: object)
    }
  }

  /// Nodes that no policy guards.
  private static func unguardedRows() async throws -> Set<Row> {
    let cluster = try await NodePolicyProofTests.cluster(NodeLabelGuard { _ in false })
    return try await cluster.withOperator(environment: .impatient) { _ in
      try await cluster.apply(TestCluster.object())
      return rows(of: try await cluster.wait(condition: "Ready", is: "False", reason: "NodePolicyMissing"))
    }
  }

  /// A definition of the release before.
  private static func outdatedRows() async throws -> Set<Row> {
    let cluster = try await OtherDefinitionTests.cluster(try Releases.definitionBeforeParts())
    return try await cluster.withOperator(environment: .impatient) { _ in
      try await cluster.apply(TestCluster.object())
      return rows(of: try await cluster.wait(condition: "Reconciling", reason: "DefinitionOutdated"))
    }
  }

  private static func rows(of object: KubernetesObject?) -> Set<Row> {
    Set(
      (object?[path: "status", "conditions"]?.array ?? []).map {
        Row(condition: $0["type"]?.string ?? "", reason: $0["reason"]?.string ?? "")
      })
  }

  private static let full: JSONObject = ["mode": "Full", "clickHouse": ["application": [:]]]

  private static let scenarios: [Scenario] = [
    Scenario(condition: "Ready", reason: "Ready", spec: ["dashboards": ["enabled": false]]),
    Scenario(condition: "Stalled", reason: "NamespaceTaken", spec: full, older: true),
    Scenario(condition: "Stalled", reason: "InvalidSpec", spec: ["metrics": ["interval": "1s"]]),
    Scenario(condition: "Stalled", reason: "NodesAlreadyObserved", older: true),
    Scenario(condition: "Stalled", reason: "ChildRefused", refusal: (422, "Invalid")),
    Scenario(condition: "Reconciling", reason: "ApplyFailed", refusal: (500, "InternalError")),
    Scenario(condition: "Reconciling", reason: "NamespaceNotFound", withNamespace: false),
    Scenario(condition: "Reconciling", reason: "NotPermitted", withoutPods: true),
    Scenario(condition: "Reconciling", reason: "KindNotServed", spec: ["metrics": ["delivery": "Scrape"]]),
  ]
}
