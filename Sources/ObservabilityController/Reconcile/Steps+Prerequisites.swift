// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
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
          + "object and create it again.")
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
    informers.setTargets(
      Watches.needed(
        for: spec, inventory: pass.inventory, domain: settings.clusterDomain, lookup: informers.lookup),
      for: observability.name)
  }

  /// Finds the namespace of the children: the first step that looks at the cluster, since whatever else cannot be read or
  /// written in a namespace that is missing follows from that.
  func findNamespace(_ pass: inout Pass) {
    guard let spec = pass.observability?.spec else { return }
    switch informers.lookup(.namespaces, ObjectKey(name: spec.namespace)) {
    case .pending: pass.isPending = true
    case .failing(let error):
      pass.conditions.blocked = Finding(.notPermitted, "Namespace \(spec.namespace) cannot be read: \(error).")
    case .absent: pass.conditions.blocked = Self.obstacle(spec.namespace, nil)
    case .present(let namespace):
      pass.conditions.blocked = Self.obstacle(spec.namespace, namespace)
      pass.hasNamespace = pass.conditions.blocked == nil
    }
  }

  /// Why nothing can be created in a namespace; nil if it can.
  private static func obstacle(_ name: String, _ namespace: KubernetesObject?) -> Finding? {
    guard let namespace else {
      return Finding(
        .namespaceNotFound,
        "Namespace \(name) does not exist. Create it with label pod-security.kubernetes.io/enforce=privileged.")
    }
    guard namespace.isBeingDeleted else { return nil }
    return Finding(
      .namespaceNotFound, "Namespace \(name) is being deleted. Wait until it is gone, and create it again.")
  }

  /// Asks the API server for the namespace before a missing right is reported.
  ///
  /// The RoleBinding of a namespace that is being deleted goes with the rest of its contents, and the watches that see
  /// the contents go may be ahead of the one that sees the namespace.
  func confirmNamespace(_ pass: inout Pass) async {
    guard let namespace = pass.observability?.spec.namespace, pass.hasNamespace else { return }
    let refusals = [pass.conditions.blocked, pass.conditions.metrics?.badFinding].compactMap(\.self)
      .filter { $0.reason == .notPermitted }
    guard !refusals.isEmpty, memory(of: pass.object.name).confirmedRefusals != refusals else { return }
    let query = ListQuery(fieldSelector: "metadata.name=\(namespace)", form: .metadata)
    // Without an answer the refusal is reported as it came.
    guard let answer = try? await api.list(.namespaces, query) else { return }
    guard let obstacle = Self.obstacle(namespace, answer.items.first) else {
      remember(pass.object.name) { $0.confirmedRefusals = refusals }
      return
    }
    pass.hasNamespace = false
    pass.conditions.blocked = obstacle
    if pass.failure?.isForbidden == true { pass.failure = nil }
  }
}
