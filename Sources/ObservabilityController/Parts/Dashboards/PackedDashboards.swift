// SPDX-License-Identifier: Apache-2.0

import Dashboards
import Gzip
import Rendering
import Synchronization

/// Dashboards that were compressed before: a pass that finds the signals as they were compresses nothing.
final class PackedDashboards: Sendable {
  /// For how many sets of signals the result is kept; each takes some tens of KiB. Objects in one namespace share one.
  private static let limit = 4

  private let kept = Mutex<[(signals: Set<Signal>, dashboards: [PackedDashboard])]>([])

  /// The dashboards for what agents report.
  func dashboards(_ signals: Set<Signal>) throws(Gzip.Failure) -> [PackedDashboard] {
    if let known = kept.withLock({ $0.first { $0.signals == signals }?.dashboards }) { return known }
    let made = try PackedDashboard.all(signals)
    kept.withLock { kept in
      kept.append((signals, made))
      if kept.count > Self.limit { kept.removeFirst() }
    }
    return made
  }
}
