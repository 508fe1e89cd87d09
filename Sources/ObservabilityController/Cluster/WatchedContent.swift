// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore

extension Watches {
  /// What is asked for and kept of the objects of a target: what some step reads, and no more.
  ///
  /// - Parameter owner: the UID of the `Observability` of a name, as far as it is known.
  package static func content(
    of target: WatchTarget, owner: @escaping @Sendable (String) -> String?
  ) -> WatchContent {
    switch target.type {
    case .nodes: nodeContent
    case .observabilities: objectContent
    // Only whether it is there, and whether it is being deleted.
    case .namespaces: .metadata
    case .services: serviceContent
    case .secrets: secretContent
    case .pods: podContent
    // A list is read in small pages: what strangers label may be large.
    default: WatchContent(pageSize: 16) { ChildContent.kept(of: $0, owner: owner) }
    }
  }

  /// The content of a target while no object is known.
  package static func content(of target: WatchTarget) -> WatchContent { content(of: target, owner: { _ in nil }) }

  private static let nodeContent = WatchContent(
    projection: keeping(
      [["metadata", "labels"], ["metadata", "annotations", NodeOverride.annotation], ["spec", "taints"]]
        + NodeView.info.map { ["status", "nodeInfo", $0] }), reduce: NodeView.project)

  private static let objectContent = WatchContent(
    projection: .dropping([
      ["metadata", "managedFields"], ["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"],
    ]), reduce: ObjectStore.withoutManagedFields)

  private static let serviceContent = WatchContent(
    projection: keeping(["ports", "type", "externalName", "clusterIP", "selector"].map { ["spec", $0] }),
    reduce: ObjectStore.withoutManagedFields)

  private static let secretContent = WatchContent(
    projection: keeping([["data"]]), reduce: ObjectStore.withoutManagedFields)

  private static let podContent = WatchContent(projection: keeping(AgentPod.read), reduce: AgentPod.project)

  /// The projection that keeps these members beside what a watch itself needs.
  private static func keeping(_ paths: [[String]]) -> JSONProjection {
    .keeping(
      [
        ["apiVersion"], ["kind"], ["metadata", "name"], ["metadata", "namespace"], ["metadata", "uid"],
        ["metadata", "resourceVersion"], ["metadata", "annotations", "k8s.io/initial-events-end"],
      ] + paths)
  }
}
