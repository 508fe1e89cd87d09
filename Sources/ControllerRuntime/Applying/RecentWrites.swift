// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore
import Synchronization

/// What this process wrote a moment ago and a store may not show yet, so that one reads one's own writes.
///
/// A watch tells the states of one object in the order in which they came to be. Until it has told of our write,
/// whatever the store shows is older than what the server answered to it.
final class RecentWrites: Sendable {
  /// For how long a store may lag behind. After that it is believed, whatever it shows: a new list may have passed our
  /// write over.
  static let lifetime = Duration.seconds(10)
  /// For how long a store is not believed that shows an earlier generation than what the server has answered. It is
  /// behind for certain, unless the server's history was exchanged; longer than a watch lasts.
  static let longestLag = Duration.seconds(610)
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
      state.writes = state.writes.filter { now - $0.value.at < Self.longestLag }
      guard let version = answer.resourceVersion else { return }
      let isTold = state.told[child]?.contains(version) == true
      let isShown = version == stored?.resourceVersion && state.writes[child]?.answer.resourceVersion != version
      // What the store holds by now is this state or a later one, so an earlier write is past, too.
      state.writes[child] = isTold || isShown ? nil : Write(hash: hash, answer: answer, at: now)
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
    return state.withLock { state in
      guard let write = state.writes[child] else { return false }
      return now - write.at < (write.answer.generation == nil ? Self.lifetime : Self.longestLag)
    }
  }

  /// The object as it is known: as the last write left it as long as that is still to be told, else as stored.
  func current(
    _ child: ChildID, stored: KubernetesObject?
  ) -> (object: KubernetesObject?, isRecent: Bool, hash: String?) {
    let now = environment.now()
    return state.withLock { state in
      guard let write = state.writes[child], write.answer.resourceVersion != stored?.resourceVersion,
        now - write.at < Self.patience(with: stored, write.answer)
      else {
        state.writes[child] = nil
        return (stored, false, nil)
      }
      return (write.answer, true, write.hash)
    }
  }

  /// For how long what the server has answered is believed rather than what the store shows.
  ///
  /// The generation counts the changes of what is desired (`sig-architecture/api-conventions.md`, "Metadata"), so it tells
  /// which of two states of one object is the earlier, where versions may only be compared for equality.
  private static func patience(with stored: KubernetesObject?, _ answer: KubernetesObject) -> Duration {
    guard let stored, stored.uid == answer.uid, let shown = stored.generation, let answered = answer.generation,
      shown != answered
    else { return lifetime }
    return shown < answered ? longestLag : .zero
  }
}
