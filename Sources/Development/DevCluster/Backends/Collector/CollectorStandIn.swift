// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON

/// Stands for the OpenTelemetry Collector of a gateway: reads the files that the operator renders, takes OTLP over HTTP
/// on loopback, and forwards it.
///
/// It follows what the collector's sources say of the order of things: what is accepted is in the queue, what the
/// destination refuses for good is counted and dropped, what it cannot take now waits, and a full queue refuses. It does
/// not show that a real collector starts with these files, nor how it behaves: the queue is in memory and lost at the end
/// of the process, bodies are sent one by one and uncompressed, and the native protocol of ClickHouse is not spoken.
public actor CollectorStandIn {
  private let settings: CollectorSettings
  private let transport: any HTTPTransport
  private var queues: [String: CollectorQueue]
  private var isDelivering = false

  /// A stand-in for the container with that command line.
  ///
  /// - Parameter files: what the pod mounts, by path.
  /// - Throws: ``CollectorSettingsError`` for a configuration with anything that the stand-in does not know.
  public init(arguments: [String], files: [String: [UInt8]], transport: any HTTPTransport) throws {
    settings = try CollectorSettings(arguments: arguments, files: files)
    self.transport = transport
    queues = Dictionary(
      uniqueKeysWithValues: settings.pipelines.map { ($0.signal, CollectorQueue(capacity: $0.exporter.capacity)) })
  }

  /// Listens on loopback, at a free port for each port of the configuration.
  ///
  /// - Returns: the servers by the configured port; they answer while their `run()` runs.
  public nonisolated func listen() async throws -> [Int: HTTPServer] {
    var servers: [Int: HTTPServer] = [:]
    for port in [settings.otlpPort, settings.metricsPort, settings.healthPort] {
      servers[port] = try await HTTPServer(bodyLimit: 20 << 20) { await self.answer($0, at: port) }
    }
    return servers
  }

  /// Answers one request at a port of the configuration.
  private func answer(_ request: APIRequest, at port: Int) -> APIResponse {
    switch (port, request.method, request.path) {
    case (settings.otlpPort, "POST", "/v1/traces"), (settings.otlpPort, "POST", "/v1/logs"): receive(request)
    case (settings.metricsPort, "GET", "/metrics"): APIResponse(status: 200, text: metrics)
    case (settings.healthPort, "GET", "/"): APIResponse(status: 200, json: ["status": "Server available"])
    default: APIResponse(status: 404, text: "404 page not found\n")
    }
  }

  /// The status codes are those of `receiver/otlpreceiver`: 400, 404, 415, and 503 for what may be sent again.
  private func receive(_ request: APIRequest) -> APIResponse {
    let signal = String(request.path.dropFirst("/v1/".count))
    guard let pipeline = settings.pipelines.first(where: { $0.signal == signal }) else {
      return APIResponse(status: 404, text: "404 page not found\n")
    }
    guard request.header("Content-Type") == "application/x-protobuf" else {
      return APIResponse(status: 415, text: "415 unsupported media type\n")
    }
    guard let body = try? OTLPBody(request.body, applying: pipeline.actions) else {
      return APIResponse(status: 400, text: "malformed\n")
    }
    guard queues[signal]?.enqueue(body) == true else {
      return APIResponse(status: 503, text: "sending queue is full\n")
    }
    return APIResponse(status: 200, headers: [("Content-Type", "application/x-protobuf")])
  }

  /// Sends what waits in the queues, until they are empty or a destination cannot take more for now.
  ///
  /// The collector does so by itself, after pauses; here the caller says when.
  public func deliver() async {
    guard !isDelivering else { return }
    isDelivering = true
    defer { isDelivering = false }
    for pipeline in settings.pipelines {
      while let body = queues[pipeline.signal]?.first {
        let attempt = await send(body, to: pipeline.exporter)
        if attempt == .later { break }
        queues[pipeline.signal]?.finish(isDelivered: attempt == .delivered)
      }
    }
  }

  /// What an attempt came to.
  private enum Attempt { case delivered, refused, later }

  /// Of the failures, transport errors and these four statuses may pass (`exporter/otlphttpexporter/otlp.go`).
  private static let passing = [429, 502, 503, 504]

  private func send(_ body: OTLPBody, to exporter: CollectorSettings.Exporter) async -> Attempt {
    var request = HTTPRequest(method: "POST", url: exporter.url, body: body.bytes)
    request.headers = [HTTPField("Content-Type", "application/x-protobuf")] + exporter.headers
    request.tls.certificateAuthorities = exporter.authorities
    guard let response = try? await transport.send(request), (try? await response.body.collect()) != nil else {
      return .later
    }
    if 200..<300 ~= response.status { return .delivered }
    return Self.passing.contains(response.status) ? .later : .refused
  }

  /// The collector's own metrics, by the names of `exporter/exporterhelper/metadata.yaml` and `receiverhelper`.
  private var metrics: String {
    settings.pipelines.map { pipeline in
      let queue = queues[pipeline.signal] ?? CollectorQueue(capacity: 0)
      let exporter = "{data_type=\"\(pipeline.signal)\",exporter=\"\(pipeline.exporter.id)\"}"
      let items = pipeline.signal == "traces" ? "spans" : "log_records"
      let receiver = "{receiver=\"otlp\",transport=\"http\"}"
      return """
        otelcol_exporter_queue_size\(exporter) \(queue.size)
        otelcol_exporter_queue_capacity\(exporter) \(queue.capacity)
        otelcol_exporter_sent_\(items)\(exporter) \(queue.sent)
        otelcol_exporter_send_failed_\(items)\(exporter) \(queue.failed)
        otelcol_exporter_enqueue_failed_\(items)\(exporter) \(queue.rejected)
        otelcol_receiver_accepted_\(items)\(receiver) \(queue.accepted)
        otelcol_receiver_refused_\(items)\(receiver) \(queue.rejected)

        """
    }.joined()
  }
}
