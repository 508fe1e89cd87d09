// SPDX-License-Identifier: Apache-2.0

import JSON
import Synchronization

/// Answers as VictoriaMetrics does where an operator asks: health, the write probe, writes, instant queries.
///
/// What is written is counted and dropped; a query that begins with a number gets that number, any other gets nothing.
public final class MetricsStandIn: Sendable {
  private let state = Mutex(State())

  private struct State {
    var writes = 0
    var bytes = 0
    var isHealthy = true
  }

  /// A stand-in that is healthy.
  public init() {}

  /// How many writes it took.
  public var writes: Int { state.withLock { $0.writes } }

  /// Makes it healthy, or unavailable: then everything is answered with 503.
  public func setHealthy(_ isHealthy: Bool) { state.withLock { $0.isHealthy = isHealthy } }

  /// Answers one request, by the paths of the cluster's components and of the single binary.
  public func handle(_ request: APIRequest) -> APIResponse {
    guard state.withLock({ $0.isHealthy }) else {
      return APIResponse(status: 503, text: "the service is unavailable\n")
    }
    switch request.path {
    case "/health": return APIResponse(status: 200, text: "OK")
    case "/-/healthy": return APIResponse(status: 200, text: "VictoriaMetrics is Healthy.\n")
    case "/-/ready": return APIResponse(status: 200, text: "VictoriaMetrics is Ready.\n")
    case "/ping": return APIResponse(status: 204)
    default: break
    }
    if Self.isWrite(request.path) { return write(request) }
    if request.path.hasSuffix("/api/v1/query"), ["GET", "POST"].contains(request.method) { return query(request) }
    return APIResponse(status: 400, text: "unsupported path requested: \"\(request.path)\"\n")
  }

  private func write(_ request: APIRequest) -> APIResponse {
    if request.parameter("get_vm_proto_version") != nil { return APIResponse(status: 200, text: "1") }
    guard request.method == "POST" else { return APIResponse(status: 400, text: "POST is expected\n") }
    for label in request.query where label.name == "extra_label" && !label.value.contains("=") {
      return APIResponse(status: 400, text: "missing tag value in extra_label=\"\(label.value)\"\n")
    }
    state.withLock {
      $0.writes += 1
      $0.bytes += request.body.count
    }
    return APIResponse(status: 204)
  }

  private func query(_ request: APIRequest) -> APIResponse {
    var parameters = request
    if request.method == "POST", !request.body.isEmpty {
      parameters = APIRequest("POST", "/?" + String(decoding: request.body, as: UTF8.self))
    }
    guard let expression = parameters.parameter("query") ?? request.parameter("query"), !expression.isEmpty else {
      return APIResponse(
        status: 422, json: ["status": "error", "errorType": "422", "error": "missing `query` arg"])
    }
    var samples: [JSONValue] = []
    if Double(expression) != nil { samples = [["metric": [:], "value": [0, .string(expression)]]] }
    var answer: JSONValue = ["status": "success"]
    if request.path.hasPrefix("/select/") { answer["isPartial"] = false }
    answer["data"] = ["resultType": "vector", "result": .array(samples)]
    return APIResponse(status: 200, json: answer)
  }

  private static func isWrite(_ path: String) -> Bool {
    ["/api/v1/write", "/api/v1/push"].contains { path.hasSuffix($0) }
  }
}
