// SPDX-License-Identifier: Apache-2.0

/// For how long pods have been lacking. Pure.
///
/// A DaemonSet's status shows them lacking for a moment whenever some are made; it does not say since when.
struct MissingPodsTimer: Hashable, Sendable {
  /// For how long pods may be lacking until it counts.
  static let patience = Duration.seconds(30)

  private var since: Duration?

  /// Takes in whether pods are lacking now.
  ///
  /// - Parameter wasLong: whether the status says that they had been lacking for long: a new leader need not wait again.
  /// - Returns: whether they have been lacking for long, and if not, when to look again.
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
