// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering

/// What keeps children from being as rendered, in words.
extension ObservabilityReconciler {
  /// Whether the types of children can be applied.
  enum Readability {
    case known
    case pending
    case failing(Finding)
  }

  /// Whether every type that is to be applied has been read, so that it is known what is there.
  func readability(of children: [Child]) -> Readability {
    for child in children {
      switch informers.collection(Watches.children(child.type, in: child.namespace)) {
      case .known: continue
      case .pending: return .pending
      case .failing(let error) where error.isNotFound:
        let remedy = parts.types.kind(of: child.id)?.kind.remedy ?? ""
        return .failing(Finding(.kindNotServed, "The cluster does not serve \(child.type). \(remedy)"))
      case .failing(let error):
        return .failing(
          Finding(.notPermitted, Self.unreadable(child.type, namespace: child.namespace, error, grant: grant(child))))
      }
    }
    return .known
  }

  /// - Parameter grant: what to do about a missing right; nil for the role of children.
  static func unreadable(
    _ type: ResourceType, namespace: String?, _ error: KubernetesError, grant: String? = nil
  ) -> String {
    let place = namespace.map { " in namespace \($0)" } ?? ""
    return "\(type)\(place) cannot be read: \(error).\(remedy(error, namespace: namespace, grant: grant))"
  }

  private func grant(_ child: Child) -> String? {
    child.namespace.flatMap { parts.types.kind(of: child.id)?.kind.grant?($0) }
  }

  private static func remedy(_ error: KubernetesError, namespace: String?, grant: String?) -> String {
    guard error.isForbidden else { return "" }
    if let grant { return " \(grant)" }
    return namespace.map { " Bind ClusterRole \(RoleManifests.operatorName)-children in namespace \($0)." }
      ?? " Apply config/rbac of this release."
  }

  /// Notes why a child could not be applied.
  func refused(_ child: Child, _ error: KubernetesError, _ index: Int, _ pass: inout Pass) {
    let name = "\(child.type.kind) \(child.key)"
    if error.isFromWebhook {
      // What a webhook denies may pass in a moment, once its own operator is ready or was upgraded.
      pass.failure = pass.failure ?? error
      pass.parts[index].block(Finding(.admissionFailed, "\(name) cannot be applied: \(error)."))
      return
    }
    if let finding = refusal(name, error) {
      pass.parts[index].refused = pass.parts[index].refused ?? finding
      pass.refused = pass.refused ?? finding
      return
    }
    pass.failure = pass.failure ?? error
    pass.parts[index].block(
      Finding(
        error.isForbidden ? .notPermitted : .applyFailed,
        "\(name) cannot be applied: \(error).\(Self.remedy(error, namespace: child.namespace, grant: grant(child)))"))
  }

  /// What trying again does not help against; nil for anything else.
  private func refusal(_ name: String, _ error: KubernetesError) -> Finding? {
    if !error.immutableFields.isEmpty {
      return Finding(
        .immutableFieldChanged,
        "\(name) must change in \(error.immutableFields.joined(separator: ", ")), which are immutable: "
          + "\(error). Delete \(name) if nothing else needs it; it is recreated then.")
    }
    guard error.isInvalid else { return nil }
    return Finding(.childRefused, "The API server refuses \(name): \(error). Correct the object.")
  }

  /// Whether a child is there as it was rendered.
  func isAsRendered(_ record: AppliedChildRecord) -> Bool {
    switch record.change {
    case .beingDeleted, .replacing, .contested: false
    case .unchanged, .created, .updated, .repaired: record.alteration == nil
    }
  }

  /// What keeps a child from being, or from staying, as rendered although the API server refused nothing.
  func hold(_ record: AppliedChildRecord) -> Finding? {
    let name = "\(record.child.type.kind) \(record.id.key)"
    switch record.change {
    case .beingDeleted:
      return Finding(
        .progressing,
        "\(name) is being deleted. It is recreated once it is gone; if that takes long, check its finalizers.")
    case .replacing(let fields):
      return Finding(
        .progressing,
        "\(name) has to change in \(fields.joined(separator: ", ")), which are immutable; it is deleted and recreated.")
    case .unchanged, .created, .updated, .repaired, .contested: break
    }
    if let alteration = record.alteration { return Finding(.applyFailed, alteration.explanation(of: name)) }
    guard applier.remainingBackoff(of: record.id) != nil else { return nil }
    let changers = applier.changers(of: record.id).joined(separator: ", ")
    return Finding(
      .applyFailed,
      "\(name) is changed again\(changers.isEmpty ? "" : " by \(changers)") each time it is repaired, and so is repaired "
        + "ever more rarely. Find what changes it in the Events with reason ChildRepaired, and stop it.")
  }
}
