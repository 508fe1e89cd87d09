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
        ["metadata", "creationTimestamp"], ["spec", "resources"], ["spec", "storageClassName"], ["status", "phase"],
      ],
      reduce: ObjectStore.withoutManagedFields), news: ChangePredicate.specification.or(.status))
}

/// The queue that the claims of a gateway were made for.
///
/// The template of claims is immutable, and claims hold data: so what a StatefulSet was made with stays, whatever the
/// object asks for since, and the condition says how to change it.
struct QueueClaim: Hashable, Sendable {
  /// `spec.gateway.queue.size` at the time.
  var size: String
  /// `spec.gateway.queue.storageClassName` at the time.
  var storageClass: String?

  /// The queue of a StatefulSet, or the one that the object asks for if there is none.
  init(_ statefulSet: KubernetesObject?, _ gateway: Gateway) {
    (size, storageClass) = (gateway.queueSize, gateway.queueStorageClassName)
    guard let statefulSet, let made = statefulSet.annotations[GatewayShape.queueSizeAnnotation] else { return }
    size = made
    storageClass =
      statefulSet[path: "spec", "volumeClaimTemplates"]?.array?.first?[path: "spec", "storageClassName"]?.string
  }

  /// The object with the queue that its claims were made for.
  func applied(to object: Observability) -> Observability {
    var object = object
    object.spec.gateway.queueSize = size
    object.spec.gateway.queueStorageClassName = storageClass
    return object
  }
}
