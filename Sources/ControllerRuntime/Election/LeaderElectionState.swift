// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesCore

/// Decides how a process becomes leader by a Lease, stays it, and learns that it no longer is.
///
/// Only the local clock decides: the times in the Lease are never compared with it, they only show that the record has
/// changed (`k8s.io/client-go/tools/leaderelection/leaderelection.go`). This is no fencing: a leader that is suspended
/// may act for a moment after another has taken over.
struct LeaderElectionState: Sendable {
  /// What to do next.
  enum Action: Hashable, Sendable {
    /// Read the Lease; then ``read(_:now:timestamp:random:)`` or ``failed(_:now:random:)``.
    case read
    /// Create the Lease; then ``written(_:sentAt:)`` or ``failed(_:now:random:)``.
    case create(KubernetesObject)
    /// Replace the Lease, which fails if it has changed; then as with `create`.
    case replace(KubernetesObject)
    /// Wait; then ``waited(timestamp:)``.
    case wait(Duration)
    /// Another leads, or may lead: stop acting now.
    case lost(String)
  }

  /// The part of a Lease whose change is a sign of life.
  private struct Record: Hashable, Sendable {
    let holder: String
    let renewTime: String
    let duration: Int64
    let resourceVersion: String

    init(_ lease: KubernetesObject) {
      holder = lease[path: "spec", "holderIdentity"]?.string ?? ""
      renewTime = lease[path: "spec", "renewTime"]?.string ?? ""
      duration = lease[path: "spec", "leaseDurationSeconds"]?.integer ?? 0
      resourceVersion = lease.resourceVersion ?? ""
    }
  }

  /// The longest lease that is respected: with 2^31 - 1 seconds in the record no other would ever lead again.
  static let longestLease = Duration.seconds(300)

  private let key: ObjectKey
  private let identity: String
  private let timing: LeaseTiming
  private var observed: (record: Record, at: Duration)?
  private var held: KubernetesObject?
  private var renewedAt: Duration?

  init(key: ObjectKey, identity: String, timing: LeaseTiming) {
    self.key = key
    self.identity = identity
    self.timing = timing
  }

  /// Whether this process leads.
  var isLeader: Bool { renewedAt != nil }

  /// Until when this process may act without another renewal.
  var leadsUntil: Duration? { renewedAt.map { $0 + timing.renewDeadline } }

  /// The first thing to do.
  func start() -> Action { .read }

  /// The Lease as it is; nil if there is none.
  mutating func read(_ lease: KubernetesObject?, now: Duration, timestamp: Timestamp, random: Double) -> Action {
    guard let lease else { return .create(claim(KubernetesObject(type: .leases, key: key), timestamp)) }
    let record = Record(lease)
    if isLeader, record.holder != identity {
      renewedAt = nil
      return .lost(record.holder.isEmpty ? "the lease was released by someone else" : "\(record.holder) leads now")
    }
    if observed?.record != record { observed = (record, now) }
    if record.holder == identity || record.holder.isEmpty { return .replace(claim(lease, timestamp)) }
    let duration =
      record.duration > 0 ? min(.seconds(record.duration), Self.longestLease) : timing.leaseDuration
    let remaining = (observed?.at ?? now) + duration - now
    return remaining > .zero ? .wait(min(candidatePause(random), remaining)) : .replace(claim(lease, timestamp))
  }

  /// The Lease was written as asked; the request was sent at that time.
  mutating func written(_ lease: KubernetesObject, sentAt: Duration) -> Action {
    held = lease
    renewedAt = sentAt
    return .wait(timing.retryPeriod)
  }

  /// A request failed.
  mutating func failed(_ error: KubernetesError, now: Duration, random: Double) -> Action {
    let hadWritten = held != nil
    held = nil
    guard let leadsUntil else { return .wait(candidatePause(random)) }
    if now >= leadsUntil {
      renewedAt = nil
      return .lost("the lease could not be renewed within \(timing.renewDeadline): \(error)")
    }
    // Someone has written it meanwhile: look who. At once only if that is news; where the Lease can neither be read nor
    // made, as in a namespace that is gone, this would go round and round.
    if hadWritten, error.isConflict || error.isNotFound { return .read }
    return .wait(min(timing.failurePause, max(leadsUntil - now, .milliseconds(1))))
  }

  /// The wait is over.
  func waited(timestamp: Timestamp) -> Action {
    // The leader knows what it wrote last; a reader in between would have made the write fail.
    if isLeader, let held { return .replace(claim(held, timestamp)) }
    return .read
  }

  /// This process no longer acts.
  mutating func resign() {
    renewedAt = nil
    held = nil
  }

  /// What to write so that another may lead at once, given the Lease as it is; nil if it is not ours.
  func release(_ lease: KubernetesObject, timestamp: Timestamp) -> KubernetesObject? {
    guard Record(lease).holder == identity else { return nil }
    var lease = lease
    var spec = lease["spec"] ?? [:]
    spec["holderIdentity"] = ""
    spec["leaseDurationSeconds"] = 1
    spec["renewTime"] = .string(timestamp.rfc3339Micro)
    lease["spec"] = spec
    return lease
  }

  private func candidatePause(_ random: Double) -> Duration {
    timing.retryPeriod * (1 + LeaseTiming.jitter * random)
  }

  /// The Lease with this process as its holder.
  private func claim(_ lease: KubernetesObject, _ timestamp: Timestamp) -> KubernetesObject {
    var lease = lease
    var spec = lease["spec"] ?? [:]
    let transitions = spec["leaseTransitions"]?.integer
    if spec["holderIdentity"]?.string != identity {
      // The field has 32 bits, and a server takes nothing beyond.
      spec["leaseTransitions"] = .integer(transitions.map { min(max($0, 0), Int64(Int32.max) - 1) + 1 } ?? 0)
      spec["acquireTime"] = .string(timestamp.rfc3339Micro)
    }
    spec["holderIdentity"] = .string(identity)
    spec["leaseDurationSeconds"] = .integer(timing.leaseDuration.components.seconds)
    spec["renewTime"] = .string(timestamp.rfc3339Micro)
    lease["spec"] = spec
    return lease
  }
}

extension KubernetesObject {
  fileprivate init(type: ResourceType, key: ObjectKey) {
    self.init(type: type, namespace: key.namespace, name: key.name)
  }
}
