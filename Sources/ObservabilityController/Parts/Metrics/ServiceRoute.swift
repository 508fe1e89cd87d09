// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering

/// A Service followed through its aliases (type ExternalName) to where packets go.
struct ServiceRoute {
  /// Where the route ends.
  enum End {
    /// A Service with endpoints of its own.
    case service(KubernetesObject)
    /// A host that is no Service of the cluster.
    case outside(String)
    /// The aliases lead in a circle, or never end.
    case loop
    case pending
    case absent
    case failing(KubernetesError)
  }

  /// The most Services of a route. DNS resolvers give up after some number of aliases, too.
  private static let limit = 5

  /// Every Service that was looked at, in order; the last is the one at the end, or the last alias before it.
  let keys: [ObjectKey]
  let end: End

  /// - Parameters:
  ///   - domain: the cluster's domain. An alias may also name `cluster.local`, as those of Cozystack do whatever the
  ///     domain is: only that name is used, without the domain.
  init(from start: ObjectKey, domain: String, lookup: (ResourceType, ObjectKey) -> Lookup) {
    var keys = [start]
    func follow() -> End {
      while let key = keys.last {
        switch lookup(.services, key) {
        case .pending: return .pending
        case .absent: return .absent
        case .failing(let error): return .failing(error)
        case .present(let service):
          guard service[path: "spec", "type"]?.string == "ExternalName" else { return .service(service) }
          let host = service[path: "spec", "externalName"]?.string ?? ""
          let target = [domain, ClusterService.defaultDomain].lazy
            .compactMap { ClusterService(host: host, from: "", domain: $0) }.first
          guard let target, !target.namespace.isEmpty else { return .outside(host) }
          let next = ObjectKey(namespace: target.namespace, name: target.name)
          guard !keys.contains(next), keys.count < Self.limit else { return .loop }
          keys.append(next)
        }
      }
      return .absent
    }
    end = follow()
    self.keys = keys
  }
}

extension ServiceRoute {
  /// Where the aliases lead, as a phrase: `leads through a/b, a/c`.
  var stops: String {
    keys.count == 1
      ? "leads back to itself" : "leads through \(keys.dropFirst().map(\.description).joined(separator: ", "))"
  }

  /// Where packets to a port of the Service go: to its pods, and to the port that they listen on.
  ///
  /// - Parameter port: the port as it stands in the URL.
  static func destination(of service: KubernetesObject, port: Int64) -> PlatformFacts.Destination {
    let spec = service["spec"]
    let entry = (spec?["ports"]?.array ?? []).first { $0["port"]?.integer == port }
    let target: Int64? =
      switch (entry?["targetPort"], spec?["clusterIP"]?.string) {
      // Without an address of its own the Service is the names of its pods, and nothing maps the port.
      case (_, "None"): port
      case (.integer(let number)?, _): number
      // A name may be another number in each pod, and not every network plugin knows names.
      case (.string?, _): nil
      default: entry == nil ? nil : port
      }
    // Endpoints that no selector finds may be anywhere.
    guard spec?["selector"]?.object?.isEmpty == false else { return .anywhere(port: target) }
    return .pods(namespace: service.key.namespace ?? "", port: target)
  }
}
