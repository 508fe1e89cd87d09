// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import ObservabilityAPI

/// What is known of the namespace of the children.
enum NamespaceState: Hashable, Sendable {
  case pending
  /// It is there, and stays.
  case present
  case obstacle(Finding)
}

extension ObservabilityReconciler {
  /// The namespace of the children: looked at first, since whatever else cannot be read or written in a namespace that is
  /// missing follows from that.
  func namespace(_ spec: ObservabilitySpec) -> NamespaceState {
    switch informers.lookup(.namespaces, ObjectKey(name: spec.namespace)) {
    case .pending: .pending
    case .failing(let error):
      .obstacle(Finding(.notPermitted, "Namespace \(spec.namespace) cannot be read: \(error)."))
    case .absent: Self.state(spec.namespace, nil)
    case .present(let namespace): Self.state(spec.namespace, namespace)
    }
  }

  private static func state(_ name: String, _ namespace: KubernetesObject?) -> NamespaceState {
    guard let namespace else {
      return .obstacle(
        Finding(
          .namespaceNotFound,
          "Namespace \(name) does not exist. Create it with label pod-security.kubernetes.io/enforce=privileged."))
    }
    guard namespace.isBeingDeleted else { return .present }
    return .obstacle(
      Finding(.namespaceNotFound, "Namespace \(name) is being deleted. Wait until it is gone, and create it again."))
  }

  /// Asks the API server for the namespace before a missing right is reported.
  ///
  /// The RoleBinding of a namespace that is being deleted goes with the rest of its contents, and the watches that see
  /// the contents go may be ahead of the one that sees the namespace.
  func confirmNamespace(_ pass: inout Pass) async {
    guard let subject = pass.subject, subject.hasNamespace, !pass.isOver else { return }
    let refusals = (pass.parts.compactMap(\.obstacle) + pass.parts.compactMap(\.plan.finding))
      .filter { $0.reason == .notPermitted }
    guard !refusals.isEmpty, memory(of: subject.name).confirmedRefusals != refusals else { return }
    let name = subject.spec.namespace
    let query = ListQuery(fieldSelector: "metadata.name=\(name)", form: .metadata)
    // Without an answer the refusal is reported as it came.
    guard let answer = try? await api.list(.namespaces, query) else { return }
    guard case .obstacle(let obstacle) = Self.state(name, answer.items.first) else {
      remember(subject.name) { $0.confirmedRefusals = refusals }
      return
    }
    for index in pass.parts.indices where pass.parts[index].part.children.contains(where: \.isBesideObject) {
      pass.parts[index].obstacle = obstacle
    }
    if pass.failure?.isForbidden == true { pass.failure = nil }
  }
}
