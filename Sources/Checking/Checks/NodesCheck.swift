// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import NodeEligibility
import ObservabilityAPI
import ObservabilityController

extension ObjectCheck {
  /// How many nodes, or pods, are named one by one.
  private static let named = 3

  /// Which nodes can carry an agent, and whether their labels say so.
  func nodeItems(_ spec: ObservabilitySpec) -> [CheckItem] {
    guard case .read(let nodes) = cluster.nodes else {
      return [cluster.nodes.unread(.nodes, "Nodes", object: name)].compactMap(\.self)
    }
    let record = around.verdicts.value ?? nil
    let pool = NodePool(spec.nodeAgent, record: record?["data"], now: now)
    var eligible: [KubernetesObject] = []
    var ineligible: [(node: KubernetesObject, why: Ineligibility)] = []
    for node in nodes {
      switch pool.standing(of: NodeView(node)) {
      case .eligible: eligible.append(node)
      case .ineligible(let why): ineligible.append((node, why))
      case .notSelected: break
      }
    }
    let others = nodes.count - eligible.count - ineligible.count
    let counts =
      "\(eligible.count) of \(nodes.count) nodes can carry an agent, \(ineligible.count) cannot, and \(others) are not "
      + "asked for."
    var items = [
      eligible.isEmpty
        ? item(
          .nodes, .fault, counts,
          remedy: ineligible.isEmpty
            ? "Correct spec.nodeAgent.nodeSelector and spec.nodeAgent.tolerations." : "See the reasons below.")
        : item(.nodes, .ok, counts)
    ]
    items += ineligible.prefix(Self.named).map { node, why in
      item(
        .nodes, .warning,
        "Node \(node.name): \(why.reason.name): \(why.detail.isEmpty ? why.reason.meaning : why.detail)",
        remedy: why.reason.remedy)
    }
    if ineligible.count > Self.named {
      items.append(
        item(
          .nodes, .warning, "\(ineligible.count - Self.named) more nodes cannot carry an agent.",
          remedy: "kubectl get obs \(name) -o jsonpath={.status.ineligibleNodes}"))
    }
    let unread = around.verdicts.unread(
      .nodes, "ConfigMap \(ChildNames(name, in: spec.namespace).verdicts)", object: name)
    // Without the record a verdict of preflight looks like none.
    return items + (unread.map { [$0] } ?? labelItems(eligible, ineligible.map(\.node)))
  }

  private func labelItems(_ eligible: [KubernetesObject], _ ineligible: [KubernetesObject]) -> [CheckItem] {
    let label = "\(NodeLabel.label)=\(NodeLabel.value)"
    let kept = eligible.filter { NodeLabel.current($0) == NodeLabel.value }.map(\.name)
    let bare = ineligible.filter { NodeLabel.current($0) != NodeLabel.value }.map(\.name)
    var items: [CheckItem] = []
    if !kept.isEmpty {
      items.append(
        item(
          .nodes, .warning, "The label \(label) keeps agents off nodes that could carry one: \(kept.listed(5)).",
          remedy: "kubectl label node \(kept.prefix(5).joined(separator: " ")) \(NodeLabel.label)-"))
    }
    if !bare.isEmpty {
      items.append(
        item(
          .nodes, .warning,
          "Nodes that cannot carry an agent lack the label \(label), so that agents fail there: "
            + "\(bare.listed(5)).",
          remedy: "The operator sets it; see whether one runs, and whether it may patch nodes."))
    }
    return items
  }

  /// The agents' DaemonSet, and the pods of the object that do not run.
  func agentItems(_ spec: ObservabilitySpec) -> [CheckItem] {
    [daemonSetItem(spec)].compactMap(\.self) + podItems(spec)
  }

  private func daemonSetItem(_ spec: ObservabilitySpec) -> CheckItem? {
    let title = "DaemonSet \(ChildNames(name, in: spec.namespace).daemonSet)"
    guard case .read(let daemonSet) = around.daemonSet else {
      return around.daemonSet.unread(.agents, title, object: name)
    }
    guard let daemonSet else {
      return item(
        .agents, .fault, "\(title) does not exist: no agent runs.",
        remedy: "The operator creates it; see above whether one runs and what the conditions say.")
    }
    func count(_ member: String) -> Int64 { daemonSet[path: "status", member]?.integer ?? 0 }
    let (desired, ready, updated) =
      (count("desiredNumberScheduled"), count("numberReady"), count("updatedNumberScheduled"))
    let message = "\(title): \(ready) of \(desired) agents are ready, \(updated) are of the present version."
    guard ready < desired || updated < desired else { return item(.agents, .ok, message) }
    return item(
      .agents, ready < desired ? .fault : .warning, message,
      remedy: "kubectl -n \(spec.namespace) get pods -l \(Watches.objectLabel)=\(name) -o wide")
  }

  private func podItems(_ spec: ObservabilitySpec) -> [CheckItem] {
    guard case .read(let pods) = around.pods else {
      return [around.pods.unread(.agents, "Pods of namespace \(spec.namespace)", object: name)].compactMap(\.self)
    }
    let problems = pods.compactMap { PodProblem($0, now: now) }
    var items = problems.prefix(Self.named).map { item(.agents, .fault, $0.message, remedy: $0.remedy) }
    if problems.count > Self.named {
      items.append(
        item(
          .agents, .fault, "\(problems.count - Self.named) more pods do not run.",
          remedy: "kubectl -n \(spec.namespace) get pods -l \(Watches.objectLabel)=\(name)"))
    }
    return items
  }
}
