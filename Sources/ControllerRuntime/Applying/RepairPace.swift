// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import NIOConcurrencyHelpers

/// How often a child is put right that someone else changes each time.
///
/// The first repairs come at once: a person's mistake is undone as soon as it is seen. After that the other is taken to
/// be a controller or a webhook, and the repairs come at growing intervals, so that two programs do not keep an API
/// server busy.
final class RepairPace: Sendable {
  /// How many repairs come at once.
  static let free = 5
  /// Without a repair for that long the count begins anew.
  static let quiet = Duration.seconds(900)

  private static let waits = ExponentialBackoff.Policy(
    base: .seconds(2), cap: .seconds(300), jitter: 0, resetAfter: nil)

  private struct Record {
    var count: Int
    var last: Duration
  }

  private let environment: RuntimeEnvironment
  private let records = NIOLockedValueBox<[ChildID: Record]>([:])

  init(environment: RuntimeEnvironment) {
    self.environment = environment
  }

  /// Notes that a child has been put right.
  func repaired(_ child: ChildID) {
    let now = environment.now()
    records.withLockedValue { records in
      records = records.filter { now - $0.value.last < Self.quiet }
      records[child] = Record(count: (records[child]?.count ?? 0) + 1, last: now)
    }
  }

  /// Begins the count anew: the child is another one now, or nobody wants it any longer.
  func forget(_ child: ChildID) {
    records.withLockedValue { $0[child] = nil }
  }

  /// How long the child is to be left alone; nil if it may be put right now.
  func rest(of child: ChildID) -> Duration? {
    let now = environment.now()
    guard let record = records.withLockedValue({ $0[child] }), record.count >= Self.free else { return nil }
    let rest = record.last + Self.waits.delay(after: record.count - Self.free, random: 0) - now
    return rest > .zero ? rest : nil
  }
}
