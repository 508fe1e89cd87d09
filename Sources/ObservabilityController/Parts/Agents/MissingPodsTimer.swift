// SPDX-License-Identifier: Apache-2.0

/// Measures how long pods have been missing. Pure.
///
/// A DaemonSet's status shows pods as missing for a moment whenever some are created; it does not say since when.
struct MissingPodsTimer: Hashable, Sendable {
  /// How long pods may be missing before it counts.
  static let patience = Duration.seconds(30)

  private var since: Duration?

  /// Notes whether pods are missing now.
  ///
  /// - Parameter wasLong: whether the status says that they had been missing for long: a new leader need not wait again.
  /// - Returns: whether they have been missing for long, and if not, when to look again.
  mutating func update(isLacking: Bool, wasLong: Bool, now: Duration) -> (isLong: Bool, nextLook: Duration?) {
    guard isLacking else {
      since = nil
      return (false, nil)
    }
    let start = since ?? (wasLong ? now - Self.patience : now)
    since = start
    let left = Self.patience - (now - start)
    return left > .zero ? (false, left) : (true, nil)
  }
}
