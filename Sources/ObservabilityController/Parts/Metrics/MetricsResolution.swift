// SPDX-License-Identifier: Apache-2.0

import Backends
import CleanText
import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering

/// Finds the metrics storage that an object asks for, from what the cluster holds.
///
/// Pure: the cluster is a function from name to ``Lookup``.
enum MetricsResolution: Hashable, Sendable {
  /// Something has not been read yet.
  case pending
  case resolved(MetricsBackend)
  /// It cannot be found; the finding says what is missing.
  case blocked(Finding)

  /// The objects to watch before the storage can be found: as far as that is known, for a Service may be an alias of
  /// another.
  static func needs(
    of spec: ObservabilitySpec, domain: String = ClusterService.defaultDomain,
    lookup: (ResourceType, ObjectKey) -> Lookup = { _, _ in .pending }
  ) -> Set<WatchTarget> {
    let metrics = spec.metrics.victoriaMetrics
    var needs: Set<WatchTarget> = []
    let services = metrics.tenant.map(services) ?? [service(ofWriteURLOf: spec, domain: domain)].compactMap(\.self)
    for service in services {
      for key in ServiceRoute(from: service, domain: domain, lookup: lookup).keys {
        needs.insert(.named(.services, key))
      }
    }
    for reference in [metrics.credentialsSecretRef, metrics.caSecretRef].compactMap(\.self) {
      needs.insert(.named(.secrets, ObjectKey(namespace: spec.namespace, name: reference.name)))
    }
    return needs
  }

  static func resolve(
    _ spec: ObservabilitySpec, domain: String = ClusterService.defaultDomain,
    lookup: @escaping (ResourceType, ObjectKey) -> Lookup
  ) -> MetricsResolution {
    do throws(Unresolved) {
      return .resolved(try MetricsResolver(spec: spec, domain: domain, lookup: lookup).resolve())
    } catch {
      switch error {
      case .pending: return .pending
      case .blocked(let finding): return .blocked(finding)
      }
    }
  }

  static func services(of tenant: VictoriaMetrics.Tenant) -> [ObjectKey] {
    ["vminsert", "vmselect"].map { ObjectKey(namespace: tenant.namespace, name: "\($0)-\(tenant.storage)") }
  }

  /// The Service that the write URL names, if agents write and it is one of the cluster.
  static func service(ofWriteURLOf spec: ObservabilitySpec, domain: String) -> ObjectKey? {
    guard spec.metrics.delivery == .push, let text = spec.metrics.victoriaMetrics.writeURL,
      let url = try? HTTPURL(text),
      let service = ClusterService(host: url.host, from: spec.namespace, domain: domain)
    else { return nil }
    return ObjectKey(namespace: service.namespace, name: service.name)
  }
}

private struct MetricsResolver {
  let spec: ObservabilitySpec
  let domain: String
  let lookup: (ResourceType, ObjectKey) -> Lookup

  private var secrets: SecretReading { SecretReading(lookup: lookup) }
  private var services: ServiceReading { ServiceReading(domain: domain, lookup: lookup) }

  func resolve() throws(Unresolved) -> MetricsBackend {
    let settings = spec.metrics.victoriaMetrics
    var backend: MetricsBackend
    if let tenant = settings.tenant {
      backend = try found(tenant)
    } else {
      backend = MetricsBackend(
        writeURL: settings.writeURL, readURL: settings.readURL, source: "spec.metrics.victoriaMetrics")
      try refuseLinkLocal(settings.writeURL, field: "writeURL")
      try refuseLinkLocal(settings.readURL, field: "readURL")
      backend.destination = try destinationOfWriteURL()
    }
    if let reference = settings.credentialsSecretRef {
      (backend.credentials, backend.credentialsHash) = try credentials(reference)
    }
    if let reference = settings.caSecretRef {
      (backend.certificateAuthorities, backend.certificateAuthoritiesHash) = try authorities(reference)
    }
    return backend
  }

  private func found(_ tenant: VictoriaMetrics.Tenant) throws(Unresolved) -> MetricsBackend {
    let keys = MetricsResolution.services(of: tenant)
    let (writeKey, write) = try service(keys[0])
    let (readKey, read) = try service(keys[1])
    // The VictoriaMetrics operator names the port of each Service.
    let writePort = ServiceReading.port(of: write, named: "http", default: 8480)
    let readPort = ServiceReading.port(of: read, named: "http", default: 8481)
    return MetricsBackend(
      writeURL: CozystackMonitoring.writeURL(host: ServiceReading.host(writeKey), port: writePort),
      readURL: CozystackMonitoring.readURL(host: ServiceReading.host(readKey), port: readPort),
      source: "\(tenant.namespace)/\(tenant.storage)",
      destination: ServiceRoute.destination(of: write, port: Int64(writePort)))
  }

  /// The Service of a tenant, or the one that it is an alias of.
  private func service(_ key: ObjectKey) throws(Unresolved) -> (ObjectKey, KubernetesObject) {
    try services.service(
      key,
      .init(
        absent: {
          "Turn monitoring on for tenant \($0), correct spec.metrics.victoriaMetrics.tenant, or set "
            + "spec.metrics.victoriaMetrics.writeURL."
        }, explicit: "spec.metrics.victoriaMetrics.writeURL and readURL instead of tenant"))
  }

  /// Where packets to a write URL of the user's go, as far as its Service tells; the URL itself stays as it is.
  private func destinationOfWriteURL() throws(Unresolved) -> PlatformFacts.Destination? {
    guard spec.metrics.delivery == .push, let url = spec.metrics.victoriaMetrics.writeURL.flatMap({ try? HTTPURL($0) })
    else { return nil }
    return try services.destination(ofHost: url.host, port: Int64(url.effectivePort), from: spec.namespace)
  }

  /// The addresses of a name are looked at when it is resolved, by the check and by the NetworkPolicy.
  private func refuseLinkLocal(_ text: String?, field: String) throws(Unresolved) {
    guard let address = text.flatMap({ try? HTTPURL($0) })?.linkLocalAddress else { return }
    throw .blocked(
      .addressRefused,
      "spec.metrics.victoriaMetrics.\(field): \(address) is a link-local address, which belongs to the node and its cloud. "
        + "Set it to a VictoriaMetrics.")
  }

  private func authorities(_ reference: SecretReference) throws(Unresolved) -> ([UInt8], String) {
    try secrets.authorities(
      reference, in: spec.namespace, origin: "spec.metrics.victoriaMetrics.caSecretRef names it",
      meanwhile: "Agents are left as they are meanwhile.")
  }

  private func credentials(_ reference: SecretReference) throws(Unresolved) -> (Credentials, String) {
    let secret = try secrets.secret(
      ObjectKey(namespace: spec.namespace, name: reference.name),
      origin: "spec.metrics.victoriaMetrics.credentialsSecretRef names it")
    let username = try secrets.text("username", of: secret)
    let password = try secrets.text("password", of: secret)
    for (key, value) in [("username", username), ("password", password)] {
      do throws(CredentialError) {
        try URLSafeCredential.check(
          value, as: key == "username" ? .username : .password, key: key, secret: secret.key.description)
      } catch {
        throw .blocked(.credentialsNotURLSafe, "The agent takes credentials from its URL only: \(error).")
      }
    }
    return (
      Credentials(username: username, password: password),
      SecretReading.hash([Array(username.utf8), Array(password.utf8)], of: secret)
    )
  }
}
