// SPDX-License-Identifier: Apache-2.0

/// Whether a thread that turns in a loop still does: it works for a moment, then waits until a known time or until it is
/// woken.
struct Heartbeat: Sendable {
  /// When the last turn began.
  private(set) var lastTurn: ContinuousClock.Instant
  /// When the thread should have come to the next turn: at once while it works.
  private var due: ContinuousClock.Instant

  init(_ now: ContinuousClock.Instant) {
    lastTurn = now
    due = now
  }

  /// A turn begins.
  mutating func began(_ now: ContinuousClock.Instant) {
    lastTurn = now
    due = now
  }

  /// The turn is over, and the thread waits until then at most.
  mutating func waits(until instant: ContinuousClock.Instant) { due = instant }

  /// There is work, so it should wait no longer.
  mutating func woken(_ now: ContinuousClock.Instant) { due = min(due, now) }

  /// Whether the next turn is overdue by more than that.
  func isStuck(longerThan limit: Duration, _ now: ContinuousClock.Instant) -> Bool { now - due > limit }
}
