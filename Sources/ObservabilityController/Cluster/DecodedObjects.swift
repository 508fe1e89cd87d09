// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore
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

  func forget(_ name: String) {
    entries.withLock { $0[name] = nil }
  }
}
