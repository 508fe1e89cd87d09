// SPDX-License-Identifier: Apache-2.0

import CleanText
import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering

/// Finds Services that an object means, from what the cluster holds. Pure.
struct ServiceReading {
  /// The cluster's domain.
  let domain: String
  let lookup: (ResourceType, ObjectKey) -> Lookup

  /// What to say of a Service that is not there or is of no use.
  struct Remedies {
    /// What follows "is not there.", given the namespace of the Service.
    var absent: (String) -> String
    /// What to set instead: a phrase after "set".
    var explicit: String
  }

  /// The Service of that name, or the one that it is an alias of.
  func service(_ key: ObjectKey, _ remedies: Remedies) throws(Unresolved) -> (ObjectKey, KubernetesObject) {
    let route = ServiceRoute(from: key, domain: domain, lookup: lookup)
    let last = route.keys.last ?? key
    let alias = last == key ? "" : " (of which \(key) is an alias)"
    switch route.end {
    case .pending: throw .pending
    case .service(let service): return (last, service)
    case .failing(let error): throw .blocked(.notPermitted, "Service \(last)\(alias) cannot be read: \(error).")
    case .absent:
      throw .blocked(
        .serviceNotFound, "Service \(last)\(alias) is not there. \(remedies.absent(last.namespace ?? ""))")
    case .outside(let host):
      throw .blocked(
        .serviceNotUsable,
        "Service \(last)\(alias) is itself an alias (ExternalName) of \"\(host.cleaned(bytes: 253))\", which is no Service of "
          + "this cluster. Set \(remedies.explicit).")
    case .loop:
      throw .blocked(
        .serviceNotUsable,
        "Service \(key) is an alias (ExternalName) that \(route.stops) and never ends. Correct the aliases, or set "
          + "\(remedies.explicit).")
    }
  }

  /// Where packets to a host of the user's go, as far as its Service tells; nil for a host that is no Service.
  func destination(
    ofHost host: String, port: Int64, from namespace: String
  ) throws(Unresolved) -> PlatformFacts.Destination? {
    guard let key = self.key(ofHost: host, from: namespace) else { return nil }
    let route = ServiceRoute(from: key, domain: domain, lookup: lookup)
    switch route.end {
    case .pending: throw .pending
    case .service(let service): return ServiceRoute.destination(of: service, port: port)
    case .outside: return .anywhere(port: port)
    // The check says what is wrong; the namespace of the last Service stays the limit.
    case .absent, .failing, .loop: return .pods(namespace: route.keys.last?.namespace ?? namespace, port: nil)
    }
  }

  /// The Service that a host names; nil for any other host.
  func key(ofHost host: String, from namespace: String) -> ObjectKey? {
    ClusterService(host: host, from: namespace, domain: domain).map {
      ObjectKey(namespace: $0.namespace, name: $0.name)
    }
  }

  /// Every Service that has to be read before that one, or what it is an alias of, is known.
  func targets(_ key: ObjectKey) -> [WatchTarget] {
    ServiceRoute(from: key, domain: domain, lookup: lookup).keys.map { .named(.services, $0) }
  }

  /// The name of a Service as a host, without the cluster's domain, which need not be known.
  static func host(_ key: ObjectKey) -> String { "\(key.name).\(key.namespace ?? "").svc" }

  /// The Service's port of that name, or the only one that it has.
  static func port(of service: KubernetesObject, named name: String, default standard: Int) -> Int {
    let ports = service[path: "spec", "ports"]?.array ?? []
    let only: JSONValue? = ports.count == 1 ? ports[0] : nil
    let chosen = ports.first { $0["name"]?.string == name } ?? only
    return chosen?["port"]?.integer.flatMap { 1...65535 ~= $0 ? Int($0) : nil } ?? standard
  }
}
