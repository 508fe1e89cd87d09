// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import JSON
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering

/// Finds what a Coroot server is rendered from and wired to, from what the cluster holds. Pure.
struct CorootResolution {
  let subject: Subject
  /// The cluster's domain.
  let domain: String
  let metrics: MetricsBackend
  let clickHouse: ClickHouseBackend
  let lookup: (ResourceType, ObjectKey) -> Lookup

  private var spec: ObservabilitySpec { subject.spec }
  private var secrets: SecretReading { SecretReading(lookup: lookup) }
  private var services: ServiceReading { ServiceReading(domain: domain, lookup: lookup) }

  /// The objects to watch before that is known.
  static func targets(
    _ spec: ObservabilitySpec, domain: String, lookup: (ResourceType, ObjectKey) -> Lookup
  ) -> Set<WatchTarget> {
    let postgres = spec.coroot.postgres
    var targets = Set(
      [postgres?.passwordSecretRef, postgres?.caSecretRef].compactMap(\.self).map {
        WatchTarget.named(.secrets, ObjectKey(namespace: spec.namespace, name: $0.name))
      })
    withoutActuallyEscaping(lookup) { lookup in
      let services = ServiceReading(domain: domain, lookup: lookup)
      let readHost = spec.metrics.victoriaMetrics.readURL.flatMap { try? HTTPURL($0) }?.host
      for host in [postgres?.host, readHost].compactMap(\.self) {
        if let service = services.key(ofHost: host, from: spec.namespace) {
          targets.formUnion(services.targets(service))
        }
      }
    }
    return targets
  }

  /// What the server is asked to have.
  ///
  /// - Parameter viewer: whether users are let in by a gatekeeper.
  func demand(viewer: Bool) throws(Unresolved) -> CorootDemand {
    guard let read = metrics.readURL.flatMap({ try? HTTPURL($0) }) else {
      throw .blocked(
        .metricsUnreadable,
        "The address at which metrics are read is not known. Set spec.metrics.victoriaMetrics.readURL.")
    }
    let write = metrics.writeURL.flatMap { try? HTTPURL($0) } ?? read
    let labels = SeriesLabels(subject.observability)
    let login = metrics.credentials.map {
      BasicCredentials(
        username: URLSafeCredential.decoded($0.username), password: URLSafeCredential.decoded($0.password))
    }
    let access = clickHouse.access
    return CorootDemand(
      project: CorootShape.project(of: subject.name), guardProject: CorootShape.guardProject(of: subject.name),
      prometheus: CorootPrometheus(
        url: read, refreshIntervalMilliseconds: Self.refreshInterval(spec.metrics.interval),
        remoteWriteURL: labels.added(to: write), extraSelector: labels.selector, basicAuth: login),
      clickHouse: CorootClickHouse(
        address: "\(access.host):\(access.nativePort)", user: access.user, password: CorootSecret(access.password),
        database: spec.coroot.database, isTLS: access.isTLS),
      viewer: viewer ? CorootViewer(email: CorootPart.viewer) : nil)
  }

  /// A fingerprint, in 12 digits, which a label has room for, of what servers must have been started with before data is
  /// sent to them: the ClickHouse settings; the database of their own state, since another one holds another project; and
  /// the API keys, since the gateway gives up for good what a server with other keys answers with 404.
  ///
  /// - Parameter keys: the Secret of the keys; nil while it is made.
  func fingerprint(keys: KubernetesObject?) -> String {
    let access = clickHouse.access
    let state = spec.coroot.postgres.map { [$0.host, "\($0.port)", $0.database] } ?? []
    let values = [CorootShape.projectKey, CorootShape.guardKey].map { keys?.secretData($0) ?? [] }
    return String(
      canonicalHash(
        of: .array(
          ([access.host, "\(access.nativePort)", access.user, spec.coroot.database, "\(access.isTLS)"] + state
            + [clickHouse.secretsHash, keys.map { SecretReading.hash(values, of: $0) } ?? ""]).map(JSONValue.string))
      ).filter { $0.isHexDigit }.suffix(12))
  }

  /// In milliseconds and whole seconds. Cozystack's storages keep one sample in 15 s, so more often shows gaps.
  private static func refreshInterval(_ interval: String) -> Int {
    let seconds = GoDuration.parse(interval).map { Int($0.components.seconds) } ?? 15
    return max(15, seconds) * 1000
  }

  /// The PostgreSQL that the servers share; nil for none. An empty password is refused.
  func postgres() throws(Unresolved) -> (settings: CorootInputs.Postgres, hash: String)? {
    guard let postgres = spec.coroot.postgres else { return nil }
    let reference = postgres.passwordSecretRef
    let secret = try secrets.secret(
      ObjectKey(namespace: spec.namespace, name: reference.name),
      origin: "spec.coroot.postgres.passwordSecretRef names it")
    let key = reference.key ?? "password"
    let password = try secrets.text(key, of: secret)
    guard let text = SecretText(Array(password.utf8)) else {
      throw .blocked(.secretKeyMissing, "Secret \(secret.key), key \(key), is not text in UTF-8.")
    }
    var hashes = [SecretReading.hash([Array(password.utf8)], of: secret)]
    var authorities: [UInt8]?
    if let reference = postgres.caSecretRef {
      let (pem, hash) = try secrets.authorities(
        reference, in: spec.namespace, origin: "spec.coroot.postgres.caSecretRef names it",
        meanwhile: "The servers are left as they are meanwhile.")
      authorities = pem
      hashes.append(hash)
    }
    let settings = CorootInputs.Postgres(
      postgres, password: text, authorities: authorities,
      network: try services.destination(ofHost: postgres.host, port: postgres.port, from: spec.namespace))
    return (settings, hashes.joined(separator: "."))
  }

  /// Where packets to a URL go, as far as its Service tells.
  func destination(of url: String?) throws(Unresolved) -> PlatformFacts.Destination? {
    guard let url = url.flatMap({ try? HTTPURL($0) }) else { return nil }
    return try services.destination(ofHost: url.host, port: Int64(url.effectivePort), from: spec.namespace)
  }

  /// The certificate authorities of both backends, as PEM; nil if the image's are enough.
  var authorities: [UInt8]? {
    let all = [metrics.certificateAuthorities, clickHouse.access.certificateAuthorities].compactMap(\.self)
    guard !all.isEmpty else { return nil }
    return Array(all.joined(separator: [UInt8(ascii: "\n")]))
  }
}
