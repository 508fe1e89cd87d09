// SPDX-License-Identifier: Apache-2.0

extension SpecReader {
  /// How the destination of a signal is reached.
  ///
  /// - Parameter victoria: the destination that has a tenant. Its default is filled in here and not by the schema: the API
  ///   server would fill it in beside an endpoint too, and keep it when the destination changes.
  static func route(_ reader: FieldReader, victoria: String) throws(FieldError) -> SignalRoute {
    let endpoint = reader.optionalString("endpoint")
    var tenant: SignalRoute.Tenant?
    if let given = reader.optionalObject("tenant") {
      tenant = SignalRoute.Tenant(namespace: try given.string("namespace"), storage: try given.string("storage"))
    } else if endpoint == nil, try reader.string("destination") == victoria {
      tenant = .default
    }
    return SignalRoute(
      endpoint: endpoint, tenant: tenant, headersSecretRef: try secret(reader.optionalObject("headersSecretRef")),
      caSecretRef: try secret(reader.optionalObject("caSecretRef")), retention: try reader.string("retention"))
  }

  static func clickHouse(_ reader: FieldReader?) throws(FieldError) -> ClickHouse? {
    guard let reader else { return nil }
    var result = ClickHouse()
    if let application = reader.optionalObject("application") {
      result.application = ClickHouse.Application(
        namespace: try application.string("namespace"), name: try application.string("name"),
        user: try application.string("user"))
    }
    if let endpoint = reader.optionalObject("endpoint") {
      result.endpoint = ClickHouse.Endpoint(
        host: try endpoint.string("host"), port: try endpoint.integer("port"),
        httpPort: try endpoint.integer("httpPort"), user: try endpoint.string("user"),
        passwordSecretRef: try secret(endpoint.optionalObject("passwordSecretRef")), tls: try endpoint.bool("tls"),
        caSecretRef: try secret(endpoint.optionalObject("caSecretRef")))
    }
    result.database = try reader.string("database")
    result.cluster = reader.optionalString("cluster")
    result.ignore = Set(try reader.strings("ignore").compactMap(ClickHouse.Doubt.init(rawValue:)))
    return result
  }

  static func alerts(_ reader: FieldReader) throws(FieldError) -> Alerts {
    Alerts(
      enabled: try reader.bool("enabled"), applications: try reader.object("applications").bool("enabled"),
      seriesLimit: try reader.integer("seriesLimit"))
  }

  static func gateway(_ reader: FieldReader) throws(FieldError) -> Gateway {
    let queue = try reader.object("queue")
    return Gateway(
      replicas: try reader.integer("replicas"), queueSize: try queue.string("size"),
      queueStorageClassName: queue.optionalString("storageClassName"))
  }
}

extension SignalRoute.Tenant {
  /// The storage that is used when neither a tenant nor an endpoint is given.
  public static let `default` = SignalRoute.Tenant(namespace: "tenant-root", storage: "generic")
}
