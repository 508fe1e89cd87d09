// SPDX-License-Identifier: Apache-2.0

public import ObservabilityAPI

extension GatewayInputs {
  /// The destinations by the names that Cozystack gives, for rendering without a cluster.
  ///
  /// In place of each secret value stands a text that names its Secret.
  public init(offline object: Observability) {
    let spec = object.spec
    self.init()
    if spec.mode == .full {
      let key = SecretReference(name: CorootShape.keysName(of: object.name), key: CorootShape.projectKey)
      self =
        GatewayInputs(corootOf: object.name, namespace: spec.namespace, key: SecretText(standingFor: key)) ?? self
      return
    }
    switch spec.traces.destination {
    case .none: break
    case .clickHouse: traces = Self.clickHouse(spec).map { Destination(.clickHouse($0), password: Self.password(spec)) }
    case .victoriaTraces:
      traces = Self.url(spec.traces.route, "vtinsert", 10481).map { Self.sent(.victoriaTraces($0), spec.traces.route) }
    case .otlp: traces = Self.url(spec.traces.route, "", 0).map { Self.sent(.otlp($0), spec.traces.route) }
    }
    switch spec.logs.destination {
    case .none: break
    case .clickHouse: logs = Self.clickHouse(spec).map { Destination(.clickHouse($0), password: Self.password(spec)) }
    case .victoriaLogs:
      logs = Self.url(spec.logs.route, "vlinsert", 9481).map { Self.sent(.victoriaLogs($0), spec.logs.route) }
    case .otlp: logs = Self.url(spec.logs.route, "", 0).map { Self.sent(.otlp($0), spec.logs.route) }
    }
  }

  private static func sent<Storage>(_ storage: Storage, _ route: SignalRoute) -> Destination<Storage> {
    var destination = Destination(storage)
    if let reference = route.headersSecretRef {
      let name = "Headers-Of-Secret-\(reference.name)"
      destination.headers = [GatewayHeader(name: name, value: SecretText(standingFor: reference))].compactMap(\.self)
    }
    return destination
  }

  private static func url(_ route: SignalRoute, _ service: String, _ port: Int) -> HTTPURL? {
    let tenant = route.tenant ?? .default
    let address = "http://\(service)-\(tenant.storage).\(tenant.namespace).svc:\(port)"
    return try? HTTPURL(route.endpoint ?? address)
  }

  private static func clickHouse(_ spec: ObservabilitySpec) -> ClickHouseServer? {
    let database = spec.clickHouse?.database ?? ClickHouse.defaultDatabase
    if let application = spec.clickHouse?.application {
      return ClickHouseServer(
        host: "chendpoint-clickhouse-\(application.name).\(application.namespace).svc", nativePort: 9000, isTLS: false,
        user: application.user, database: database)
    }
    return spec.clickHouse?.endpoint.map {
      ClickHouseServer(host: $0.host, nativePort: $0.port, isTLS: $0.tls, user: $0.user, database: database)
    }
  }

  private static func password(_ spec: ObservabilitySpec) -> SecretText? {
    if let application = spec.clickHouse?.application {
      return SecretText(
        standingFor: SecretReference(name: "clickhouse-\(application.name)-credentials", key: application.user))
    }
    return spec.clickHouse?.endpoint?.passwordSecretRef.map { SecretText(standingFor: $0) }
  }
}

extension SecretText {
  /// A text in place of a value that only a cluster has.
  init(standingFor reference: SecretReference) {
    self.init(text: "(of Secret \(reference.name)\(reference.key.map { ", key \($0)" } ?? ""))")
  }
}
