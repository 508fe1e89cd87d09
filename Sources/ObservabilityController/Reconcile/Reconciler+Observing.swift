// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import ObservabilityAPI

extension ObservabilityReconciler {
  /// Asks each part how it is, after those that it needs.
  func observe(_ pass: inout Pass, _ view: ClusterView) {
    guard let subject = pass.subject else { return }
    var wrong: [PartID: Finding] = [:]
    for index in pass.parts.indices where !pass.parts[index].plan.isPending {
      let entry = pass.parts[index]
      let upstream = entry.part.needs.lazy.compactMap { wrong[$0] }.first
      let children = children(of: entry, pass.inventory)
      let report = remember(subject.name) { memory in
        entry.part.report(
          entry, of: subject, upstream: upstream, children: children, view: view, memory: &memory.parts[entry.id])
      }
      pass.parts[index].report = report
      wrong[entry.id] = report.state?.badFinding
      if let obstacle = report.obstacle { pass.parts[index].block(obstacle) }
      pass.nextLooks += report.nextLooks
      for event in report.events { events.record(event, regarding: subject.object) }
    }
  }

  private func children(of entry: PartPass, _ inventory: Inventory) -> AppliedChildren {
    AppliedChildren(
      records: entry.applied, entries: inventory.entries(of: entry.id, parts.types), isComplete: entry.isComplete,
      stored: { [informers, types = parts.types] id in
        guard let type = types.type(of: id) else { return nil }
        return informers.store(Watches.children(type, in: id.key.namespace))?.get(id.key)
      })
  }
}
