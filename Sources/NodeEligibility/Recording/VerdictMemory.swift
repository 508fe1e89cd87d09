// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// The verdicts about the nodes of one object as this process has them, and how much of that has been written down. Pure.
struct VerdictMemory: Sendable {
  /// What is known.
  var ledger: VerdictLedger
  /// What the cluster holds, as far as this process knows.
  private(set) var recorded: VerdictLedger
  private var recordedAt: Duration?
  /// Whether it has been reported that there is no room for more.
  var hasReportedFull = false

  /// What an earlier process wrote down.
  init(restoring ledger: VerdictLedger = VerdictLedger()) {
    self.ledger = ledger
    recorded = ledger
  }

  /// How long a record is to stand before the next is written. The larger it is, the longer: thousands of verdicts that
  /// come one by one would otherwise be written thousands of times, and each time all of them. What is known of the first
  /// few nodes is written at once.
  private static func pause(_ record: VerdictLedger) -> Duration {
    .milliseconds(Int64(record.size / 50))
  }

  /// What is to be written down now; the last record again if it is too soon.
  func due(now: Duration) -> (ledger: VerdictLedger, wait: Duration?) {
    guard ledger != recorded, let recordedAt, !ledger.entries.isEmpty else { return (ledger, nil) }
    let wait = recordedAt + Self.pause(ledger) - now
    return wait > .zero ? (recorded, wait) : (ledger, nil)
  }

  /// Takes note of what the cluster holds now.
  mutating func record(_ ledger: VerdictLedger, now: Duration) {
    if recorded != ledger || recordedAt == nil { recordedAt = now }
    recorded = ledger
  }

  /// What the labels of nodes follow from.
  func findings(at now: Timestamp) -> LabelPlan.Findings {
    let holding = ledger.holding(at: now)
    return LabelPlan.Findings(
      verdicts: holding, recorded: Set(holding.filter { recorded.entries[$0.key] == $0.value }.keys))
  }
}
