// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import ObservabilityAPI

extension ObservabilityReconciler {
  /// Reads and validates the object, and says what this release does not do.
  func decode(_ pass: inout Pass) {
    let observability: Observability
    do {
      observability = try decoded.decode(pass.object)
    } catch {
      pass.conditions.stalled = Finding(.invalidSpec, "\(error)")
      return
    }
    pass.observability = observability
    let spec = observability.spec
    if let moved = pass.inventory.first(where: { $0.namespace != nil && $0.namespace != spec.namespace }) {
      pass.conditions.stalled = Finding(
        .invalidSpec,
        "spec.namespace: must not change; the children live in \(moved.namespace ?? ""). Set it back, or delete the "
          + "object and create it anew.")
      return
    }
    let missing = NotImplemented.features(in: spec)
    if let first = missing.first(where: \.blocking) {
      pass.conditions.stalled = Finding(.notImplemented, first.message)
      return
    }
    if !missing.isEmpty {
      pass.conditions.dashboards = .bad(
        Finding(.notImplemented, missing.map { "\($0.message)." }.joined(separator: " ")))
    }
    informers.want(Watches.needed(for: spec, inventory: pass.inventory), by: observability.name)
  }

  /// Finds the namespace of the children.
  func findNamespace(_ pass: inout Pass) {
    guard let spec = pass.observability?.spec else { return }
    switch informers.lookup(.namespaces, ObjectKey(name: spec.namespace)) {
    case .pending: pass.isPending = true
    case .absent:
      pass.conditions.blocked = Finding(
        .namespaceNotFound,
        "Namespace \(spec.namespace) is not there. Create it with label pod-security.kubernetes.io/enforce=privileged.")
    case .failing(let error):
      pass.conditions.blocked = Finding(.notPermitted, "Namespace \(spec.namespace) cannot be read: \(error).")
    case .present(let namespace):
      pass.hasNamespace = !namespace.isBeingDeleted
      guard namespace.isBeingDeleted else { return }
      pass.conditions.blocked = Finding(
        .namespaceNotFound, "Namespace \(spec.namespace) is being deleted. Wait until it is gone and create it anew.")
    }
  }
}
