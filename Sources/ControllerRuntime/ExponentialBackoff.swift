// SPDX-License-Identifier: Apache-2.0

/// Waits that grow from failure to failure, up to a bound, with jitter, and shrink back after a healthy stretch.
struct ExponentialBackoff: Sendable {
  /// How the waits grow.
  struct Policy: Hashable, Sendable {
    /// The first wait, before jitter.
    var base: Duration
    /// The longest wait, before jitter.
    var cap: Duration
    /// By how much of itself a wait may be prolonged.
    var jitter: Double
    /// After how long without a failure the waits start from the beginning; nil for only when told to.
    var resetAfter: Duration?

    /// As client-go's reflector: 800 ms doubling to 30 s, up to twice that with jitter, forgotten after 2 minutes
    /// (`k8s.io/client-go/tools/cache/reflector.go`).
    static let reflector = Policy(base: .milliseconds(800), cap: .seconds(30), jitter: 1, resetAfter: .seconds(120))

    /// The wait after that many failures before this one.
    func delay(after failures: Int, random: Double) -> Duration {
      // Doubling is stopped before it can overflow; the cap is far below by then.
      var delay = base
      for _ in 0..<min(failures, 64) where delay < cap { delay = delay * 2 }
      return min(delay, cap) * (1 + jitter * random)
    }
  }

  private let policy: Policy
  private var failures = 0
  private var lastFailure: Duration?

  init(_ policy: Policy) {
    self.policy = policy
  }

  /// Counts a failure and says how long to wait.
  mutating func next(now: Duration, random: Double) -> Duration {
    if let lastFailure, let resetAfter = policy.resetAfter, now - lastFailure >= resetAfter { failures = 0 }
    defer { failures += 1 }
    let delay = policy.delay(after: failures, random: random)
    // The wait itself is no healthy stretch.
    lastFailure = now + delay
    return delay
  }
}
