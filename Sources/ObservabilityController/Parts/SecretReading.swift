// SPDX-License-Identifier: Apache-2.0

import CleanText
import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI

/// Why what a part works from is not known.
enum Unresolved: Error {
  /// Something has not been read yet.
  case pending
  /// It is missing or wrong; the finding says what.
  case blocked(Finding)

  static func blocked(_ reason: ConditionReason, _ message: String) -> Unresolved {
    .blocked(Finding(reason, message))
  }
}

/// Reads Secrets that an object names, from what the cluster holds. Pure; no text holds anything of a value.
struct SecretReading {
  let lookup: (ResourceType, ObjectKey) -> Lookup

  /// The Secret of that name.
  ///
  /// - Parameters:
  ///   - origin: who names it, for a message: `spec.metrics.victoriaMetrics.caSecretRef names it`.
  ///   - remedy: what to do if it is not there.
  ///   - right: what to do if it may not be read; nil for the role of children.
  func secret(
    _ key: ObjectKey, origin: String, remedy: String = "Create it, or correct the name.", right: String? = nil
  ) throws(Unresolved) -> KubernetesObject {
    switch lookup(.secrets, key) {
    case .pending: throw .pending
    case .failing(let error):
      let role = "Bind ClusterRole \(RoleManifests.operatorName)-children in namespace \(key.namespace ?? "")."
      throw .blocked(.notPermitted, "Secret \(key) cannot be read: \(error). \(right ?? role)")
    case .absent: throw .blocked(.secretNotFound, "Secret \(key) is not there; \(origin). \(remedy)")
    case .present(let secret): return secret
    }
  }

  /// The value of a key, as text.
  func text(_ key: String, of secret: KubernetesObject) throws(Unresolved) -> String {
    guard let text = String(validating: try value(key, of: secret), as: UTF8.self) else {
      throw .blocked(.secretKeyMissing, "Secret \(secret.key), key \(key), is not text in UTF-8.")
    }
    return text
  }

  /// The value of a key; one that is empty counts as missing.
  func value(_ key: String, of secret: KubernetesObject) throws(Unresolved) -> [UInt8] {
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

  /// Certificate authorities as PEM, and a hash that changes when they do.
  ///
  /// - Parameter meanwhile: what happens to the pods that use them, for a message.
  func authorities(
    _ reference: SecretReference, in namespace: String, origin: String, meanwhile: String
  ) throws(Unresolved) -> (pem: [UInt8], hash: String) {
    let key = reference.key ?? "ca.crt"
    let secret = try secret(ObjectKey(namespace: namespace, name: reference.name), origin: origin)
    let bytes = try value(key, of: secret)
    do throws(CertificateAuthorities.Unreadable) {
      return (bytes, Self.hash(try CertificateAuthorities(bytes).certificates, of: secret))
    } catch {
      throw .blocked(.authoritiesUnreadable, "Secret \(secret.key), key \(key), \(error). \(meanwhile)")
    }
  }

  /// A fingerprint of values, salted with the Secret's UID, which only readers of the Secret know: it stands in a pod
  /// template, which more users can read.
  static func hash(_ values: [[UInt8]], of secret: KubernetesObject) -> String {
    canonicalHash(of: .array([.string(secret.uid ?? "")] + values.map { .string(Base64.encode($0)) }))
  }
}
