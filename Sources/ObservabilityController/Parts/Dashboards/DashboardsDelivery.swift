// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import Rendering

/// Whether the Grafanas of a namespace have the dashboards that are there, as ``DashboardsPart`` decides it. Pure.
package struct DashboardsDelivery: Hashable, Sendable {
  /// What is missing, and where to look; nil if nothing is.
  package let fault: String?
  /// The Grafanas that are to have the dashboards.
  package let grafanas: [ObjectKey]
  /// How many dashboards an Observability published there.
  package let count: Int

  /// What follows from the Grafanas and the GrafanaDashboards of a namespace.
  package init(grafanas: [KubernetesObject], dashboards: [KubernetesObject], in namespace: String) {
    let instances = GrafanaInstances(grafanas)
    var wanted: [String] = []
    var said: [String: DashboardImport] = [:]
    for dashboard in dashboards {
      guard let publisher = dashboard.labels[Watches.objectLabel], dashboard.name.hasPrefix(publisher) else { continue }
      let uid = DashboardShape.uid(ofSuffix: String(dashboard.name.dropFirst(publisher.count)))
      let entry = "\(namespace)/\(dashboard.name)/\(uid)"
      wanted.append(entry)
      said[entry] = DashboardImport(dashboard)
    }
    self.grafanas = instances.matching.map(\.key)
    count = wanted.count
    fault = instances.state(wanted, said: said, in: namespace, remark: nil)?.finding.message
  }
}
