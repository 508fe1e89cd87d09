// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import NodeEligibility
import ObservabilityAPI
import Synchronization

/// Objects decoded once for each generation: every pass looks at all of them for overlapping node pools.
final class DecodedObjects: Sendable {
  private struct Entry {
    var uid: String?
    var generation: Int64?
    var result: Result<Observability, InvalidObservability>
  }

  private let entries = Mutex<[String: Entry]>([:])

  func decode(_ object: KubernetesObject) throws(InvalidObservability) -> Observability {
    let known = entries.withLock { $0[object.name] }
    if let known, known.uid == object.uid, known.generation == object.generation { return try known.result.get() }
    let result = Result { () throws(InvalidObservability) in
      try ObservabilityDecoder.decode(.object(object.content))
    }
    entries.withLock {
      $0[object.name] = Entry(uid: object.uid, generation: object.generation, result: result)
    }
    return try result.get()
  }

  /// Every object as far as it asks for nodes; nil until the objects have been read.
  func claimants(_ informers: Informers) -> [NodeClaimant]? {
    guard let store = informers.store(Watches.objects), store.isSynced else { return nil }
    return store.all().map { object in
      let spec = object.isBeingDeleted ? nil : try? decode(object).spec
      let hasNodes = spec.map { !NotImplemented.features(in: $0).contains(where: \.blocking) } ?? false
      return NodeClaimant(object, agent: hasNodes ? spec?.nodeAgent : nil)
    }
  }

  func forget(_ name: String) {
    entries.withLock { $0[name] = nil }
  }
}
