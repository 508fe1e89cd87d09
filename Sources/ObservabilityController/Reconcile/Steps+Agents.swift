// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import Logging
import ObservabilityAPI
import Rendering

extension ObservabilityReconciler {
  /// Counts agents by node, and finds out why some do not run.
  func observeAgents(_ pass: inout Pass) {
    guard let observability = pass.observability, !pass.isStalled else { return }
    let name = observability.name
    let namespace = observability.spec.namespace
    let daemonSet = daemonSet(of: observability, pass)
    guard let pods = pods(in: namespace, &pass) else { return }
    var agents = AgentsObservation(
      pool: pass.pool ?? NodePool(observability.spec.nodeAgent), nodes: pass.nodes, daemonSet: daemonSet, pods: pods,
      now: environment.timestamp())
    let before = ConditionSet(pass.object[path: "status", "conditions"])[ConditionType.agentsAvailable.rawValue]
    reportFailures(&agents, pods, wereReported: before?.reason == ConditionReason.podsFailing.name, &pass)
    pass.agents = agents
    pass.oddNodes = oddNodes(pass)
    if daemonSet == nil, let obstacle = pass.conditions.blocked ?? pass.conditions.metrics?.badFinding {
      pass.conditions.agents = .progressing(
        Finding(.notCreated, "The DaemonSet does not exist yet. \(obstacle.message)"))
      return
    }
    let (isLong, nextLook) = remember(name) {
      $0.missingPods.update(
        isLacking: agents.lacking > 0, wasLong: before?.reason == ConditionReason.podsNotCreated.name,
        now: environment.now())
    }
    pass.nextLooks += [nextLook, agents.nextLook.map { .seconds($0) }].compactMap(\.self)
    let security = PodSecurity(namespaceObject(namespace))
    let isUnguarded = proof.outcome == .missing && pass.conditions.blocked?.reason != .nodePolicyMissing
    let notes = AgentWarning.notes(
      for: observability.spec, agents: agents, podSecurity: security, isNodePolicyMissing: isUnguarded)
    pass.conditions.agents = agents.state(podSecurity: security, lacksForLong: isLong).adding(
      notes.map(\.text) + [NodeEvents.Odd.summary(pass.oddNodes)].compactMap(\.self))
    report(notes, before: before?.message ?? "", object: pass.object)
  }

  /// The agents' pods of a namespace; nil while they are not known. Without the right to read them the counts still are.
  private func pods(in namespace: String, _ pass: inout Pass) -> [AgentPod]? {
    switch informers.collection(Watches.agentPods(in: namespace)) {
    case .known(let store): return store.all().map { AgentPod($0) }
    case .pending:
      pass.isPending = true
      return nil
    case .failing(let error):
      pass.conditions.blocked =
        pass.conditions.blocked
        ?? Finding(.notPermitted, Self.unreadable(.pods, namespace: namespace, error))
      return []
    }
  }

  /// Reports each agent that began to fail, once, and keeps its wording until it recovers.
  ///
  /// - Parameter wereReported: whether the status says that agents fail: then an earlier process has sent the Events of those
  ///   that fail when this one first looks.
  private func reportFailures(
    _ agents: inout AgentsObservation, _ pods: [AgentPod], wereReported: Bool, _ pass: inout Pass
  ) {
    let observed = agents.failures
    let nodes = pass.nodes
    let isFirst = remember(pass.object.name) { memory in
      defer { memory.hasSeenAgents = true }
      return !memory.hasSeenAgents
    }
    let (failures, news) = remember(pass.object.name) { memory -> ([AgentFailure], [AgentFailure]) in
      guard !observed.isEmpty || !memory.episodes.isEmpty else { return ([], []) }
      let ready = Set(pods.lazy.filter(\.isReady).map(\.node))
      let nodes = Set(nodes.map(\.name))
      return memory.episodes.update(observed) { ready.contains($0) || !nodes.contains($0) }
    }
    agents.failures = failures
    pass.failureNews = news
    if isFirst, wereReported { return }
    for failure in news {
      events.record(
        regarding: pass.object, type: .warning, reason: "AgentPodFailing", action: "Observe", note: failure.note)
    }
  }

  /// Reports warnings about running agents, once each.
  private func report(_ notes: [AgentWarning], before: String, object: KubernetesObject) {
    let news = remember(object.name) { memory in
      defer { memory.notes = notes }
      return notes.filter { !memory.notes.contains($0) && !before.contains($0.text) }
    }
    for note in news {
      logger.warning(
        "agents need attention",
        metadata: ["object": "\(object.name)", "reason": "\(note.reason)", "cause": "\(note.text)"])
      events.record(regarding: object, type: .warning, reason: note.reason, action: "Observe", note: note.text)
    }
  }

  /// The nodes that count as eligible although something about them is odd.
  private func oddNodes(_ pass: Pass) -> [NodeEvents.Odd] {
    guard let pool = pass.pool else { return [] }
    return pass.nodes.compactMap { node in
      guard let note = NodeNote(node), pool.standing(of: node) == .eligible else { return nil }
      return NodeEvents.Odd(name: node.name, note: note)
    }
  }

  private func namespaceObject(_ name: String) -> KubernetesObject? {
    guard case .present(let namespace) = informers.lookup(.namespaces, ObjectKey(name: name)) else { return nil }
    return namespace
  }

  private func daemonSet(of observability: Observability, _ pass: Pass) -> KubernetesObject? {
    let kind = ResourceType.daemonSets.kind
    // The store may still show the state before a change of this pass, in which all was well.
    if let applied = pass.applied.first(where: { $0.child.kind == kind }) { return applied.object }
    guard let entry = pass.inventory.first(where: { $0.kind == kind }),
      let namespace = entry.namespace
    else { return nil }
    // A store may still show the roll-out before the one that was just asked for.
    if let record = pass.applied.first(where: { $0.id == entry.id }) { return record.object }
    return informers.store(Watches.children(.daemonSets, in: namespace))?
      .get(ObjectKey(namespace: namespace, name: entry.name))
  }
}
