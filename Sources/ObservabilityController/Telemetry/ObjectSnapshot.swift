// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// What the metrics report of one object: what its status says, reduced to what is counted. Pure.
struct ObjectSnapshot: Hashable, Sendable {
  /// The states by which agents are counted, as the label `state` names them.
  enum AgentState: String, CaseIterable, Hashable, Sendable {
    /// Nodes that are selected and can carry the agent.
    case eligible
    /// Nodes whose agent is ready.
    case ready
    /// Nodes whose agent is of the present version.
    case updated
    /// Nodes that are selected and cannot carry the agent.
    case ineligible
  }

  /// The status of each condition that the object has. A part that is switched off has none.
  private(set) var conditions: [String: Condition.Status]
  /// How many nodes are in each state; empty until they have been counted.
  private(set) var agents: [AgentState: Int64]

  /// Reads the status of an object.
  init(status: JSONObject) {
    conditions = Dictionary(
      ConditionSet(status["conditions"]).conditions.map { ($0.type, $0.status) }, uniquingKeysWith: { $1 })
    agents = AgentState.allCases.reduce(into: [:]) { agents, state in
      agents[state] = status["agents"]?[state.rawValue]?.integer
    }
  }

  /// The series of `observability_condition`, by object, type and status: one for each status that a condition may have,
  /// 1 for the one that it has, as kube-state-metrics reports conditions.
  func conditionSeries(of object: String) -> [[String]: Double] {
    conditions.reduce(into: [:]) { series, condition in
      for status in Condition.Status.allCases {
        series[[object, condition.key, status.rawValue]] = status == condition.value ? 1 : 0
      }
    }
  }

  /// The series of `observability_agents`, by object and state.
  func agentSeries(of object: String) -> [[String]: Double] {
    agents.reduce(into: [:]) { $0[[object, $1.key.rawValue]] = Double($1.value) }
  }
}
