// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Bounds the memory that the lists of all reflectors of a process take together: those that stores hold, and those that
/// are being read beside them. Estimated by `JSONObject.footprint`.
final class ListBudget: Sendable {
  private struct Share {
    var kept = 0
    var inProgress = 0
  }

  /// The bound, in bytes.
  let limit: Int
  private let shares = Mutex<[ObjectIdentifier: Share]>([:])

  init(limit: Int) {
    self.limit = limit
  }

  /// A holder has read so much of a new list; says whether that fits beside everything else.
  func reads(_ bytes: Int, _ holder: AnyObject) -> Bool {
    shares.withLock { shares in
      shares[ObjectIdentifier(holder), default: Share()].inProgress = bytes
      return shares.values.reduce(0) { $0 + $1.kept + $1.inProgress } <= limit
    }
  }

  /// What the holder has read takes the place of what it held.
  func keepsRead(_ holder: AnyObject) {
    shares.withLock { shares in
      let read = shares[ObjectIdentifier(holder)]?.inProgress ?? 0
      shares[ObjectIdentifier(holder)] = Share(kept: read)
    }
  }

  /// What the holder has read is dropped.
  func dropRead(_ holder: AnyObject) {
    shares.withLock { $0[ObjectIdentifier(holder)]?.inProgress = 0 }
  }

  /// The holder holds nothing any longer.
  func release(_ holder: AnyObject) {
    shares.withLock { $0[ObjectIdentifier(holder)] = nil }
  }
}
