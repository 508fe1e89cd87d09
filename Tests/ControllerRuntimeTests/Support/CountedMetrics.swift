// SPDX-License-Identifier: Apache-2.0

import Synchronization

@testable import ControllerRuntime

/// Counts what the runtime tells.
final class CountedMetrics: RuntimeMetrics {
  private let state = Mutex((timeouts: 0, slowRenewals: 0, dropped: 0))

  var timeouts: Int { state.withLock { $0.timeouts } }
  var slowRenewals: Int { state.withLock { $0.slowRenewals } }
  var dropped: Int { state.withLock { $0.dropped } }

  func reconciled(controller: String, result: ReconcileResult, took: Duration) {}
  func reconcileTimedOut(controller: String) { state.withLock { $0.timeouts += 1 } }
  func workers(controller: String, active: Int, of total: Int) {}
  func observe(queue: String, _ snapshot: @escaping @Sendable () -> WorkQueueSnapshot) {}
  func queueAdded(queue: String, _ count: Int) {}
  func queueRetried(queue: String) {}
  func queueWaited(queue: String, _ duration: Duration) {}
  func queueWorked(queue: String, _ duration: Duration) {}
  func leading(lease: String, _ isLeader: Bool) {}
  func renewedSlowly(lease: String) { state.withLock { $0.slowRenewals += 1 } }
  func eventsDropped(_ count: Int) { state.withLock { $0.dropped += count } }
}
