// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import HTTPTransport
import JSON
import KubernetesClient
import KubernetesCore
import Logging
import NodeEligibility
import ObservabilityAPI
import Rendering

/// Coroot's agent on every node that can carry it, and the record of what was found on nodes that cannot.
struct AgentsPart: Part {
  static let id = PartID(rawValue: "agents")
  static let condition = ConditionType.agentsAvailable
  static let notReady = ConditionReason.agentsNotReady
  /// The gateway comes first, so that agents find it when they begin to send.
  static let needs = [MetricsPart.id, GatewayPart.id, CorootPart.id]
  static let waiting = "agents wait"

  static let children = [
    ChildKind(.serviceAccounts, suffix: AgentShape.name(of: "")),
    ChildKind(.networkPolicies, suffix: AgentShape.name(of: "")),
    ChildKind(.daemonSets, suffix: AgentShape.name(of: "")),
    ChildKind(.podScrapes, suffix: AgentShape.name(of: "")) { kind in
      kind.remedy = "Install the VictoriaMetrics operator, or set spec.metrics.delivery to Push."
      kind.isWanted = { $0.metrics.delivery == .scrape }
    },
    ChildKind(.configMaps, suffix: NodeVerdicts.name("")) { kind in
      kind.kept = VerdictsContent.kept
      // Agents that run already fail on new nodes until these are labelled.
      kind.standsAlone = true
    },
  ]

  static let watched: [ResourceType: WatchedType] = [
    .pods: WatchedType(
      content: WatchContent(keeping: AgentPod.read, reduce: AgentPod.project), news: AgentPod.news)
  ]

  /// What the agents are rendered from.
  struct Inputs: Sendable {
    /// Nil as long as nodes cannot be read.
    var judgement: NodeJudgement?
    var pods: [AgentPod]
    /// Why pods cannot be read; without them the counts are known still.
    var podsFailure: KubernetesError?
    /// Nil as long as it is not known where metrics go.
    var facts: PlatformFacts?
    /// Whether nodes are to be labelled first.
    var waitsForLabels = false
    /// What is written down of nodes.
    var record: ConfigMapRecord?
  }

  /// The ConfigMap of verdicts.
  struct ConfigMapRecord: Sendable {
    var verdicts: DueVerdicts
    /// The operator's part of what rendering must know.
    var facts: PlatformFacts
  }

  let nodes: NodeEligibilityController

  init(_ context: PartContext) { nodes = context.nodes }

  func isWanted(_ spec: ObservabilitySpec) -> Bool { true }

  func watches(_ spec: ObservabilitySpec, lookup: (ResourceType, ObjectKey) -> Lookup) -> Set<WatchTarget> {
    [Self.pods(in: spec.namespace)]
  }

  func forget(_ object: String) { nodes.forget(object) }

  /// The pods of the agents in one namespace; their template carries the label of children.
  static func pods(in namespace: String) -> WatchTarget {
    WatchTarget(.pods, namespace: namespace, labelSelector: Watches.objectLabel)
  }

  func render(_ inputs: Inputs, _ subject: Subject) -> [Child] {
    var children = inputs.facts.map { Renderer.children(of: subject.observability, facts: $0) } ?? []
    if inputs.waitsForLabels { children.removeAll { $0.type == .daemonSets } }
    if let record = inputs.record, let data = record.verdicts.data {
      children.append(NodeVerdicts.child(of: subject.observability, data: data, facts: record.facts))
    }
    return children
  }
}
