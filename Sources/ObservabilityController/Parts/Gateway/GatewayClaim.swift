// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering

/// What is kept of the claim of one replica's queue.
struct GatewayClaim: Hashable, Sendable {
  var name: String
  /// `Pending`, `Bound` or `Lost`.
  var phase: String
  /// What was asked for, in bytes.
  var size: Int64
  /// Nil if neither the claim nor the cluster names one.
  var storageClass: String?
  var createdAt: Timestamp?

  init(_ claim: KubernetesObject) {
    name = claim.name
    phase = claim[path: "status", "phase"]?.string ?? "Pending"
    size = claim[path: "spec", "resources", "requests", "storage"]?.string.flatMap(Quantity.bytes) ?? 0
    storageClass = claim[path: "spec", "storageClassName"]?.string
    createdAt = claim.creationTimestamp.flatMap { Timestamp(rfc3339: $0) }
  }

  /// The claims of gateways, or of another part; Kubernetes gives each the labels of the StatefulSet's selector.
  static func target(in namespace: String, appName: String = GatewayShape.appName) -> WatchTarget {
    WatchTarget(
      .persistentVolumeClaims, namespace: namespace, labelSelector: "\(WellKnownLabel.name)=\(appName)")
  }

  static let watched = WatchedType(
    content: WatchContent(
      keeping: [
        ["metadata", "creationTimestamp"], ["metadata", "labels"], ["spec", "resources"], ["spec", "storageClassName"],
        ["status", "phase"],
      ],
      reduce: ObjectStore.withoutManagedFields), news: ChangePredicate.specification.or(.status),
    // A StatefulSet gives its claims the labels of its selector, and no others.
    ownerLabel: WellKnownLabel.instance)
}
