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
      return error.resolution
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

/// Why a resolution ends early.
private struct Unresolved: Error {
  let resolution: MetricsResolution

  static let pending = Unresolved(resolution: .pending)

  static func blocked(_ reason: ConditionReason, _ message: String) -> Unresolved {
    Unresolved(resolution: .blocked(Finding(reason, message)))
  }
}

private struct MetricsResolver {
  let spec: ObservabilitySpec
  let domain: String
  let lookup: (ResourceType, ObjectKey) -> Lookup

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
    let (writePort, readPort) = (port(of: write, default: 8480), port(of: read, default: 8481))
    return MetricsBackend(
      writeURL: CozystackMonitoring.writeURL(host: host(writeKey), port: writePort),
      readURL: CozystackMonitoring.readURL(host: host(readKey), port: readPort),
      source: "\(tenant.namespace)/\(tenant.storage)",
      destination: ServiceRoute.destination(of: write, port: Int64(writePort)))
  }

  /// The Service of a tenant, or the one that it is an alias of.
  private func service(_ key: ObjectKey) throws(Unresolved) -> (ObjectKey, KubernetesObject) {
    let route = ServiceRoute(from: key, domain: domain, lookup: lookup)
    let last = route.keys.last ?? key
    let alias = last == key ? "" : " (of which \(key) is an alias)"
    switch route.end {
    case .pending: throw .pending
    case .service(let service): return (last, service)
    case .failing(let error): throw .blocked(.notPermitted, "Service \(last)\(alias) cannot be read: \(error).")
    case .absent:
      throw .blocked(
        .serviceNotFound,
        "Service \(last)\(alias) is not there. Turn monitoring on for tenant \(last.namespace ?? ""), correct "
          + "spec.metrics.victoriaMetrics.tenant, or set spec.metrics.victoriaMetrics.writeURL.")
    case .outside(let host):
      throw .blocked(
        .serviceNotUsable,
        "Service \(last)\(alias) is itself an alias (ExternalName) of \"\(host.cleaned(bytes: 253))\", which is no Service of "
          + "this cluster. Set spec.metrics.victoriaMetrics.writeURL and readURL instead of tenant.")
    case .loop:
      throw .blocked(
        .serviceNotUsable,
        "Service \(key) is an alias (ExternalName) that \(route.stops) and never ends. Correct the aliases, or set "
          + "spec.metrics.victoriaMetrics.writeURL and readURL instead of tenant.")
    }
  }

  /// Without the cluster's domain, which need not be known.
  private func host(_ key: ObjectKey) -> String { "\(key.name).\(key.namespace ?? "").svc" }

  /// The Service's port named `http`, as the VictoriaMetrics operator makes it, or the only one there is.
  private func port(of service: KubernetesObject, default standard: Int) -> Int {
    let ports = service[path: "spec", "ports"]?.array ?? []
    let only: JSONValue? = ports.count == 1 ? ports[0] : nil
    let chosen = ports.first { $0["name"]?.string == "http" } ?? only
    return chosen?["port"]?.integer.flatMap { 1...65535 ~= $0 ? Int($0) : nil } ?? standard
  }

  /// Where packets to a write URL of the user's go, as far as its Service tells; the URL itself stays as it is.
  private func destinationOfWriteURL() throws(Unresolved) -> PlatformFacts.Destination? {
    guard let key = MetricsResolution.service(ofWriteURLOf: spec, domain: domain),
      let url = spec.metrics.victoriaMetrics.writeURL.flatMap({ try? HTTPURL($0) })
    else { return nil }
    let route = ServiceRoute(from: key, domain: domain, lookup: lookup)
    switch route.end {
    case .pending: throw .pending
    case .service(let service): return ServiceRoute.destination(of: service, port: Int64(url.effectivePort))
    case .outside: return .anywhere(port: Int64(url.effectivePort))
    // The check says what is wrong; the namespace of the last Service stays the limit.
    case .absent, .failing, .loop: return .pods(namespace: route.keys.last?.namespace ?? spec.namespace, port: nil)
    }
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
    let key = reference.key ?? "ca.crt"
    let secret = try secret(reference.name, field: "caSecretRef")
    let bytes = try value(key, of: secret)
    do throws(CertificateAuthorities.Unreadable) {
      return (bytes, contentHash(try CertificateAuthorities(bytes).certificates, of: secret))
    } catch {
      throw .blocked(
        .authoritiesUnreadable, "Secret \(secret.key), key \(key), \(error). Agents are left as they are meanwhile.")
    }
  }

  private func credentials(_ reference: SecretReference) throws(Unresolved) -> (Credentials, String) {
    let secret = try secret(reference.name, field: "credentialsSecretRef")
    let username = try text("username", of: secret)
    let password = try text("password", of: secret)
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
      contentHash([Array(username.utf8), Array(password.utf8)], of: secret)
    )
  }

  private func secret(_ name: String, field: String) throws(Unresolved) -> KubernetesObject {
    let key = ObjectKey(namespace: spec.namespace, name: name)
    switch lookup(.secrets, key) {
    case .pending: throw .pending
    case .failing(let error):
      throw .blocked(
        .notPermitted,
        "Secret \(key) cannot be read: \(error). Bind ClusterRole \(RoleManifests.operatorName)-children in namespace "
          + "\(spec.namespace).")
    case .absent:
      throw .blocked(
        .secretNotFound,
        "Secret \(key) is not there; spec.metrics.victoriaMetrics.\(field) names it. Create it, or correct the name.")
    case .present(let secret): return secret
    }
  }

  private func text(_ key: String, of secret: KubernetesObject) throws(Unresolved) -> String {
    guard let text = String(validating: try value(key, of: secret), as: UTF8.self) else {
      throw .blocked(.secretKeyMissing, "Secret \(secret.key), key \(key), is not text in UTF-8.")
    }
    return text
  }

  private func value(_ key: String, of secret: KubernetesObject) throws(Unresolved) -> [UInt8] {
    guard let bytes = secret.secretData(key), !bytes.isEmpty else {
      let present = (secret["data"]?.object ?? [:]).keys.sorted()
      throw .blocked(
        .secretKeyMissing,
        "Secret \(secret.key) has no key \(key), or it is empty; it has "
          + (present.isEmpty ? "no keys." : "\(present.joined(separator: ", ").cleaned(bytes: 256)).") + " Add the key."
      )
    }
    return bytes
  }

  /// Salted with the Secret's UID, which only readers of the Secret know: the hash stands in a pod template, which more
  /// users can read.
  private func contentHash(_ values: [[UInt8]], of secret: KubernetesObject) -> String {
    canonicalHash(of: .array([.string(secret.uid ?? "")] + values.map { .string(Base64.encode($0)) }))
  }
}
