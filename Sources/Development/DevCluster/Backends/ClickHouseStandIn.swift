// SPDX-License-Identifier: Apache-2.0

import JSON
import Synchronization

/// Answers as a ClickHouse 24.9 does where an operator asks over HTTP. It keeps nothing but the statements.
public final class ClickHouseStandIn: Sendable {
  private let log = Mutex<[String]>([])

  /// A stand-in that has been told nothing yet.
  public init() {}

  /// What it was sent, in order.
  public var statements: [String] { log.withLock { $0 } }

  /// Answers one request: `/ping`, and statements that are posted to `/`.
  public func handle(_ request: APIRequest) -> APIResponse {
    switch (request.method, request.path) {
    case ("GET", "/ping"), ("GET", "/"): return APIResponse(status: 200, text: "Ok.\n")
    case ("POST", "/"):
      let statement = String(decoding: request.body, as: UTF8.self)
      log.withLock { $0.append(statement) }
      return APIResponse(status: 200, text: Self.rows(statement).map { $0 + "\n" }.joined())
    default: return APIResponse(status: 404, text: "There is no handle \(request.path)\n")
    }
  }

  /// The rows of an answer, as JSON, one a line.
  public static func rows(_ statement: String) -> [String] {
    if statement.contains("'version' AS kind") {
      return [#"{"kind":"version","a":"24.9.2.42"}"#, #"{"kind":"database","a":"otel","b":"Atomic"}"#]
    }
    return statement.hasPrefix("CHECK GRANT") ? [#"{"result":1}"#] : []
  }
}

/// Answers as a gateway whose queue is empty, where an operator asks for its metrics.
public enum GatewayStandIn {
  /// Answers one request.
  public static func handle(_ request: APIRequest) -> APIResponse {
    guard request.path == "/metrics" else { return APIResponse(status: 404, text: "404 page not found\n") }
    let samples = ["clickhouse/traces", "clickhouse/logs"].map { exporter in
      """
      otelcol_exporter_queue_size{exporter="\(exporter)"} 0
      otelcol_exporter_queue_capacity{exporter="\(exporter)"} 1000000

      """
    }
    return APIResponse(status: 200, text: samples.joined())
  }
}
