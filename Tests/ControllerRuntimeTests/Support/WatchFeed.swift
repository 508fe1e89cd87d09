// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore
import Synchronization

@testable import ControllerRuntime

/// The frames of one open watch of a ``FakeAPI``.
final class WatchFeed: Sendable {
  let type: ResourceType
  private let frames = Mutex<[Result<WatchEvent?, KubernetesError>]>([])
  private let closed = Mutex(false)
  private let changed = ChangeSignal()

  init(_ type: ResourceType) {
    self.type = type
  }

  var isEmpty: Bool { frames.withLock { $0.isEmpty } }
  var isClosed: Bool { closed.withLock { $0 } }

  func push(_ frame: Result<WatchEvent?, KubernetesError>) {
    frames.withLock { $0.append(frame) }
    changed.notify()
  }

  func next() async throws(KubernetesError) -> WatchEvent? {
    while true {
      let version = changed.version
      if let frame = frames.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return try frame.get() }
      if Task.isCancelled {
        closed.withLock { $0 = true }
        throw .cancelled
      }
      await changed.changed(since: version)
    }
  }
}
