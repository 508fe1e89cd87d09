// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore
import NIOConcurrencyHelpers

@testable import ControllerRuntime

/// The frames of one open watch of a ``FakeAPI``.
final class WatchFeed: Sendable {
  let type: ResourceType
  private let frames = NIOLockedValueBox<[Result<WatchEvent?, KubernetesError>]>([])
  private let closed = NIOLockedValueBox(false)
  private let changed = ChangeSignal()

  init(_ type: ResourceType) {
    self.type = type
  }

  var isEmpty: Bool { frames.withLockedValue { $0.isEmpty } }
  var isClosed: Bool { closed.withLockedValue { $0 } }

  func push(_ frame: Result<WatchEvent?, KubernetesError>) {
    frames.withLockedValue { $0.append(frame) }
    changed.notify()
  }

  func next() async throws(KubernetesError) -> WatchEvent? {
    while true {
      let version = changed.version
      if let frame = frames.withLockedValue({ $0.isEmpty ? nil : $0.removeFirst() }) { return try frame.get() }
      if Task.isCancelled {
        closed.withLockedValue { $0 = true }
        throw .cancelled
      }
      await changed.changed(since: version)
    }
  }
}
