// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import KubernetesCore

/// What becomes of a request that the server puts off: 429, or 5xx, with `Retry-After` (KEP-1040).
///
/// Only what can be repeated safely is: reads, applies, and deletes with a uid. A worker of a controller needs ``none``:
/// its queue waits without holding it. So do watches, which begin again by themselves, and leader election, whose time
/// runs. ``patient`` is for a program that has nothing else to do meanwhile.
public struct RetryPolicy: Hashable, Sendable {
  /// The most that any policy tries, as in client-go (`k8s.io/client-go/rest/with_retry.go`).
  public static let mostTries = 10

  /// How often a request is sent at most, from 1 to ``mostTries``.
  public let tries: Int
  /// The longest wait that is granted; a server that asks for more gets none, and its error is thrown.
  public let longestWait: Duration

  /// A policy; the number of tries is brought into its range.
  public init(tries: Int, longestWait: Duration) {
    self.tries = min(max(tries, 1), Self.mostTries)
    self.longestWait = longestWait
  }

  /// The error is thrown at once.
  public static let none = RetryPolicy(tries: 1, longestWait: .zero)
  /// Ten tries, up to 30 s apart.
  public static let patient = RetryPolicy(tries: mostTries, longestWait: .seconds(30))
}

/// Decides whether a request that failed is sent again.
struct AttemptState {
  /// What to do next.
  enum Action: Hashable {
    /// Get another credential, if there is one to be had, and send again.
    case renewIdentity
    /// Wait, and send again.
    case again(after: Duration)
    /// Throw the error.
    case fail
  }

  /// The shortest wait, for a server that asks for none.
  static let shortestWait = Duration.milliseconds(100)

  private let policy: RetryPolicy
  private let isIdempotent: Bool
  private var tries = 1
  private var mayRenew = true
  private var mayReconnect: Bool

  init(_ policy: RetryPolicy, isIdempotent: Bool) {
    self.policy = policy
    self.isIdempotent = isIdempotent
    mayReconnect = isIdempotent
  }

  /// The request has failed.
  ///
  /// - Parameter random: from 0 up to 1; spreads those who were put off together over another quarter of the wait.
  mutating func failed(_ error: KubernetesError, random: Double) -> Action {
    if error.isUnauthorized, mayRenew {
      mayRenew = false
      return .renewIdentity
    }
    if error.isBrokenBeforeFirstByte, mayReconnect {
      mayReconnect = false
      return .again(after: .zero)
    }
    guard isIdempotent, tries < policy.tries, let wait = error.putsOff, wait <= policy.longestWait else { return .fail }
    tries += 1
    return .again(after: max(wait, Self.shortestWait) * (1 + random / 4))
  }
}

extension KubernetesError {
  fileprivate var isBrokenBeforeFirstByte: Bool {
    guard case .transport(let error) = self else { return false }
    return error.kind == .broken && error.phase != .body
  }

  /// For how long the server puts the request off, or nil if it does not.
  fileprivate var putsOff: Duration? {
    guard case .status(let status) = self, status.code == 429 || (500..<600).contains(status.code) else { return nil }
    return status.retryAfter
  }
}
