// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import ObservabilityController

extension ObjectCheck {
  /// Whether the namespace of the children is there, stays, and lets agents in.
  func namespaceItems(_ spec: ObservabilitySpec) -> [CheckItem] {
    let name = spec.namespace
    guard case .read(let namespace) = around.namespace else {
      return [around.namespace.unread(.namespace, "Namespace \(name)", object: self.name)].compactMap(\.self)
    }
    guard let namespace else {
      return [
        item(
          .namespace, .fault, "Namespace \(name) does not exist; nothing can be rendered into it.",
          remedy: "kubectl create namespace \(name) && \(PodSecurity.command(name))")
      ]
    }
    if namespace.isBeingDeleted {
      return [
        item(
          .namespace, .fault, "Namespace \(name) is being deleted, with every child in it.",
          remedy: "Wait until it is gone, then: kubectl create namespace \(name) && \(PodSecurity.command(name))")
      ]
    }
    return [item(.namespace, .ok, "Namespace \(name) exists."), podSecurityItem(namespace)]
  }

  private func podSecurityItem(_ namespace: KubernetesObject) -> CheckItem {
    let name = namespace.name
    switch PodSecurity(namespace) {
    case .privileged: return item(.namespace, .ok, "Pod Security lets agents into it: \(PodSecurity.label)=privileged.")
    case .forbids(let level):
      return item(
        .namespace, .fault, "Pod Security refuses agents in namespace \(name): \(PodSecurity.label)=\(level).",
        remedy: PodSecurity.command(name))
    case .unknown:
      // What the cluster's default is shows in whether pods came.
      let desired = (around.daemonSet.value ?? nil)?[path: "status", "desiredNumberScheduled"]?.integer ?? 0
      let missing = "Namespace \(name) has no label \(PodSecurity.label), so that the cluster's default decides"
      if case .read(let pods) = around.pods, !pods.isEmpty {
        return item(.namespace, .ok, "\(missing), which lets agents in.")
      }
      if desired > 0, case .read = around.pods {
        return item(
          .namespace, .fault, "\(missing), and not one of \(desired) agents came to be.",
          remedy: PodSecurity.command(name))
      }
      return item(
        .namespace, .warning, "\(missing) whether agents are let in.", remedy: PodSecurity.command(name))
    }
  }

  /// Whether the operator's account may do there what it needs.
  func rightItems(_ spec: ObservabilitySpec) -> [CheckItem] {
    let item = cluster.operator.rightItem(
      around.rights, place: "in namespace \(spec.namespace)", children: spec.namespace, object: name)
    return [item].compactMap(\.self)
  }
}
