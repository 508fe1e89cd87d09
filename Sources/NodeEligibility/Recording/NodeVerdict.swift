// SPDX-License-Identifier: Apache-2.0

import Digests
import KubernetesCore
import ObservabilityAPI

/// What was found by running something on a node: preflight's word, or the agent's end again and again.
struct NodeVerdict: Hashable, Sendable {
  /// The longest message that is kept, in bytes.
  static let longestMessage = 256

  var reason: IneligibilityReason
  /// What was found there; may be empty.
  var message: String
  /// The node's ``NodeView/system`` when it was found.
  var system: String
  /// The agent's image when it was found; the verdict falls with it if that is what ended.
  var image: String
  /// When it was found.
  var since: Timestamp
  /// How often it has been found in a row.
  var tries: Int

  /// How a verdict stands at some time.
  enum Phase: Hashable, Sendable {
    /// It keeps the agent off the node.
    case holds(until: Timestamp)
    /// The agent is tried again. If it fails again, the next verdict holds for longer.
    case onTrial(until: Timestamp)
    /// The agent has been there for as long as it had been kept off: there is nothing to remember.
    case over
  }

  /// The longest time, in seconds, that a verdict holds without being found again: a week.
  static let longestWait: Int64 = 168 * 3600

  /// The phase of the verdict at `now`. A verdict from the future counts from now.
  func phase(at now: Timestamp) -> Phase {
    let wait = Self.wait(reason, tries: tries)
    let end = Timestamp(secondsSinceEpoch: min(since, now).secondsSinceEpoch + wait)
    if now < end { return .holds(until: end) }
    let trial = Timestamp(secondsSinceEpoch: end.secondsSinceEpoch + wait)
    return now < trial ? .onTrial(until: trial) : .over
  }

  /// For how many seconds a verdict holds on a node that does not change.
  ///
  /// What a running system can mend, or may have been a passing trouble, is tried again after an hour, and then after ever
  /// longer waits up to a day. What takes another kernel, and so another boot, is seen by that; it is tried again after a
  /// day up to a week only so that nothing that was ever wrongly found stays for good.
  static func wait(_ reason: IneligibilityReason, tries: Int) -> Int64 {
    let hour: Int64 = 3600
    let takesAnotherKernel = reason == .kernelLockedDown || reason == .taskstatsUnavailable
    let (first, longest) = takesAnotherKernel ? (24 * hour, longestWait) : (hour, 24 * hour)
    return min(longest, first << Int64(min(max(tries, 1) - 1, 8)))
  }
}

extension NodeView {
  /// Fingerprint of kernel, boot ID, OS image and runtime; a change invalidates the verdict.
  var system: String {
    SHA256.digest(Array([kernel, bootID, osImage, runtime].joined(separator: "\u{0}").utf8)).prefix(8)
      .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

extension IneligibilityReason {
  /// Reasons that the Node object gives; they can be found again at any time, so they are not kept.
  static let ofNodeObject: Set<IneligibilityReason> = [
    .unsupportedOperatingSystem, .unsupportedArchitecture, .kernelTooOld, .excluded,
  ]
}
