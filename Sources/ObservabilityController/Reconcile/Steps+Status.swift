// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import Logging
import ObservabilityAPI
import Rendering

extension ObservabilityReconciler {
  /// Counts agents by node.
  func observeAgents(_ pass: inout Pass) {
    guard let observability = pass.observability, !pass.isStalled else { return }
    let daemonSet = daemonSet(of: observability, pass)
    let agents = AgentsObservation(
      pool: NodePool(observability.spec.nodeAgent), nodes: pass.nodes, daemonSet: daemonSet)
    pass.agents = agents
    if daemonSet == nil, let obstacle = pass.conditions.blocked ?? pass.conditions.metrics?.badFinding {
      pass.conditions.agents = .progressing(
        Finding(.notCreated, "The DaemonSet is not there yet. \(obstacle.message)"))
      return
    }
    switch agents.verdict {
    case .available(let finding): pass.conditions.agents = .good(finding)
    case .progressing(let finding): pass.conditions.agents = .progressing(finding)
    case .unavailable(let finding): pass.conditions.agents = .bad(finding)
    }
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

  /// Writes the status if it says something new, tells what changed, and logs the story.
  ///
  /// Right after a change to a child it waits for a moment: see ``Settling``.
  func publishStatus(_ pass: inout Pass) async {
    let name = pass.object.name
    let now = environment.now()
    let waits = remember(name) { memory in
      memory.settling.waits(
        hasChanged: pass.changedSomething,
        isSettled: pass.conditions.isReady || pass.isStalled || pass.failure != nil, now: now)
    }
    let report = Story.Report(pass)
    for line in remember(name, { $0.story.tell(report, now: now) }) {
      logger.log(level: line.level, "\(line.message)", metadata: line.metadata)
    }
    guard !waits else { return }

    let before = ConditionSet(pass.object[path: "status", "conditions"])
    var after = before
    pass.conditions.write(
      to: &after, generation: pass.object.generation ?? 0, now: environment.timestamp())
    do {
      _ = try await statusWriter.write(
        type: .observabilities, live: pass.object, status: status(pass, conditions: after))
    } catch {
      pass.failure = pass.failure ?? error
      return
    }
    for item in ConditionNews.items(before: before, after: after) {
      events.record(
        regarding: pass.object, type: item.isWarning ? .warning : .normal, reason: item.reason, action: "Reconcile",
        note: item.note)
    }
  }

  private func status(_ pass: Pass, conditions: ConditionSet) -> JSONObject {
    if pass.isStalled, pass.agents == nil {
      // Nothing was looked at, so all else stands as it was last seen.
      var status = pass.object["status"]?.object ?? [:]
      status["observedGeneration"] = .integer(pass.object.generation ?? 0)
      status["conditions"] = conditions.json
      return status
    }
    var status = ObservabilityStatus(
      observedGeneration: pass.object.generation ?? 0, conditions: conditions.json.array ?? [])
    if let agents = pass.agents {
      status.agents = .init(
        eligible: agents.eligible, ineligible: agents.ineligible.count, updated: agents.updated, ready: agents.ready)
      status.ineligibleNodes = agents.ineligible.map {
        .init(name: $0.name, kernel: $0.kernel, reason: $0.reason)
      }
    }
    if let spec = pass.observability?.spec {
      status.capabilities = Renderer.capabilities(for: spec).map { .init(name: $0.name, purpose: $0.for) }
    }
    status.inventory = pass.inventory.map {
      .init(
        group: $0.group, kind: $0.kind, namespace: $0.namespace ?? "", name: $0.name, uid: $0.uid ?? "", hash: $0.hash)
    }
    if case .resolved(let backend) = pass.resolution {
      status.endpoints = .init(metricsWrite: backend.writeURL, metricsRead: backend.readURL)
    }
    return status.json.object ?? [:]
  }
}
