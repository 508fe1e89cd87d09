// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesCore
import ObservabilityAPI

/// A VictoriaLogs or VictoriaTraces of Cozystack's monitoring stack, by the names and ports that the VictoriaMetrics
/// operator gives (api/operator/v1/vlcluster_types.go, vlsingle_types.go, vtcluster_types.go, vtsingle_types.go, v0.68.4).
struct VictoriaStorage {
  /// What it is called.
  let name: String
  /// Its Services that take data: that of a cluster, and that of a single node, with the port that each has by default.
  let forms: [(prefix: String, port: Int)]

  static let traces = VictoriaStorage(name: "VictoriaTraces", forms: [("vtinsert", 10481), ("vtsingle", 10428)])
  static let logs = VictoriaStorage(name: "VictoriaLogs", forms: [("vlinsert", 9481), ("vlsingle", 9428)])

  /// The Services that a storage may have.
  func services(_ tenant: SignalRoute.Tenant) -> [ObjectKey] {
    forms.map { ObjectKey(namespace: tenant.namespace, name: "\($0.prefix)-\(tenant.storage)") }
  }

  /// The Service that takes data, and its usual port: that of a cluster, or else that of a single node.
  func find(
    _ tenant: SignalRoute.Tenant, _ field: String, _ services: ServiceReading
  ) throws(Unresolved) -> (ObjectKey, KubernetesObject, Int) {
    let keys = self.services(tenant)
    let remedies = ServiceReading.Remedies(
      absent: { namespace in
        "Nor is \(keys.dropFirst().map(\.name).joined(separator: ", ")). Turn \(name) on for tenant \(namespace), correct "
          + "\(field).tenant, or set \(field).endpoint."
      }, explicit: "\(field).endpoint instead of tenant")
    for (key, form) in zip(keys, forms).reversed() where key != keys[0] {
      if case .present = services.lookup(.services, key), case .absent = services.lookup(.services, keys[0]) {
        let (found, service) = try services.service(key, remedies)
        return (found, service, form.port)
      }
      if case .pending = services.lookup(.services, key) { throw .pending }
    }
    let (found, service) = try services.service(keys[0], remedies)
    return (found, service, forms[0].port)
  }
}
