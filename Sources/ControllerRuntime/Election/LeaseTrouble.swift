// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore

/// Decides what is reported when a candidate cannot get at its Lease: each cause once, with the remedy, and its end.
///
/// A server that cannot be reached, or that is overloaded, breaks the watches too, which report it; so that is reported
/// here only if the Lease alone stays in trouble.
struct LeaseTrouble: Sendable {
  /// What was tried.
  enum Attempt: Hashable, Sendable {
    case read, write
  }

  /// What to report.
  enum Report: Hashable, Sendable {
    case trouble(cause: String, remedy: String)
    case recovered
  }

  /// How long the server may refuse the Lease for a reason of its own before that is reported.
  static let patience = Duration.seconds(60)

  private let lease: ObjectKey
  private var attempt: Attempt?
  private var since: Duration?
  private var reported: String?

  init(lease: ObjectKey) {
    self.lease = lease
  }

  /// Why this process cannot lead, or nil: what was reported and has not ended.
  var cause: String? { reported }

  /// A candidate's request has failed.
  mutating func failed(_ attempt: Attempt, _ error: KubernetesError, now: Duration) -> Report? {
    guard case .status(let status) = error, !error.isConflict else { return nil }
    self.attempt = attempt
    let since = since ?? now
    self.since = since
    let isOfTheServer = status.code == 429 || status.code >= 500
    guard !isOfTheServer || now - since >= Self.patience, reported != error.description else { return nil }
    reported = error.description
    return .trouble(cause: error.description, remedy: remedy(error))
  }

  /// A request has succeeded. What can be read can perhaps not be written.
  mutating func succeeded(_ attempt: Attempt) -> Report? {
    guard attempt == .write || self.attempt != .write else { return nil }
    (self.attempt, since) = (nil, nil)
    guard reported != nil else { return nil }
    reported = nil
    return .recovered
  }

  private func remedy(_ error: KubernetesError) -> String {
    let place = lease.namespace.map { "namespace \($0)" } ?? "its namespace"
    if error.isForbidden || error.isUnauthorized {
      return "allow get, create and update of leases.coordination.k8s.io in \(place)"
    }
    if error.isNotFound { return "create \(place), or name another one for the Lease" }
    return "see why the API server refuses Lease \(lease)"
  }
}
