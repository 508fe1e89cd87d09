// SPDX-License-Identifier: Apache-2.0

import Dashboards
import HTTPTransport
import JSON
import KubernetesCore
import LocalServers

/// A real VictoriaMetrics that holds a scenario, with the recording rules evaluated over it.
struct MetricsStore {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// A series of an answer.
  struct Series {
    let labels: [String: String]
    let samples: Int
  }

  let host: String
  let transport: any HTTPTransport

  /// Runs the body beside a storage that is loaded with the series.
  static func with(
    _ series: [ScenarioSeries], from: Double = 0, step: Double = Clock.step,
    _ body: (MetricsStore) async throws -> Void
  ) async throws {
    let transport = try CurlTransport(userAgent: "dashboards-tests")
    // The scenario lies in the past, and is written after it was first asked for.
    let options = ["-retentionPeriod=100y", "-search.disableCache", "-search.maxStalenessInterval=5m"]
    try await VictoriaMetricsProcess.with(options: options, transport) { process in
      let store = MetricsStore(host: process.host, transport: transport)
      for start in stride(from: 0, to: series.count, by: 500) {
        try await store.write(
          series[start..<min(start + 500, series.count)].flatMap { $0.line(from: from, step: step) })
      }
      try await store.flush()
      try await body(store)
    }
  }

  func write(_ lines: [UInt8]) async throws {
    guard !lines.isEmpty else { return }
    _ = try await send("POST", "/api/v1/import", lines)
  }

  /// Makes what was written visible to queries.
  func flush() async throws { _ = try await send("GET", "/internal/force_flush", nil) }

  /// Evaluates the rules as vmalert does, each over all of its times before the next, since a rule may read another.
  func evaluate(_ groups: [RuleGroup], from: Double = 0) async throws {
    for group in groups {
      for rule in group.rules {
        guard case .record(let name) = rule.outcome else { continue }
        let answer = try await matrix(rule.expression, from: from, step: group.interval == "5m" ? 300 : 60)
        var lines: [UInt8] = []
        for series in answer {
          var metric = series["metric"]?.object ?? [:]
          metric["__name__"] = .string(name)
          for (label, value) in rule.labels { metric[label] = .string(value) }
          let pairs = (series["values"]?.array ?? []).compactMap(\.array)
          let line: JSONValue = [
            "metric": .object(metric),
            "values": .array(pairs.map { .double($0[1].string.flatMap(Double.init) ?? 0) }),
            "timestamps": .array(pairs.map { .integer(Int64(($0[0].double ?? 0) * 1000)) }),
          ]
          lines += JSONWriter.bytes(line) + [UInt8(ascii: "\n")]
        }
        try await write(lines)
        if name.hasSuffix(":info") { try await flush() }
      }
    }
    try await flush()
  }

  /// The answer to a query for the newest value, at a second of the scenario.
  func instant(_ expression: String, at second: Double = Clock.end) async throws -> [Series] {
    let time = "&time=\(Int(Clock.start + second))"
    return try await result("/api/v1/query?query=\(PercentEncoding.encode(expression))\(time)").map {
      Series(labels: Self.labels($0), samples: 1)
    }
  }

  /// The answer to a query over the faulty hour.
  func range(_ expression: String) async throws -> [Series] {
    try await matrix(expression, from: Clock.fault, step: 60).map {
      Series(labels: Self.labels($0), samples: $0["values"]?.array?.count ?? 0)
    }
  }

  private func matrix(_ expression: String, from: Double, step: Int) async throws -> [JSONValue] {
    let times = "&start=\(Int(Clock.start + from))&end=\(Int(Clock.start + Clock.end))&step=\(step)"
    return try await result("/api/v1/query_range?query=\(PercentEncoding.encode(expression))\(times)")
  }

  private static func labels(_ series: JSONValue) -> [String: String] {
    var labels: [String: String] = [:]
    for (name, value) in series["metric"]?.object ?? [:] { labels[name] = value.string }
    return labels
  }

  /// The result of a query as it came.
  func raw(_ path: String, _ expression: String, _ times: String) async throws -> [JSONValue] {
    try await result("\(path)?query=\(PercentEncoding.encode(expression))\(times)")
  }

  /// The trace of a query, as text.
  func traced(_ path: String, _ expression: String, _ times: String) async throws -> String {
    let answer = try await answer("\(path)?trace=1&query=\(PercentEncoding.encode(expression))\(times)")
    return JSONWriter.text(answer["trace"] ?? .null)
  }

  private func result(_ path: String) async throws -> [JSONValue] {
    let answer = try await answer(path)
    guard let result = answer[path: "data", "result"]?.array else {
      throw Failure(description: JSONWriter.text(answer))
    }
    return result
  }

  private func answer(_ path: String) async throws -> JSONValue {
    let parts = path.split(separator: "?", maxSplits: 1)
    let bytes = try await send(
      "POST", String(parts[0]), Array(parts[1].utf8),
      [HTTPField("Content-Type", "application/x-www-form-urlencoded")])
    return try JSONParser.parse(bytes, limits: JSONLimits(bytes: 256 << 20, depth: 400))
  }

  private func send(_ method: String, _ path: String, _ body: [UInt8]?, _ headers: [HTTPField] = []) async throws
    -> [UInt8]
  {
    let response = try await transport.send(
      HTTPRequest(
        method: method, url: "http://\(host)\(path)", headers: headers, body: body, bodyLimit: 256 << 20))
    let bytes = try await response.body.collect()
    guard 200..<300 ~= response.status else {
      throw Failure(description: "\(response.status): \(String(decoding: bytes.prefix(600), as: UTF8.self))")
    }
    return bytes
  }
}
