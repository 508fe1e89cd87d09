// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// What the Grafana operator says of one GrafanaDashboard.
///
/// The list in the status of a Grafana is not enough: an entry there stays when the content changes, and when the
/// GrafanaDashboard is deleted and created again. Nor is it complete: what Grafana had already with the same content is
/// never listed (Grafana operator v5.13, `onDashboardCreated` in `controllers/dashboard_controller.go`), as after a Grafana
/// was recreated over its database.
struct DashboardImport: Hashable, Sendable {
  /// How long after its creation a resync proves that Grafana has it: the first synchronization may have found the
  /// dashboard of a predecessor, which then went. As long as `resyncPeriod`.
  static let period: Int64 = 300

  /// Whether its present generation was synchronized. v5.13 writes that only on success, later releases also False.
  let isSynchronized: Bool
  /// When it was created, and when the last resync was, in seconds since the Unix epoch.
  private let created: Int64?
  private let lastResync: Int64?

  init(_ dashboard: KubernetesObject) {
    let condition = (dashboard[path: "status", "conditions"]?.array ?? []).first {
      $0["type"] == "DashboardSynchronized"
    }
    isSynchronized =
      condition?["status"] == "True"
      && condition?["observedGeneration"]?.integer ?? dashboard.generation == dashboard.generation
    created = dashboard.creationTimestamp.flatMap(Timestamp.init(rfc3339:))?.secondsSinceEpoch
    lastResync = dashboard[path: "status", "lastResync"]?.string.flatMap(Timestamp.init(rfc3339:))?.secondsSinceEpoch
  }

  /// Whether a resync compared it with a Grafana that was created then, although that does not list it.
  func wasCompared(withGrafanaOf start: Int64?) -> Bool {
    guard isSynchronized, let created, let lastResync, let start else { return false }
    return lastResync >= created + Self.period && lastResync >= start
  }
}
