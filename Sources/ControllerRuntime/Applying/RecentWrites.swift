// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import Synchronization

/// What this process wrote a moment ago and a store may not show yet, so that one reads one's own writes.
///
/// A watch tells the states of one object in the order in which they came to be. Until it has told of our write,
/// whatever the store shows is older than what the server answered to it.
final class RecentWrites: Sendable {
  /// For how long a store may lag behind. After that it is believed, whatever it shows: a new list may have passed our
  /// write over.
  static let lifetime = Duration.seconds(10)
  /// How many versions of one object are remembered as told: a watch may be faster than the answer to the write.
  private static let memory = 8

  private struct Write {
    let hash: String
    let answer: KubernetesObject
    let at: Duration
  }

  private struct State {
    var writes: [ChildID: Write] = [:]
    var told: [ChildID: [String]] = [:]
  }

  private let environment: RuntimeEnvironment
  private let state = Mutex(State())

  init(environment: RuntimeEnvironment) {
    self.environment = environment
  }

  /// Notes what the server answered to a write.
  func remember(_ child: ChildID, stored: KubernetesObject?, hash: String, answer: KubernetesObject) {
    let now = environment.now()
    state.withLock { state in
      state.writes = state.writes.filter { now - $0.value.at < Self.lifetime }
      guard let version = answer.resourceVersion, version != stored?.resourceVersion,
        state.told[child]?.contains(version) != true
      else { return }
      state.writes[child] = Write(hash: hash, answer: answer, at: now)
    }
  }

  /// Takes note of what a store has been told; says whether it is the very write that was awaited.
  @discardableResult
  func observed(_ child: ChildID, _ change: StoreChange) -> Bool {
    state.withLock { state in
      let write = state.writes[child]
      guard let version = change.new?.resourceVersion else {
        state.told[child] = nil
        // The end of an earlier object of that name says nothing about the one that we made.
        if write?.answer.uid == change.old?.uid { state.writes[child] = nil }
        return false
      }
      state.told[child, default: []].append(version)
      if state.told[child, default: []].count > Self.memory { state.told[child]?.removeFirst() }
      guard write?.answer.resourceVersion == version else { return false }
      state.writes[child] = nil
      return true
    }
  }

  /// Drops what is remembered of an object.
  func forget(_ child: ChildID) {
    state.withLock { state in
      state.writes[child] = nil
      state.told[child] = nil
    }
  }

  /// Whether a write is still to be told.
  func isAwaited(_ child: ChildID) -> Bool {
    let now = environment.now()
    return state.withLock { $0.writes[child].map { now - $0.at < Self.lifetime } ?? false }
  }

  /// The object as it is known: as the last write left it as long as that is still to be told, else as stored.
  func current(
    _ child: ChildID, stored: KubernetesObject?
  ) -> (object: KubernetesObject?, isRecent: Bool, hash: String?) {
    let now = environment.now()
    return state.withLock { state in
      guard let write = state.writes[child], now - write.at < Self.lifetime,
        write.answer.resourceVersion != stored?.resourceVersion
      else {
        state.writes[child] = nil
        return (stored, false, nil)
      }
      return (write.answer, true, write.hash)
    }
  }
}
