// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import NodeEligibility

extension Watches {
  /// What is asked for and kept of the objects of a target: what some step reads, and no more.
  ///
  /// - Parameter owner: the UID of the `Observability` of a name, as far as it is known.
  static func content(
    of target: WatchTarget, types: PartTypes = .standard, owner: @escaping @Sendable (String) -> String?
  ) -> WatchContent {
    if let watched = types.watched(target.type) { return watched.content }
    switch target.type {
    case .nodes: return .nodes
    case .observabilities: return objectContent
    // Only whether it is there, and whether it is being deleted.
    case .namespaces: return .metadata
    case .services where target.labelSelector == nil: return serviceContent
    case .secrets where target.labelSelector == nil: return secretContent
    // A list is read in small pages: what strangers label may be large.
    default: return WatchContent(pageSize: 16) { ChildContent.kept(of: $0, types: types, owner: owner) }
    }
  }

  /// The content of a target while no object is known.
  package static func content(of target: WatchTarget) -> WatchContent { content(of: target, owner: { _ in nil }) }

  private static let objectContent = WatchContent(
    projection: .dropping([
      ["metadata", "managedFields"], ["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"],
    ]), reduce: ObjectStore.withoutManagedFields)

  private static let serviceContent = WatchContent(
    keeping: ["ports", "type", "externalName", "clusterIP", "selector"].map { ["spec", $0] },
    reduce: ObjectStore.withoutManagedFields)

  private static let secretContent = WatchContent(
    keeping: [["data"]], reduce: ObjectStore.withoutManagedFields)
}
