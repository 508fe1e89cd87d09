// SPDX-License-Identifier: Apache-2.0

/// How quickly a lease is renewed, lost and taken over.
///
/// The defaults are those of client-go but for the retry period, which there is 2 s: a lease is the dearest thing about an
/// idle operator, and 5 s cost 12 requests a minute in place of 30, and no more for each candidate. The price is one missed
/// renewal in place of four before a leader hurries: from then on it tries every second, so that a lease is lost only
/// after about five refusals. A renewal is due after 5 s and must have come through after 10; `renewDeadline` stays
/// above 1.2 times the retry period, as client-go demands.
///
/// A leader that dies without releasing the lease is replaced after 10 to 26 seconds; one that releases it, after 11 at
/// most.
public struct LeaseTiming: Hashable, Sendable {
  /// How long a candidate waits after the last sign of life of a leader.
  public var leaseDuration: Duration
  /// How long a leader goes on without a renewal; must be shorter than the lease.
  public var renewDeadline: Duration
  /// How often a leader renews, and the shortest pause of a candidate.
  public var retryPeriod: Duration

  /// A timing of your own.
  public init(
    leaseDuration: Duration = .seconds(15), renewDeadline: Duration = .seconds(10),
    retryPeriod: Duration = .seconds(5)
  ) {
    self.leaseDuration = leaseDuration
    self.renewDeadline = renewDeadline
    self.retryPeriod = retryPeriod
  }

  /// By how much of itself a candidate's pause may be prolonged.
  static let jitter = 1.2

  /// How long a leader waits after a renewal that failed: short, so that there are several tries before the deadline.
  var failurePause: Duration { retryPeriod / 5 }

  /// How long one request may take.
  var requestDeadline: Duration { max(.seconds(1), renewDeadline / 2) }
}
