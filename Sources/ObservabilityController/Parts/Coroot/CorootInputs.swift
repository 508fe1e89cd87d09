// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering

extension CorootPart {
  /// What the Coroot server is rendered from and asked with.
  struct Inputs: Sendable {
    /// Nil until the keys and the password, which are made up once, are there.
    var server: CorootInputs?
    var facts: PlatformFacts
    /// The API key of the project, for whatever sends data to it.
    var key: CorootSecret?
    var access: CorootAccess?
    var demand: CorootDemand?
    var integrations: CorootIntegrations
    /// Whether ClickHouse was surveyed as it is asked for now, and takes what a server makes of it.
    var isClickHouseReady = false
    /// The volume that claims were made for, which may differ from what the object asks for by now.
    var volume: VolumeClaim
    var pods: [AgentPod] = []
    var claims: [GatewayClaim] = []
    /// Why claims cannot be read.
    var claimsFailure: KubernetesError?
    /// What the server last answered.
    var answer: CorootAnswer?
    /// The session with which the gatekeeper lets users in; nil until the server gave one.
    var viewerSession: CorootSecret?
    /// Whether nothing is known but that the servers must take no data.
    var isClosing = false
    /// What keeps the rest from being known; nil if another part's condition says it.
    var finding: Finding?
  }
}

/// The volume that the claims of servers were made for. A claim is neither shrunk nor moved, so what a StatefulSet was
/// made with stays, and the condition says how to change it.
struct VolumeClaim: Hashable, Sendable {
  /// As a quantity.
  var size: String
  /// Nil for the cluster's default.
  var storageClass: String?

  /// The volume of a StatefulSet, or the one that the object asks for if there is none.
  init(_ statefulSet: KubernetesObject?, _ coroot: Coroot) {
    (size, storageClass) = (coroot.storageSize, coroot.storageClassName)
    guard let statefulSet, let made = statefulSet.annotations[CorootShape.storageSizeAnnotation] else { return }
    size = made
    storageClass =
      statefulSet[path: "spec", "volumeClaimTemplates"]?.array?.first?[path: "spec", "storageClassName"]?.string
  }

  /// The object with the volume that its claims were made for.
  func applied(to object: Observability) -> Observability {
    var object = object
    object.spec.coroot.storageSize = size
    object.spec.coroot.storageClassName = storageClass
    return object
  }
}
