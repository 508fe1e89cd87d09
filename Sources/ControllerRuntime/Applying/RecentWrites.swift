// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import Synchronization

/// What was written a moment ago and a store may not show yet.
final class RecentWrites: Sendable {
  /// For how long a store may lag behind. After that the store is believed, whatever it shows.
  static let lifetime = Duration.seconds(3)

  private struct Write {
    let storedVersion: String?
    let hash: String
    let answer: KubernetesObject
    let at: Duration
  }

  private let environment: RuntimeEnvironment
  private let writes = Mutex<[ChildID: Write]>([:])

  init(environment: RuntimeEnvironment) {
    self.environment = environment
  }

  /// Notes what the server answered to a write that was made when the store showed `stored`.
  func remember(_ child: ChildID, stored: KubernetesObject?, hash: String, answer: KubernetesObject) {
    let now = environment.now()
    writes.withLock { writes in
      writes = writes.filter { now - $0.value.at < Self.lifetime }
      writes[child] = Write(storedVersion: stored?.resourceVersion, hash: hash, answer: answer, at: now)
    }
  }

  /// Forgets the write once a store has seen it, or the end of what was written.
  func observed(_ child: ChildID, _ object: KubernetesObject?) {
    writes.withLock { writes in
      if object == nil || object?.resourceVersion == writes[child]?.answer.resourceVersion { writes[child] = nil }
    }
  }

  /// The child as it is known: as the store shows it, or as the last write left it if the store has not moved since.
  func current(
    _ child: ChildID, stored: KubernetesObject?
  ) -> (object: KubernetesObject?, isRecent: Bool, hash: String?) {
    let now = environment.now()
    return writes.withLock { writes in
      guard let write = writes[child], write.storedVersion == stored?.resourceVersion,
        now - write.at < Self.lifetime, write.answer.resourceVersion != stored?.resourceVersion
      else {
        writes[child] = nil
        return (stored, false, nil)
      }
      return (write.answer, true, write.hash)
    }
  }
}
