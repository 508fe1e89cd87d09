// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import JSON
import KubernetesClient
import ObservabilityAPI

/// Finds the metrics storage that an object asks for, from what the cluster holds.
///
/// Pure: the cluster is a function from name to ``Lookup``.
enum MetricsResolution: Hashable, Sendable {
  /// Something has not been read yet.
  case pending
  case resolved(MetricsBackend)
  /// It cannot be found; the finding says what is missing.
  case blocked(Finding)

  /// The objects to watch before the storage can be found.
  static func needs(of spec: ObservabilitySpec) -> Set<WatchTarget> {
    let metrics = spec.metrics.victoriaMetrics
    var needs: Set<WatchTarget> = []
    if let tenant = metrics.tenant {
      for service in services(of: tenant) { needs.insert(.named(.services, service)) }
    }
    for reference in [metrics.credentialsSecretRef, metrics.caSecretRef].compactMap(\.self) {
      needs.insert(.named(.secrets, ObjectKey(namespace: spec.namespace, name: reference.name)))
    }
    return needs
  }

  static func resolve(
    _ spec: ObservabilitySpec, lookup: @escaping (ResourceType, ObjectKey) -> Lookup
  ) -> MetricsResolution {
    do throws(Unresolved) {
      return .resolved(try MetricsResolver(spec: spec, lookup: lookup).resolve())
    } catch {
      return error.resolution
    }
  }

  static func services(of tenant: VictoriaMetrics.Tenant) -> [ObjectKey] {
    ["vminsert", "vmselect"].map { ObjectKey(namespace: tenant.namespace, name: "\($0)-\(tenant.storage)") }
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
  let lookup: (ResourceType, ObjectKey) -> Lookup

  func resolve() throws(Unresolved) -> MetricsBackend {
    let settings = spec.metrics.victoriaMetrics
    var backend: MetricsBackend
    if let tenant = settings.tenant {
      backend = try found(tenant)
    } else {
      backend = MetricsBackend(
        writeURL: settings.writeURL, readURL: settings.readURL, source: "spec.metrics.victoriaMetrics")
    }
    if let reference = settings.credentialsSecretRef {
      (backend.credentials, backend.credentialsHash) = try credentials(reference)
    }
    if let reference = settings.caSecretRef {
      let key = reference.key ?? "ca.crt"
      let secret = try secret(reference.name, field: "caSecretRef")
      let bytes = try value(key, of: secret)
      backend.certificateAuthorities = bytes
      backend.certificateAuthoritiesHash = contentHash([bytes], of: secret)
    }
    return backend
  }

  private func found(_ tenant: VictoriaMetrics.Tenant) throws(Unresolved) -> MetricsBackend {
    let keys = MetricsResolution.services(of: tenant)
    let write = try port(of: keys[0], default: 8480)
    let read = try port(of: keys[1], default: 8481)
    return MetricsBackend(
      writeURL: CozystackMonitoring.writeURL(namespace: tenant.namespace, storage: tenant.storage, port: write),
      readURL: CozystackMonitoring.readURL(namespace: tenant.namespace, storage: tenant.storage, port: read),
      source: "\(tenant.namespace)/\(tenant.storage)")
  }

  /// The Service's port named `http`, as the VictoriaMetrics operator makes it, or the only one there is.
  private func port(of key: ObjectKey, default standard: Int) throws(Unresolved) -> Int {
    switch lookup(.services, key) {
    case .pending: throw .pending
    case .failing(let error): throw .blocked(.notPermitted, "Service \(key) cannot be read: \(error).")
    case .absent:
      throw .blocked(
        .serviceNotFound,
        "Service \(key) is not there. Turn monitoring on for tenant \(key.namespace ?? ""), correct "
          + "spec.metrics.victoriaMetrics.tenant, or set spec.metrics.victoriaMetrics.writeURL.")
    case .present(let service):
      let ports = service[path: "spec", "ports"]?.array ?? []
      let only: JSONValue? = ports.count == 1 ? ports[0] : nil
      let chosen = ports.first { $0["name"]?.string == "http" } ?? only
      return chosen?["port"]?.integer.map(Int.init) ?? standard
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
          + (present.isEmpty ? "no keys." : "\(present.joined(separator: ", ")).") + " Add the key.")
    }
    return bytes
  }

  /// Salted with the Secret's UID, which nobody knows who may not read the Secret: the hash stands in a pod template
  /// that more people can read.
  private func contentHash(_ values: [[UInt8]], of secret: KubernetesObject) -> String {
    canonicalHash(of: .array([.string(secret.uid ?? "")] + values.map { .string(Base64.encode($0)) }))
  }
}
