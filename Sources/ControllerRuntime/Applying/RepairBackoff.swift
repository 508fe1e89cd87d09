// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore
import Synchronization

/// The backoff of repairs to an object that another writer changes after each of them.
///
/// The first repairs come at once: a person's mistake is undone as soon as it is observed. After that the other
/// writer is taken for a controller or a webhook, and the intervals grow, so that two programs do not keep an API server
/// busy.
public final class RepairBackoff: Sendable {
  /// How many repairs come at once.
  public static let free = 5
  /// Without a repair for that long the count starts again.
  public static let quiet = Duration.seconds(900)

  private static let waits = ExponentialBackoff.Policy(
    base: .seconds(2), cap: .seconds(300), jitter: 0, resetAfter: nil)

  private struct Record {
    var count: Int
    var last: Duration
    /// What had changed the object, as far as that was known.
    var changers: [String]
  }

  private struct State {
    var records: [ChildID: Record] = [:]
    /// How many records there may be before those are dropped that are of no use.
    var bound = 64
  }

  private let environment: RuntimeEnvironment
  private let state = Mutex(State())

  /// A backoff without any repair yet.
  public init(environment: RuntimeEnvironment = .live) {
    self.environment = environment
  }

  /// Notes that an object has been repaired.
  ///
  /// - Parameter changers: what had changed it, if that is known.
  public func repaired(_ object: ChildID, changedBy changers: [String] = []) {
    let now = environment.now()
    state.withLock { state in
      if state.records.count >= state.bound {
        state.records = state.records.filter { now - $0.value.last < Self.quiet }
        state.bound = 2 * state.records.count + 64
      }
      let known = state.records[object].flatMap { now - $0.last < Self.quiet ? $0 : nil }
      state.records[object] = Record(
        count: (known?.count ?? 0) + 1, last: now, changers: changers.isEmpty ? known?.changers ?? [] : changers)
    }
  }

  /// Resets the count: the object was replaced, or is no longer desired.
  public func forget(_ object: ChildID) {
    state.withLock { $0.records[object] = nil }
  }

  /// What had changed the object before it was repaired last, as far as that was known.
  public func changers(of object: ChildID) -> [String] {
    state.withLock { $0.records[object]?.changers ?? [] }
  }

  /// Returns how long the object is to be left alone, or nil if it may be repaired now.
  public func remainingBackoff(of object: ChildID) -> Duration? {
    let now = environment.now()
    guard let record = state.withLock({ $0.records[object] }), record.count >= Self.free else { return nil }
    let rest = record.last + Self.waits.delay(after: record.count - Self.free, random: 0) - now
    return rest > .zero ? rest : nil
  }
}
