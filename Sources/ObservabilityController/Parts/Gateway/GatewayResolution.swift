// SPDX-License-Identifier: Apache-2.0

import Backends
import CleanText
import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering

/// Finds where the gateway sends traces and logs, from what the cluster holds. Pure: the cluster is a function from name to
/// ``Lookup``.
struct GatewayResolution {
  /// The most headers of a signal.
  static let headerLimit = 16

  let spec: ObservabilitySpec
  /// The cluster's domain.
  let domain: String
  /// The ClickHouse, once it is known.
  let clickHouse: ClickHouseBackend?
  let lookup: (ResourceType, ObjectKey) -> Lookup

  private var secrets: SecretReading { SecretReading(lookup: lookup) }
  private var services: ServiceReading { ServiceReading(domain: domain, lookup: lookup) }

  /// A destination and a fingerprint of its secrets.
  private struct Found<Storage: Hashable & Sendable> {
    var destination: GatewayInputs.Destination<Storage>
    var hashes: [String]
  }

  /// Where everything goes.
  ///
  /// - Parameter operatorNamespace: where the operator's own pods are; nil for one outside the cluster.
  func resolve(operatorNamespace: String?) throws(Unresolved) -> GatewayInputs {
    let traces = try traces()
    let logs = try logs()
    let hashes = (traces?.hashes ?? []) + (logs?.hashes ?? [])
    return GatewayInputs(
      traces: traces?.destination, logs: logs?.destination,
      secretsHash: hashes.isEmpty ? nil : canonicalHash(of: .array(hashes.map(JSONValue.string))),
      operatorNamespace: operatorNamespace)
  }

  /// The objects to watch before that is known, as far as they are known themselves.
  var targets: Set<WatchTarget> {
    var targets: Set<WatchTarget> = []
    for signal in GatewaySignal.allCases {
      guard let (route, victoria) = route(signal) else { continue }
      if let tenant = route.tenant {
        for service in victoria.services(tenant) { targets.formUnion(services.targets(service)) }
      } else if let host = route.endpoint.flatMap({ try? HTTPURL($0) })?.host,
        let service = services.key(ofHost: host, from: spec.namespace)
      {
        targets.formUnion(services.targets(service))
      }
      for reference in [route.headersSecretRef, route.caSecretRef].compactMap(\.self) {
        targets.insert(.named(.secrets, ObjectKey(namespace: spec.namespace, name: reference.name)))
      }
    }
    return targets
  }

  /// The route of a signal that goes anywhere but to ClickHouse.
  private func route(_ signal: GatewaySignal) -> (SignalRoute, VictoriaStorage)? {
    switch signal {
    case .traces:
      [.none, .clickHouse].contains(spec.traces.destination) ? nil : (spec.traces.route, .traces)
    case .logs: [.none, .clickHouse].contains(spec.logs.destination) ? nil : (spec.logs.route, .logs)
    }
  }

  private func traces() throws(Unresolved) -> Found<GatewayInputs.TracesStorage>? {
    switch spec.traces.destination {
    case .none: nil
    case .clickHouse: try kept { .clickHouse($0) }
    case .victoriaTraces: try sent(spec.traces.route, "spec.traces", .traces) { .victoriaTraces($0) }
    case .otlp: try sent(spec.traces.route, "spec.traces", .traces) { .otlp($0) }
    }
  }

  private func logs() throws(Unresolved) -> Found<GatewayInputs.LogsStorage>? {
    switch spec.logs.destination {
    case .none: nil
    case .clickHouse: try kept { .clickHouse($0) }
    case .victoriaLogs: try sent(spec.logs.route, "spec.logs", .logs) { .victoriaLogs($0) }
    case .otlp: try sent(spec.logs.route, "spec.logs", .logs) { .otlp($0) }
    }
  }

  private func kept<Storage: Hashable & Sendable>(
    _ make: (GatewayInputs.ClickHouseServer) -> Storage
  ) throws(Unresolved) -> Found<Storage> {
    guard let clickHouse else { throw .pending }
    let access = clickHouse.access
    let server = GatewayInputs.ClickHouseServer(
      host: access.host, nativePort: Int64(access.nativePort), isTLS: access.isTLS, user: access.user,
      database: spec.clickHouse?.database ?? ClickHouse.defaultDatabase)
    return Found(
      destination: .init(
        make(server), password: access.password.isEmpty ? nil : SecretText(access.password.utf8),
        certificateAuthority: access.certificateAuthorities, network: clickHouse.network),
      hashes: [clickHouse.secretsHash])
  }

  private func sent<Storage: Hashable & Sendable>(
    _ route: SignalRoute, _ field: String, _ victoria: VictoriaStorage, _ make: (HTTPURL) -> Storage
  ) throws(Unresolved) -> Found<Storage> {
    var hashes: [String] = []
    var headers: [GatewayHeader] = []
    if let reference = route.headersSecretRef {
      let secret = try secrets.secret(
        ObjectKey(namespace: spec.namespace, name: reference.name), origin: "\(field).headersSecretRef names it")
      headers = try self.headers(of: secret)
      hashes.append(canonicalHash(of: .array([.string(secret.uid ?? ""), secret["data"] ?? .null])))
    }
    var authorities: [UInt8]?
    if let reference = route.caSecretRef {
      let (pem, hash) = try secrets.authorities(
        reference, in: spec.namespace, origin: "\(field).caSecretRef names it",
        meanwhile: "The gateway is left as it is meanwhile.")
      authorities = pem
      hashes.append(hash)
    }
    let (url, network) = try address(route, field, victoria)
    return Found(
      destination: .init(make(url), headers: headers, certificateAuthority: authorities, network: network),
      hashes: hashes)
  }

  private func address(
    _ route: SignalRoute, _ field: String, _ victoria: VictoriaStorage
  ) throws(Unresolved) -> (HTTPURL, PlatformFacts.Destination?) {
    if let text = route.endpoint, let url = try? HTTPURL(text) {
      if let address = url.linkLocalAddress {
        throw .blocked(
          .addressRefused,
          "\(field).endpoint: \(address) is a link-local address, which belongs to the node and its cloud. Set it to the "
            + "storage.")
      }
      let port = Int64(url.effectivePort)
      return (url, try services.destination(ofHost: url.host, port: port, from: spec.namespace))
    }
    let tenant = route.tenant ?? .default
    let (key, service, standard) = try victoria.find(tenant, field, services)
    let port = ServiceReading.port(of: service, named: "http", default: standard)
    guard let url = try? HTTPURL("http://\(ServiceReading.host(key)):\(port)") else {
      throw .blocked(.serviceNotUsable, "The name of Service \(key) is no host. Set \(field).endpoint.")
    }
    return (url, ServiceRoute.destination(of: service, port: Int64(port)))
  }

  private func headers(of secret: KubernetesObject) throws(Unresolved) -> [GatewayHeader] {
    let names = (secret["data"]?.object ?? [:]).keys.sorted()
    guard 1...Self.headerLimit ~= names.count else {
      throw .blocked(
        .secretKeyMissing,
        "Secret \(secret.key) has \(names.count) keys; it needs one for each header, at most \(Self.headerLimit).")
    }
    let duplicates = Dictionary(grouping: names) { $0.lowercased() }.values.first { $0.count > 1 }
    if let duplicates {
      throw .blocked(
        .secretKeyMissing,
        "Secret \(secret.key), keys \(duplicates.map { $0.cleaned(bytes: 64) }.joined(separator: " and ")), are the same "
          + "header, whose name has no case: remove one.")
    }
    var headers: [GatewayHeader] = []
    for name in names {
      guard let value = SecretText(try secrets.value(name, of: secret)),
        let header = GatewayHeader(name: name, value: value)
      else {
        throw .blocked(
          .secretKeyMissing,
          "Secret \(secret.key), key \(name.cleaned(bytes: 64)), cannot be sent as a header: name it with letters, digits "
            + "and '-', and store its value as text without line breaks, and without white space at its ends.")
      }
      headers.append(header)
    }
    return headers
  }
}
