// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering

/// What a part may look at: stores that watches keep, and the time. Nothing here sends a request.
struct ClusterView: Sendable {
  let settings: OperatorSettings
  /// For what is measured.
  let now: Duration
  /// For what is written.
  let timestamp: Timestamp
  private let informers: Informers
  private let decoded: DecodedObjects

  init(
    _ informers: Informers, decoded: DecodedObjects, settings: OperatorSettings, environment: RuntimeEnvironment
  ) {
    self.informers = informers
    self.decoded = decoded
    self.settings = settings
    now = environment.now()
    timestamp = environment.timestamp()
  }

  /// What rendering must know beside the object, without a metrics backend.
  var facts: PlatformFacts {
    PlatformFacts(
      metrics: .init(writeURL: nil), operatorImage: settings.image, operatorVersion: settings.version,
      clusterDomain: settings.clusterDomain)
  }

  /// What is known of the object of that type and name.
  func lookup(_ type: ResourceType, _ key: ObjectKey) -> Lookup { informers.lookup(type, key) }

  /// A child that a store shows, whether or not it is as rendered; nil also if that has not been read.
  func child(_ type: ResourceType, _ key: ObjectKey) -> KubernetesObject? {
    informers.store(Watches.children(type, in: key.namespace))?.get(key)
  }

  /// Every object of our kind that can be read and stays; nil until they have been listed.
  func observabilities() -> [(object: KubernetesObject, spec: ObservabilitySpec)]? {
    guard let store = informers.store(Watches.objects), store.isSynced else { return nil }
    return store.all().compactMap { object in
      guard !object.isBeingDeleted, let observability = try? decoded.decode(object) else { return nil }
      return (object, observability.spec)
    }
  }

  /// The namespace of that name; nil also if it has not been read.
  func namespace(_ name: String) -> KubernetesObject? {
    if case .present(let namespace) = lookup(.namespaces, ObjectKey(name: name)) { namespace } else { nil }
  }

  /// What is known of the objects of a target.
  func collection(_ target: WatchTarget) -> WatchedCollection { informers.collection(target) }
}
