// SPDX-License-Identifier: Apache-2.0

import KubernetesCore

/// One frame of a watch.
public enum WatchEvent: Hashable, Sendable {
  case added(KubernetesObject)
  case modified(KubernetesObject)
  case deleted(KubernetesObject)
  /// Everything up to that version has been sent; `endsInitialEvents` is set on the one that ends a streaming list.
  case bookmark(resourceVersion: String, endsInitialEvents: Bool)
}

/// The frames of a watch as they come; to be read once.
public struct WatchStream: AsyncSequence, Sendable {
  /// A frame.
  public typealias Element = WatchEvent
  /// What reading throws.
  public typealias Failure = KubernetesError

  private let next: @Sendable () async throws(KubernetesError) -> WatchEvent?

  /// A stream whose frames come from a function that yields nil at the end.
  public init(next: @escaping @Sendable () async throws(KubernetesError) -> WatchEvent?) {
    self.next = next
  }

  /// An iterator over the frames.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let stream: WatchStream

    /// The next frame, or nil at the end.
    public mutating func next() async throws(KubernetesError) -> WatchEvent? {
      try await stream.next()
    }

    /// The next frame, or nil at the end.
    public mutating func next(isolation actor: isolated (any Actor)?) async throws(KubernetesError) -> WatchEvent? {
      try await stream.next()
    }
  }

  /// An iterator; all of a stream's share one place in it.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(stream: self) }
}
