// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering

/// What the gatekeeper is rendered from, by what the cluster holds. Pure: the cluster is a function from name to
/// ``Lookup``.
struct UIResolution {
  let spec: ObservabilitySpec
  /// The object's UID, which salts the hash of the session.
  let uid: String
  /// The cluster's domain.
  let domain: String
  let lookup: (ResourceType, ObjectKey) -> Lookup

  private var ui: CorootUI { spec.coroot.ui }
  private var secrets: SecretReading { SecretReading(lookup: lookup) }
  private var services: ServiceReading { ServiceReading(domain: domain, lookup: lookup) }

  /// Everything that the gatekeeper needs.
  ///
  /// - Parameters:
  ///   - session: the session that Coroot gave; nil until it has.
  ///   - secret: the gatekeeper's own Secret as it is, nil without one that is the object's. While Coroot has given no
  ///     session, as after a restart of the operator, the one that it holds stands.
  ///   - generated: the object's Secrets with the values that were made up, each with the key of its value.
  func resolve(
    _ oidc: CorootUI.OIDC, session: SecretText?, secret: KubernetesObject?,
    generated: [(secret: KubernetesObject, key: String)] = []
  ) throws(Unresolved) -> UIInputs {
    var hashes: [String] = []
    var declaredClientHash: String?
    for (secret, key) in generated {
      guard let value = secret.secretData(key), !value.isEmpty else {
        throw .blocked(
          .secretKeyMissing,
          "Secret \(secret.key) has no key \(key), or it is empty. Delete the Secret, and it is made again; the gatekeeper "
            + "is left as it is until then.")
      }
      let hash = SecretReading.hash([value], of: secret)
      if key == UIShape.clientKey { declaredClientHash = hash }
      hashes.append(hash)
    }
    var clientSecret: SecretText?
    if let reference = oidc.clientSecretRef {
      let (value, hash) = try client(reference)
      clientSecret = value
      hashes.append(hash)
    }
    var authorities: [UInt8]?
    if let reference = oidc.caSecretRef {
      let (pem, hash) = try secrets.authorities(
        reference, in: spec.namespace, origin: "spec.coroot.ui.oidc.caSecretRef names it",
        meanwhile: "The gatekeeper is left as it is meanwhile.")
      authorities = pem
      hashes.append(hash)
    }
    guard let session = session ?? secret.flatMap(Self.session) else {
      throw .blocked(
        .sessionMissing,
        "Coroot has not given the session that users are let in with, so the gatekeeper waits. See CorootAvailable.")
    }
    hashes.append(session.fingerprint(salt: uid))
    return UIInputs(
      session: session, clientSecret: clientSecret, authorities: authorities,
      secretsHash: canonicalHash(of: .array(hashes.map(JSONValue.string))), declaredClientHash: declaredClientHash,
      issuer: try issuer(oidc))
  }

  /// The objects to watch by name.
  var targets: Set<WatchTarget> {
    guard let oidc = ui.oidc else { return [] }
    var targets: Set<WatchTarget> = []
    for reference in [oidc.clientSecretRef, oidc.caSecretRef].compactMap(\.self) {
      targets.insert(.named(.secrets, key(reference.name)))
    }
    if let certificate { targets.insert(.named(.secrets, key(certificate))) }
    if let url = try? HTTPURL(oidc.issuerURL), let service = services.key(ofHost: url.host, from: spec.namespace) {
      targets.formUnion(services.targets(service))
    }
    if ui.gateway == nil { targets.insert(IngressClasses.target) }
    return targets
  }

  /// What is missing of the certificate; nil if nothing is, or none is asked for.
  func certificateFinding() throws(Unresolved) -> Finding? {
    guard let certificate else { return nil }
    let key = key(certificate)
    let remedy =
      ui.tls.clusterIssuer.map {
        "cert-manager is to make it by ClusterIssuer \($0). See kubectl -n \(spec.namespace) describe certificate "
          + "\(certificate)."
      } ?? "spec.coroot.ui.tls.secretName names it. Create it with type kubernetes.io/tls, or correct the name."
    switch lookup(.secrets, key) {
    case .pending: throw .pending
    case .failing(let error):
      return Finding(
        .notPermitted, ObservabilityReconciler.unreadable(.secrets, namespace: spec.namespace, error))
    case .absent: return Finding(.certificateMissing, "Secret \(key) of the certificate is not there. \(remedy)")
    case .present(let secret):
      let missing = ["tls.crt", "tls.key"].filter { (secret.secretData($0) ?? []).isEmpty }
      guard !missing.isEmpty else { return nil }
      return Finding(
        .certificateMissing,
        "Secret \(key) of the certificate has no \(missing.joined(separator: " and no ")). \(remedy)")
    }
  }

  private var certificate: String? { UIShape.certificate(ui) }

  private func key(_ name: String) -> ObjectKey { ObjectKey(namespace: spec.namespace, name: name) }

  /// The client's secret. A line break at its end is the file's that it was made from: no provider makes such a secret.
  private func client(_ reference: SecretReference) throws(Unresolved) -> (SecretText, String) {
    let secret = try secrets.secret(key(reference.name), origin: "spec.coroot.ui.oidc.clientSecretRef names it")
    let name = reference.key ?? UIShape.clientKey
    var bytes = try secrets.value(name, of: secret)
    while let last = bytes.last, last == 0x0a || last == 0x0d { bytes.removeLast() }
    guard !bytes.isEmpty, let text = SecretText(bytes) else {
      throw .blocked(
        .secretKeyMissing,
        "Secret \(secret.key), key \(name), is no text. Store the client's secret there; the gatekeeper waits until then."
      )
    }
    return (text, SecretReading.hash([bytes], of: secret))
  }

  private func issuer(_ oidc: CorootUI.OIDC) throws(Unresolved) -> PlatformFacts.Destination? {
    guard let url = try? HTTPURL(oidc.issuerURL) else { return nil }
    return try services.destination(ofHost: url.host, port: Int64(url.effectivePort), from: spec.namespace)
  }

  /// The session in the gatekeeper's Secret; nil if it holds none.
  private static func session(_ secret: KubernetesObject) -> SecretText? {
    guard let bytes = secret.secretData(UIShape.sessionKey) else { return nil }
    let prefix = Array(UIShape.sessionPrefix.utf8)
    guard bytes.starts(with: prefix), bytes.count > prefix.count else { return nil }
    return SecretText(bytes.dropFirst(prefix.count))
  }
}
