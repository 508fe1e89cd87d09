// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Testing

@testable import ObservabilityController

/// Findings into conditions.
@Suite struct ConditionAssemblyTests {
  static let now = Timestamp(secondsSinceEpoch: 1_767_225_600)
  static let later = Timestamp(secondsSinceEpoch: 1_767_225_660)

  static let stalls = [
    ConditionReason.invalidSpec, .namespaceTaken, .nodesAlreadyObserved, .childRefused, .immutableFieldChanged,
  ].map { Finding($0, "stalled by \($0.name)") }
  static let blocks = [
    ConditionReason.namespaceNotFound, .notPermitted, .kindNotServed, .applyFailed, .progressing,
  ].map { Finding($0, "blocked by \($0.name)") }
  static let agents: [PartState?] = [
    nil, .good(Finding(.allReady, "agents good")), .progressing(Finding(.rollingOut, "agents progressing")),
    .progressing(Finding(.notCreated, "agents not created")),
    .progressing(Finding(.agentsNotReady, "agents not ready")),
    .updating(Finding(.minimumAvailable, "agents nearly all ready")),
    .bad(Finding(.noEligibleNodes, "agents bad")), .bad(Finding(.podsFailing, "agents failing")),
  ]
  static let metrics: [PartState?] =
    [nil, .good(Finding(.reachable, "metrics good"))]
    + [
      ConditionReason.serviceNotFound, .unreachable, .unauthorized, .refused, .notVictoriaMetrics, .secretNotFound,
      .secretKeyMissing, .credentialsNotURLSafe, .notPermitted,
    ].map { .bad(Finding($0, "metrics bad")) }

  static let combinations: [ConditionAssembly] = ([nil] + stalls).flatMap { stalled in
    ([nil] + blocks).flatMap { blocked in
      agents.flatMap { agents in
        metrics.flatMap { metrics in
          [nil, PartState.bad(Finding(.grafanaMissing, "dashboards missing"))].map { dashboards in
            ConditionAssembly(
              stalled: stalled, blocked: blocked, agents: agents, metrics: metrics, dashboards: dashboards)
          }
        }
      }
    }
  }

  static func write(_ assembly: ConditionAssembly, over before: ConditionSet = ConditionSet()) -> ConditionSet {
    var conditions = before
    assembly.write(to: &conditions, generation: 7, now: later)
    return conditions
  }

  /// All of it at once: one condition of the three kstatus ones is true, `Ready` says why, parts come and go.
  @Test func everyCombination() {
    for assembly in Self.combinations {
      let conditions = Self.write(assembly)
      let true3 = ["Ready", "Reconciling", "Stalled"].filter(conditions.isTrue)
      let expected = assembly.isReady ? "Ready" : assembly.stalled == nil ? "Reconciling" : "Stalled"
      #expect(true3 == [expected], "\(assembly)")
      #expect(conditions["Reconciling"]?.status != .isFalse && conditions["Stalled"]?.status != .isFalse)
      #expect((conditions["AgentsAvailable"]?.status == .isTrue) == (assembly.agents?.isAvailable ?? false))
      #expect((conditions["AgentsAvailable"] == nil) == (assembly.agents == nil))
      #expect((conditions["MetricsBackendReady"]?.status == .isTrue) == (assembly.metrics?.isGood ?? false))
      #expect((conditions["MetricsBackendReady"] == nil) == (assembly.metrics == nil))
      #expect((conditions["DashboardsPublished"] == nil) == (assembly.dashboards == nil))
      #expect(conditions["Ready"]?.reason == Self.readyReason(assembly).name, "\(assembly)")
      #expect(conditions.conditions.allSatisfy { $0.observedGeneration == 7 && !$0.message.isEmpty })
    }
  }

  private static func readyReason(_ assembly: ConditionAssembly) -> ConditionReason {
    if let stalled = assembly.stalled { return stalled.reason }
    if let blocked = assembly.blocked { return blocked.reason }
    if let metrics = assembly.metrics, !metrics.isGood { return .backendNotReady }
    if let agents = assembly.agents, !agents.isGood { return .agentsNotReady }
    if assembly.dashboards != nil { return .dashboardsNotPublished }
    return assembly.agents != nil && assembly.metrics != nil ? .ready : .progressing
  }

  @Test func everyReasonStandsInTheTableOfItsCondition() {
    var missing: Set<String> = []
    for assembly in Self.combinations {
      for condition in Self.write(assembly).conditions {
        let type: ConditionType? = ConditionType(rawValue: condition.type)
        if type.map({ !Made.isDocumented(condition.reason, for: $0) }) ?? true {
          missing.insert("\(condition.type) \(condition.reason)")
        }
      }
    }
    #expect(missing.isEmpty)
  }

  @Test func theTimeOfTransitionMovesOnlyWhenTheStatusFlips() {
    let samples = Self.combinations.enumerated().filter { $0.offset.isMultiple(of: 41) }.map(\.element)
    for old in samples {
      var before = ConditionSet()
      old.write(to: &before, generation: 6, now: Self.now)
      for new in samples {
        for condition in Self.write(new, over: before).conditions {
          let isSame = before[condition.type]?.status == condition.status
          #expect(condition.lastTransitionTime == (isSame ? Self.now : Self.later), "\(condition)")
        }
      }
    }
  }

  @Test func whatAnotherPutThereIsLeft() {
    var before = ConditionSet()
    before.set("Theirs", .isTrue, reason: "R", message: "m", generation: 1, now: Self.now)
    #expect(Self.write(ConditionAssembly(agents: nil), over: before)["Theirs"] == before["Theirs"])
  }

  @Test func readySaysWhatIsWell() {
    let assembly = ConditionAssembly(
      agents: .good(Finding(.allReady, "Agents run.")), metrics: .good(Finding(.reachable, "It answered.")))
    #expect(Self.write(assembly)["Ready"]?.message == "Agents run. It answered.")
  }

  @Test("The condition of a part that is switched off goes although a child of another part is refused")
  func aPartThatIsSwitchedOff() {
    var conditions = ConditionSet()
    let well = ConditionAssembly(
      agents: .good(Finding(.allReady, "run")), metrics: .good(Finding(.reachable, "answered")))
    well.write(to: &conditions, generation: 1, now: Self.now)
    var refused = well
    refused.stalled = Finding(.childRefused, "refused")
    refused.parts[1].standing = nil
    refused.write(to: &conditions, generation: 2, now: Self.later)
    #expect(conditions[ConditionType.metricsBackendReady.rawValue] == nil)
    #expect(conditions[ConditionType.agentsAvailable.rawValue] != nil)
  }
}
