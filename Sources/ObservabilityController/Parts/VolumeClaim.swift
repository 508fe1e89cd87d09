// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import Rendering

/// The volume that the claims of a StatefulSet were made for.
///
/// The template of claims is immutable, and claims hold data, which are neither shrunk nor moved: so what a StatefulSet
/// was made with stays, whatever the object asks for since, and the condition says how to change it.
struct VolumeClaim: Hashable, Sendable {
  /// As a quantity.
  var size: String
  /// Nil for the cluster's default.
  var storageClass: String?

  /// The queue of a gateway's StatefulSet, or the one that the object asks for if there is none.
  init(_ statefulSet: KubernetesObject?, _ gateway: Gateway) {
    self.init(
      statefulSet, GatewayShape.queueSizeAnnotation, wanted: gateway.queueSize, gateway.queueStorageClassName)
  }

  /// The volume of a server's StatefulSet, or the one that the object asks for if there is none.
  init(_ statefulSet: KubernetesObject?, _ coroot: Coroot) {
    self.init(statefulSet, CorootShape.storageSizeAnnotation, wanted: coroot.storageSize, coroot.storageClassName)
  }

  private init(_ statefulSet: KubernetesObject?, _ annotation: String, wanted size: String, _ storageClass: String?) {
    guard let statefulSet, let made = statefulSet.annotations[annotation] else {
      (self.size, self.storageClass) = (size, storageClass)
      return
    }
    self.size = made
    self.storageClass =
      statefulSet[path: "spec", "volumeClaimTemplates"]?.array?.first?[path: "spec", "storageClassName"]?.string
  }

  /// The object with the gateway's queue that its claims were made for.
  func appliedToGateway(of object: Observability) -> Observability {
    var object = object
    object.spec.gateway.queueSize = size
    object.spec.gateway.queueStorageClassName = storageClass
    return object
  }

  /// The object with the servers' volume that its claims were made for.
  func appliedToCoroot(of object: Observability) -> Observability {
    var object = object
    object.spec.coroot.storageSize = size
    object.spec.coroot.storageClassName = storageClass
    return object
  }
}

/// What is wrong with the claims of a StatefulSet, in words for a condition. Pure.
struct ClaimFindings {
  /// How long, in seconds, a claim may be without a volume: with some classes one is made when its pod has a node.
  static let patience: Int64 = 60

  let namespace: String
  /// The name of the StatefulSet.
  let name: String
  /// The name of its claim template.
  let template: String
  /// The field of size and class: `spec.gateway.queue`.
  let field: String
  /// What the object asks for now.
  let size: String
  let storageClass: String?
  /// What the claims were made for.
  let made: VolumeClaim
  let claims: [GatewayClaim]
  let now: Timestamp
  /// What a claim has to ask for, as a quantity, so that it holds a volume of so many bytes.
  let needed: (Int64) -> String
  /// What to do instead of going back to the former class, given the command that recreates the StatefulSet.
  let otherClass: (String) -> String

  /// After how many seconds time alone makes a claim late; nil if none can become so.
  var nextLook: Int64? {
    claims.compactMap { claim -> Int64? in
      guard claim.phase == "Pending", let made = claim.createdAt else { return nil }
      return made.secondsSinceEpoch + Self.patience + 1 - now.secondsSinceEpoch
    }.filter { $0 > 0 }.min()
  }

  /// A claim that has been without a volume for too long.
  var pending: Finding? {
    let late = claims.first { claim in
      claim.phase != "Bound"
        && (claim.createdAt.map { now.secondsSinceEpoch - $0.secondsSinceEpoch > Self.patience } ?? false)
    }
    guard let late else { return nil }
    let what = "Claim \(namespace)/\(late.name) is not bound to a volume (\(late.phase))"
    guard let storageClass = late.storageClass else {
      return Finding(
        .claimPending,
        "\(what): the cluster has no default StorageClass and \(field).storageClassName names none. Set it, then "
          + "kubectl -n \(namespace) delete statefulset/\(name) pvc/\(late.name): the claim is empty, and both are made "
          + "again.")
    }
    return Finding(
      .claimPending,
      "\(what): StorageClass \(storageClass) has given it none. See kubectl -n \(namespace) describe pvc \(late.name).")
  }

  /// What the object asks for and the claims were not made for. The claims hold data, so nothing is changed by itself.
  var differing: Finding? {
    let recreate = "kubectl -n \(namespace) delete statefulset \(name) --cascade=orphan"
    if let wanted = Quantity.bytes(size), let present = Quantity.bytes(made.size), wanted != present {
      let what = "\(field).size is \(size), and the claims were made for \(made.size)"
      guard wanted > present else {
        return Finding(.claimDiffers, "\(what): a claim cannot shrink. Set \(field).size back to \(made.size).")
      }
      return Finding(
        .claimDiffers,
        "\(what). Enlarge each claim: kubectl -n \(namespace) patch pvc \(template)-\(name)-0 -p "
          + "'{\"spec\":{\"resources\":{\"requests\":{\"storage\":\"\(needed(wanted))\"}}}}'; then \(recreate), which is "
          + "made again around the running pods.")
    }
    guard let wanted = storageClass, wanted != made.storageClass else { return nil }
    return Finding(
      .claimDiffers,
      "\(field).storageClassName is \(wanted), and the claims are of "
        + "\(made.storageClass ?? "the cluster's default class"): a claim keeps its class. Set it back"
        + "\(otherClass(recreate)).")
  }
}
