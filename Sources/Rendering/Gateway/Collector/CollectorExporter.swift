// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI

/// The exporter of one signal, which has the signal's queue.
///
/// The id is one of two a signal, `clickhouse/<signal>` and `otlp_http/<signal>`: it names the file of the queue, so that
/// what waits in it follows a change of address instead of staying behind.
struct CollectorExporter {
  let signal: GatewaySignal
  let id: String
  /// What may be read by anyone who reads the configuration.
  var settings: JSONObject
  /// What is secret: members that are merged into the settings.
  let credentials: JSONObject
  /// The certificates that ``caFile`` holds.
  let certificateAuthority: [UInt8]?
  /// Where packets go, as far as the platform told.
  let network: PlatformFacts.Destination?
  let host: String
  let port: Int64
  /// Whether packets go to the object's own Coroot server, whose pods a selector finds.
  var isCoroot = false

  /// The exporters of the inputs, one for each signal that has a destination.
  static func all(_ inputs: GatewayInputs) -> [CollectorExporter] {
    [inputs.traces.map(exporter), inputs.logs.map(exporter)].compactMap { $0 }
  }

  private static func exporter(
    _ destination: GatewayInputs.Destination<GatewayInputs.TracesStorage>
  ) -> CollectorExporter {
    switch destination.storage {
    case .clickHouse(let server): CollectorExporter(.traces, destination, clickHouse: server)
    case .victoriaTraces(let base):
      CollectorExporter(.traces, destination, url: base.appending(path: "/insert/opentelemetry/v1/traces"))
    case .otlp(let base): CollectorExporter(.traces, destination, url: base.endpoint(of: .traces))
    case .coroot(let base): CollectorExporter(.traces, destination, coroot: base)
    }
  }

  private static func exporter(
    _ destination: GatewayInputs.Destination<GatewayInputs.LogsStorage>
  ) -> CollectorExporter {
    switch destination.storage {
    case .clickHouse(let server): CollectorExporter(.logs, destination, clickHouse: server)
    case .victoriaLogs(let base, let tenant):
      CollectorExporter(
        .logs, destination, url: base.appending(path: "/insert/opentelemetry/v1/logs"),
        headers: VictoriaLogsHeaders.headers(tenant))
    case .otlp(let base): CollectorExporter(.logs, destination, url: base.endpoint(of: .logs))
    case .coroot(let base): CollectorExporter(.logs, destination, coroot: base)
    }
  }

  /// The path of the file in the container that holds the certificates of a signal's destination.
  static func caFile(_ signal: GatewaySignal) -> String { "\(GatewayFiles.folder)/\(caKey(signal))" }

  /// The key of the Secret that holds the certificates of a signal's destination.
  static func caKey(_ signal: GatewaySignal) -> String { "ca-\(signal.rawValue).crt" }
}

extension CollectorExporter {
  /// One that inserts into ClickHouse over its native protocol.
  ///
  /// - `create_schema` is off, since with it a ClickHouse that is away keeps the whole collector from starting.
  /// - `async_insert` is off: batches are large already, and a server set up with `wait_for_async_insert=0` would
  ///   acknowledge them before they are stored.
  fileprivate init<Storage>(
    _ signal: GatewaySignal, _ destination: GatewayInputs.Destination<Storage>,
    clickHouse server: GatewayInputs.ClickHouseServer
  ) {
    let query = server.isTLS ? "?dial_timeout=10s&secure=true" : "?dial_timeout=10s"
    var settings: JSONObject = [
      "endpoint": CollectorText.literal("clickhouse://\(server.host):\(server.nativePort)\(query)"),
      "database": CollectorText.literal(server.database),
      "username": CollectorText.literal(server.user),
      "create_schema": false,
      "async_insert": false,
      "timeout": "30s",
    ]
    settings["\(signal.rawValue)_table_name"] = .string("otel_\(signal.rawValue)")
    if server.isTLS, destination.certificateAuthority != nil {
      settings["tls"] = ["ca_file": .string(Self.caFile(signal))]
    }
    self.init(
      signal: signal, id: "clickhouse/\(signal.rawValue)", settings: settings,
      credentials: destination.password.map { ["password": CollectorText.literal($0.text)] } ?? [:],
      certificateAuthority: server.isTLS ? destination.certificateAuthority : nil, network: destination.network,
      host: server.host, port: server.nativePort)
  }

  /// One that sends OTLP over HTTP.
  fileprivate init<Storage>(
    _ signal: GatewaySignal, _ destination: GatewayInputs.Destination<Storage>, url: HTTPURL,
    headers: JSONObject = [:]
  ) {
    var settings: JSONObject = [
      // VictoriaLogs and VictoriaTraces take protobuf only.
      "\(signal.rawValue)_endpoint": CollectorText.literal(url.description),
      "encoding": "proto",
      "compression": "gzip",
      "timeout": "30s",
    ]
    // The collector merges both files by exact name and then sets headers by any case, in the random order of a Go map:
    // a default whose name the Secret has, in whatever case, must not be there.
    let named = Set(destination.headers.map { $0.name.lowercased() })
    let defaults = headers.filter { !named.contains($0.key.lowercased()) }
    if !defaults.isEmpty { settings["headers"] = .object(JSONObject(defaults.map { ($0.key, $0.value) })) }
    let certificateAuthority = url.scheme == .https ? destination.certificateAuthority : nil
    if certificateAuthority != nil { settings["tls"] = ["ca_file": .string(Self.caFile(signal))] }
    let secret = destination.headers.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      .map { ($0.name, CollectorText.literal($0.value.text)) }
    self.init(
      signal: signal, id: "otlp_http/\(signal.rawValue)", settings: settings,
      credentials: secret.isEmpty ? [:] : ["headers": .object(JSONObject(secret))],
      certificateAuthority: certificateAuthority, network: destination.network, host: url.host,
      port: Int64(url.effectivePort))
  }

  /// One that sends OTLP to the object's own Coroot server. To an unknown key that answers 404, after which the collector
  /// drops the data; so the key among the headers is right from the start or nothing is rendered.
  fileprivate init<Storage>(
    _ signal: GatewaySignal, _ destination: GatewayInputs.Destination<Storage>, coroot base: HTTPURL
  ) {
    self.init(signal, destination, url: base.endpoint(of: signal))
    isCoroot = true
    // Its Service stops leading to servers that would drop data, and a connection that is kept would still lead there
    // (config/confighttp, ClientConfig).
    settings["disable_keep_alives"] = true
  }
}

/// The headers of VictoriaLogs' ingestion API.
private enum VictoriaLogsHeaders {
  /// Without stream fields every resource attribute would become one, and streams would be as many as hosts times
  /// containers times everything else that an attribute tells.
  private static let streamFields = ["service.name", "k8s.namespace.name", "k8s.pod.name", "k8s.container.name"]

  static func headers(_ tenant: GatewayInputs.VictoriaLogsTenant) -> JSONObject {
    [
      "AccountID": .string(String(tenant.accountID)),
      "ProjectID": .string(String(tenant.projectID)),
      "VL-Stream-Fields": .string(streamFields.joined(separator: ",")),
    ]
  }
}

extension HTTPURL {
  /// The URL with a path below its own.
  fileprivate func appending(path suffix: String) -> HTTPURL {
    var url = self
    while url.path.hasSuffix("/") { url.path.removeLast() }
    url.path += suffix
    return url
  }

  /// The endpoint of a signal, as given if its path names the signal already, else below it.
  fileprivate func endpoint(of signal: GatewaySignal) -> HTTPURL {
    path.hasSuffix(signal.path) ? self : appending(path: signal.path)
  }
}
