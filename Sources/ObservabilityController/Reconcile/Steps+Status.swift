// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import Logging
import ObservabilityAPI
import Rendering

extension ObservabilityReconciler {
  /// Writes the status if it says something new, records Events, and logs the transitions.
  ///
  /// Right after a change to a child, or of an agent, it waits for a moment: see ``StatusDebounce``.
  func publishStatus(_ pass: inout Pass) async {
    let name = pass.object.name
    let now = environment.now()
    let isSettled = pass.conditions.isReady || pass.isStalled || pass.failure != nil
    let snapshot = pass.agents?.snapshot
    let waits = remember(name) { memory in
      let moves = memory.snapshot != nil && memory.snapshot != snapshot
      memory.snapshot = snapshot
      return memory.debounce.waits(
        hasChanged: pass.changedSomething || moves && !isSettled, isSettled: isSettled, now: now)
    }
    var report = TransitionLog.Report(pass)
    let news = nodeEvents(pass)
    report.nodes = news.lines
    for line in remember(name, { $0.transitions.record(report, now: now) }) {
      logger.log(level: line.level, "\(line.message)", metadata: line.metadata)
    }
    for item in news.events {
      events.record(
        regarding: pass.object, type: item.isWarning ? .warning : .normal, reason: "NodeIneligible", action: "Skip",
        note: item.note)
    }
    guard !waits else { return }

    let before = ConditionSet(pass.object[path: "status", "conditions"])
    var after = before
    pass.conditions.write(
      to: &after, generation: pass.object.generation ?? 0, now: environment.timestamp())
    do {
      // Without a write there is no Event: the next pass would send it again.
      guard
        try await statusWriter.write(
          type: .observabilities, live: pass.object, status: status(pass, conditions: after))
      else { return }
    } catch {
      // Deleted during the pass, which is no fault. A definition without the subresource answers the same.
      if error.isNotFound, (try? await isAsKnown(&pass)) == false { return }
      pass.failure = pass.failure ?? error
      return
    }
    for item in ConditionEvents.items(before: before, after: after) {
      events.record(
        regarding: pass.object, type: item.isWarning ? .warning : .normal, reason: item.reason, action: "Reconcile",
        note: item.note)
    }
  }

  /// What is new about the nodes of the object.
  private func nodeEvents(_ pass: Pass) -> NodeEvents.Items {
    guard let agents = pass.agents, pass.pool != nil else { return NodeEvents.Items() }
    let nodes = informers.store(Watches.nodes)
    return remember(pass.object.name) { memory in
      memory.nodes.update(ineligible: agents.ineligible, odd: pass.oddNodes) { name in
        // The process that set the label sent the Event.
        !labeller.hasWritten(name)
          && nodes?.get(ObjectKey(name: name)).flatMap(NodeLabel.current) == NodeLabel.value
      }
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
      // The list is sorted, and only its beginning is shown.
      status.ineligibleNodes = agents.ineligible.enumerated().map { position, node in
        .init(
          name: node.name, kernel: node.kernel, reason: node.why.reason.name,
          message: position < ObservabilityStatus.nodeLimit ? node.why.message : "")
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
