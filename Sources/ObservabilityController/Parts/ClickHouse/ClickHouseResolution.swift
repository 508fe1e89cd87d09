// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import KubernetesClient
import KubernetesCore
import ObservabilityAPI
import Rendering

/// Finds the ClickHouse that an object asks for, from what the cluster holds. Pure: the cluster is a function from name to
/// ``Lookup``.
struct ClickHouseResolution {
  let spec: ObservabilitySpec
  /// The cluster's domain.
  let domain: String
  /// Where the operator's own pods are; nil for one outside the cluster.
  let operatorNamespace: String?
  let lookup: (ResourceType, ObjectKey) -> Lookup

  private var secrets: SecretReading { SecretReading(lookup: lookup) }
  private var services: ServiceReading { ServiceReading(domain: domain, lookup: lookup) }

  /// The objects to watch before it can be found, as far as that is known.
  var targets: Set<WatchTarget> {
    var targets: Set<WatchTarget> = []
    if let application = spec.clickHouse?.application {
      targets.formUnion(services.targets(application.service))
      targets.insert(.named(.secrets, application.credentials))
    } else if let endpoint = spec.clickHouse?.endpoint {
      if let service = services.key(ofHost: endpoint.host, from: spec.namespace) {
        targets.formUnion(services.targets(service))
      }
      for reference in [endpoint.passwordSecretRef, endpoint.caSecretRef].compactMap(\.self) {
        targets.insert(.named(.secrets, ObjectKey(namespace: spec.namespace, name: reference.name)))
      }
    }
    return targets
  }

  /// The ClickHouse; nil if the object names none, which its schema refuses where one is needed.
  func resolve() throws(Unresolved) -> ClickHouseBackend? {
    if let application = spec.clickHouse?.application { return try found(application) }
    if let endpoint = spec.clickHouse?.endpoint { return try found(endpoint) }
    return nil
  }

  /// The names are those that Cozystack's chart gives (packages/apps/clickhouse, templates/clickhouse.yaml): the Service
  /// `chendpoint-<release>`, and the Secret `<release>-credentials` with a key for each user.
  private func found(_ application: ClickHouse.Application) throws(Unresolved) -> ClickHouseBackend {
    let name = "ClickHouse application \(application.namespace)/\(application.name)"
    let (key, service) = try services.service(
      application.service,
      .init(
        absent: { _ in
          "\(name) is not there or not ready yet. Create it, correct spec.clickHouse.application, or set "
            + "spec.clickHouse.endpoint."
        }, explicit: "spec.clickHouse.endpoint instead of application"))
    let secret = try secrets.secret(
      application.credentials, origin: "\(name) has its passwords there",
      remedy: "Wait until the application is ready, or correct spec.clickHouse.application.",
      right: CredentialsRole(application).remedy(operatorNamespace))
    let native = ServiceReading.port(of: service, named: "tcp", default: 9000)
    return ClickHouseBackend(
      access: ClickHouseAccess(
        host: ServiceReading.host(key), httpPort: ServiceReading.port(of: service, named: "http", default: 8123),
        nativePort: native, isTLS: false, user: application.user,
        password: try secrets.text(application.user, of: secret), certificateAuthorities: nil),
      source: "\(application.namespace)/\(application.name)", secret: secret.key.description,
      network: ServiceRoute.destination(of: service, port: Int64(native)),
      secretsHash: SecretReading.hash([try secrets.value(application.user, of: secret)], of: secret))
  }

  private func found(_ endpoint: ClickHouse.Endpoint) throws(Unresolved) -> ClickHouseBackend {
    var hashes: [String] = []
    var (password, name) = ("", String?.none)
    if let reference = endpoint.passwordSecretRef {
      let secret = try secrets.secret(
        ObjectKey(namespace: spec.namespace, name: reference.name),
        origin: "spec.clickHouse.endpoint.passwordSecretRef names it")
      let key = reference.key ?? "password"
      password = try secrets.text(key, of: secret)
      name = secret.key.description
      hashes.append(SecretReading.hash([Array(password.utf8)], of: secret))
    }
    var authorities: [UInt8]?
    if let reference = endpoint.caSecretRef {
      let (pem, hash) = try secrets.authorities(
        reference, in: spec.namespace, origin: "spec.clickHouse.endpoint.caSecretRef names it",
        meanwhile: "The gateway is left as it is meanwhile.")
      authorities = pem
      hashes.append(hash)
    }
    return ClickHouseBackend(
      access: ClickHouseAccess(
        host: endpoint.host, httpPort: Int(endpoint.httpPort), nativePort: Int(endpoint.port), isTLS: endpoint.tls,
        user: endpoint.user, password: password, certificateAuthorities: authorities),
      source: "spec.clickHouse.endpoint", secret: name,
      network: try services.destination(ofHost: endpoint.host, port: endpoint.port, from: spec.namespace),
      secretsHash: hashes.joined(separator: "."))
  }
}

extension ClickHouse.Application {
  /// The Service of all its replicas.
  var service: ObjectKey { ObjectKey(namespace: namespace, name: "chendpoint-clickhouse-\(name)") }
  /// The Secret with a password for each user, under the user's name.
  var credentials: ObjectKey { ObjectKey(namespace: namespace, name: "clickhouse-\(name)-credentials") }
}
