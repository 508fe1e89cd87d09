// SPDX-License-Identifier: Apache-2.0

/// Delays the status for a moment after a change of a child or of the agents: a change that takes effect at once then costs
/// one status write instead of two, and so does a failing pod, which its DaemonSet reports a moment later. Pure.
struct StatusDebounce: Hashable, Sendable {
  /// How long after a change the status waits.
  static let time = Duration.milliseconds(100)
  /// For how long changes may follow each other before the status is written all the same.
  static let limit = Duration.seconds(1)

  private var began: Duration?
  private var lastChange = Duration.zero

  /// Whether the status waits.
  var isWaiting: Bool { began != nil }

  /// Whether the status is to wait, given what a pass found.
  ///
  /// - Parameters:
  ///   - hasChanged: whether the pass changed a child.
  ///   - isSettled: whether waiting would bring nothing: all is well, or nothing changes by itself.
  mutating func waits(hasChanged: Bool, isSettled: Bool, now: Duration) -> Bool {
    if hasChanged {
      began = began ?? now
      lastChange = now
    }
    guard let since = began else { return false }
    let isOver = isSettled && !hasChanged || now - lastChange >= Self.time || now - since >= Self.limit
    if isOver { began = nil }
    return !isOver
  }
}
