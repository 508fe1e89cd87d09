// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import ObservabilityAPI

extension ObservabilityReconciler {
  /// Reads and validates the object, and finds the namespace of the children.
  func decode(_ pass: inout Pass) {
    let observability: Observability
    do {
      observability = try decoded.decode(pass.object)
    } catch {
      let remark = error.namesUnknownField ? pass.definition?.remark.map { ". \($0)" } : nil
      pass.stalled = Finding(.invalidSpec, "\(error)\(remark ?? "")")
      return
    }
    let spec = observability.spec
    if let left = movedChild(in: pass.inventory, spec) {
      pass.stalled = Finding(
        .invalidSpec,
        "spec.namespace: must not change; the children live in \(left). Set it back, or delete the "
          + "object and create it again.")
    }
    // Looked at once: parts must not find Secrets missing in a namespace that becomes known a moment later.
    pass.namespace = namespace(spec)
    pass.subject = Subject(
      object: pass.object, observability: observability, hasNamespace: pass.namespace == .present)
    guard pass.stalled == nil else { return }
    informers.setTargets(
      Watches.needed(
        for: spec, parts: parts, inventory: pass.inventory, serves: served.isServed, lookup: informers.lookup),
      for: observability.name)
  }

  /// The namespace in which a child was left that lives beside its object; nil if none was.
  private func movedChild(in inventory: Inventory, _ spec: ObservabilitySpec) -> String? {
    inventory.entries.first { entry in
      let kinds = parts.types.kinds(of: entry.id)
      return entry.namespace != nil && !kinds.isEmpty && kinds.allSatisfy(\.isBesideObject)
        && entry.namespace != spec.namespace
    }?.namespace
  }

  /// Asks each part that the object wants what it needs. Sends nothing.
  func resolve(_ pass: inout Pass, _ view: ClusterView) {
    guard let subject = pass.subject else { return }
    let obstacle: Finding?
    switch pass.namespace {
    case .pending:
      pass.isPending = true
      return
    case .present: obstacle = nil
    case .obstacle(let finding): obstacle = finding
    }
    for part in parts.ordered {
      guard part.isWanted(subject.spec) else {
        part.forget(subject.name)
        remember(subject.name) { $0.parts[part.id] = nil }
        continue
      }
      var plan = part.plan(subject, view, pass.upstream)
      plan.children.removeAll { !isServed($0) }
      pass.stalled = pass.stalled ?? plan.stalled
      pass.upstream.add(part.id, plan.inputs, isBlocked: plan.finding != nil)
      var entry = PartPass(part: part, plan: plan)
      // What has no children beside the object goes on without the namespace.
      if part.children.contains(where: \.isBesideObject) { entry.obstacle = obstacle }
      if let held = plan.held { entry.block(held) }
      pass.parts.append(entry)
    }
  }
}
