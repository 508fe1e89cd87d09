// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import ObservabilityAPI
import Rendering

extension ResourceType {
  /// The addresses behind Services (KEP-752).
  static let endpointSlices = ResourceType(
    group: "discovery.k8s.io", kind: "EndpointSlice", plural: "endpointslices")
}

/// Where the children of an object are that a check reads.
struct ChildNames: Hashable, Sendable {
  /// The ConfigMap of what was found on nodes.
  let verdicts: ObjectKey
  /// The DaemonSet of the agents.
  let daemonSet: ObjectKey

  init(_ object: String, in namespace: String) {
    verdicts = ObjectKey(namespace: namespace, name: NodeVerdicts.name(object))
    daemonSet = ObjectKey(namespace: namespace, name: AgentShape.name(of: object))
  }

  /// Whether an object has something with a claim: a gateway or a Coroot server.
  func haveClaims(_ spec: ObservabilitySpec) -> Bool {
    spec.sendsTraces || spec.sendsLogs
  }
}

extension ServiceSurroundings {
  /// The Services that the endpoints of an object's status lead to, each once.
  ///
  /// - Parameter namespace: that of the pods that use them.
  static func all(of object: KubernetesObject, in namespace: String) -> [ServiceSurroundings] {
    var result: [ServiceSurroundings] = []
    for member in ["metricsWrite", "metricsRead", "clickHouse"] {
      guard let text = object[path: "status", "endpoints", member]?.string,
        let url = try? HTTPURL(text.contains("://") ? text : "http://\(text)"),
        let service = ClusterService(host: url.host, from: namespace)
      else { continue }
      let key = ObjectKey(namespace: service.namespace, name: service.name)
      if let place = result.firstIndex(where: { $0.key == key }) {
        result[place].endpoints.append(member)
      } else {
        result.append(ServiceSurroundings(endpoints: [member], key: key))
      }
    }
    return result
  }
}
