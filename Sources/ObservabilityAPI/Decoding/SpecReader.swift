// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// Builds the types from an object that the schema has checked and completed.
enum SpecReader {
  static func observability(_ object: JSONValue) throws(FieldError) -> Observability {
    let metadata = object["metadata"]
    return Observability(
      name: metadata?["name"]?.string ?? "",
      uid: metadata?["uid"]?.string ?? "",
      generation: metadata?["generation"]?.integer ?? 0,
      spec: try spec(try FieldReader(object).object("spec")))
  }

  private static func spec(_ reader: FieldReader) throws(FieldError) -> ObservabilitySpec {
    let traces = try reader.object("traces")
    let logs = try reader.object("logs")
    let dashboards = try reader.object("dashboards")
    return ObservabilitySpec(
      mode: try reader.choice("mode"),
      namespace: try reader.string("namespace"),
      images: try images(try reader.object("images")),
      nodeAgent: try nodeAgent(try reader.object("nodeAgent")),
      metrics: try metrics(try reader.object("metrics")),
      traces: Traces(
        destination: try traces.choice("destination"), route: try route(traces, victoria: "VictoriaTraces"),
        sampling: try traces.string("sampling")),
      logs: Logs(destination: try logs.choice("destination"), route: try route(logs, victoria: "VictoriaLogs")),
      profiles: Profiles(enabled: try reader.object("profiles").bool("enabled")),
      clickHouse: try clickHouse(reader.optionalObject("clickHouse")),
      gateway: try gateway(try reader.object("gateway")),
      coroot: try coroot(try reader.object("coroot")),
      dashboards: Dashboards(
        enabled: try dashboards.bool("enabled"), namespace: try dashboards.string("namespace")),
      alerts: try alerts(try reader.object("alerts")))
  }

  private static func images(_ reader: FieldReader) throws(FieldError) -> Images {
    Images(
      registry: try reader.string("registry"),
      pullSecrets: try reader.strings("pullSecrets"),
      nodeAgent: try image(reader, "nodeAgent"),
      clusterAgent: try image(reader, "clusterAgent"),
      coroot: try image(reader, "coroot"),
      gateway: try image(reader, "gateway"),
      gatekeeper: try image(reader, "gatekeeper"),
      operator: try image(reader, "operator"))
  }

  private static func image(_ reader: FieldReader, _ name: String) throws(FieldError) -> Images.Image {
    let image = try reader.object(name)
    return Images.Image(
      repository: image.optionalString("repository"), tag: image.optionalString("tag"),
      digest: image.optionalString("digest"), pullPolicy: image.optionalString("pullPolicy"))
  }

  private static func nodeAgent(_ reader: FieldReader) throws(FieldError) -> NodeAgent {
    let features = try reader.object("features")
    let security = try reader.object("security")
    let seccomp = try security.object("seccomp")
    let containers = try reader.object("containers")
    let log = try reader.object("log")
    return NodeAgent(
      features: NodeAgent.Features(
        l7: try features.bool("l7"), ping: try features.bool("ping"), jvm: try features.bool("jvm"),
        dotnet: try features.bool("dotnet"), goHeap: try features.bool("goHeap"), gpu: try features.bool("gpu"),
        diskDelay: try features.bool("diskDelay"), logMetrics: try features.bool("logMetrics")),
      security: NodeAgent.Security(
        mode: try security.choice("mode"),
        seccomp: NodeAgent.Security.Seccomp(
          type: try seccomp.choice("type"), localhostProfile: seccomp.optionalString("localhostProfile"))),
      spoolSize: try reader.object("spool").string("size"),
      resources: canonical(try reader.members("resources")),
      trackPublicNetworks: try reader.strings("trackPublicNetworks"),
      containers: NodeAgent.Containers(
        allow: try containers.strings("allow"), deny: try containers.strings("deny"),
        minAge: try containers.string("minAge")),
      log: NodeAgent.Log(perSecond: try log.integer("perSecond"), burst: try log.integer("burst")),
      tolerations: try reader.objects("tolerations"),
      nodeSelector: try reader.map("nodeSelector"),
      priorityClassName: try reader.string("priorityClassName"),
      runtimeClassName: try reader.string("runtimeClassName"),
      maxUnavailable: try reader.object("updateStrategy").value("maxUnavailable"),
      env: try reader.objects("env"))
  }

  /// Requests and limits as the API server will write them, so that what is applied equals what is read back.
  static func canonical(_ resources: JSONObject) -> JSONObject {
    JSONObject(
      resources.map { name, amounts in
        let texts = (amounts.object ?? [:]).map {
          ($0.key, $0.value.quantity.map { .string($0.canonical) } ?? $0.value)
        }
        return (name, JSONValue.object(JSONObject(texts)))
      })
  }

  private static func metrics(_ reader: FieldReader) throws(FieldError) -> Metrics {
    Metrics(
      delivery: try reader.choice("delivery"),
      interval: try reader.string("interval"),
      labels: try reader.map("labels"),
      victoriaMetrics: try victoriaMetrics(try reader.object("victoriaMetrics")))
  }

  private static func victoriaMetrics(_ reader: FieldReader) throws(FieldError) -> VictoriaMetrics {
    let writeURL = reader.optionalString("writeURL")
    let readURL = reader.optionalString("readURL")
    var tenant: VictoriaMetrics.Tenant?
    if let given = reader.optionalObject("tenant") {
      tenant = VictoriaMetrics.Tenant(namespace: try given.string("namespace"), storage: try given.string("storage"))
    } else if writeURL == nil, readURL == nil {
      // Not a default of the schema: the API server would fill it in beside URLs, and keep it when URLs come later.
      tenant = .default
    }
    return VictoriaMetrics(
      tenant: tenant, writeURL: writeURL, readURL: readURL,
      credentialsSecretRef: try secret(reader.optionalObject("credentialsSecretRef")),
      caSecretRef: try secret(reader.optionalObject("caSecretRef")))
  }

  static func secret(_ reader: FieldReader?) throws(FieldError) -> SecretReference? {
    guard let reader else { return nil }
    return SecretReference(name: try reader.string("name"), key: reader.optionalString("key"))
  }
}

extension VictoriaMetrics.Tenant {
  /// The storage that is used when neither a tenant nor URLs are given.
  public static let `default` = VictoriaMetrics.Tenant(namespace: "tenant-root", storage: "shortterm")
}
