// SPDX-License-Identifier: Apache-2.0

extension SpecReader {
  static func coroot(_ reader: FieldReader) throws(FieldError) -> Coroot {
    let storage = try reader.object("storage")
    let retention = try reader.object("retention")
    return Coroot(
      storageSize: try storage.string("size"), storageClassName: storage.optionalString("storageClassName"),
      database: try reader.string("database"),
      resources: canonical(try reader.members("resources")),
      clusterAgentResources: canonical(try reader.object("clusterAgent").members("resources")),
      retention: Coroot.Retention(
        traces: try retention.string("traces"), logs: try retention.string("logs"),
        profiles: try retention.string("profiles"), cache: try retention.string("cache")),
      replicas: try reader.integer("replicas"),
      postgres: try postgres(reader.optionalObject("postgres")),
      ui: try ui(try reader.object("ui")))
  }

  private static func postgres(_ reader: FieldReader?) throws(FieldError) -> Coroot.Postgres? {
    guard let reader, let password = try secret(try reader.object("passwordSecretRef")) else { return nil }
    return Coroot.Postgres(
      host: try reader.string("host"), port: try reader.integer("port"), database: try reader.string("database"),
      user: try reader.string("user"), passwordSecretRef: password, sslMode: try reader.choice("sslMode"),
      caSecretRef: try secret(reader.optionalObject("caSecretRef")))
  }

  private static func ui(_ reader: FieldReader) throws(FieldError) -> CorootUI {
    let tls = try reader.object("tls")
    return CorootUI(
      host: try reader.string("host"), ingressClassName: try reader.string("ingressClassName"),
      ingressNamespace: try reader.string("ingressNamespace"),
      gateway: try gatewayReference(reader.optionalObject("gatewayRef")),
      tls: CorootUI.TLS(
        secretName: tls.optionalString("secretName"), clusterIssuer: tls.optionalString("clusterIssuer")),
      oidc: try oidc(reader.optionalObject("oidc")))
  }

  private static func gatewayReference(
    _ reader: FieldReader?
  ) throws(FieldError) -> CorootUI.GatewayReference? {
    guard let reader else { return nil }
    return CorootUI.GatewayReference(
      name: try reader.string("name"), namespace: try reader.string("namespace"),
      sectionName: reader.optionalString("sectionName"))
  }

  private static func oidc(_ reader: FieldReader?) throws(FieldError) -> CorootUI.OIDC? {
    guard let reader else { return nil }
    var realm: CorootUI.OIDC.Realm?
    if let given = reader.optionalObject("keycloakRealmRef") {
      realm = CorootUI.OIDC.Realm(name: try given.string("name"), kind: try given.choice("kind"))
    }
    return CorootUI.OIDC(
      issuerURL: try reader.string("issuerURL"), clientID: try reader.string("clientID"),
      clientSecretRef: try secret(reader.optionalObject("clientSecretRef")), keycloakRealm: realm,
      caSecretRef: try secret(reader.optionalObject("caSecretRef")),
      allowedGroups: try reader.strings("allowedGroups"))
  }
}
