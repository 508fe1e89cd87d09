// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import Synchronization

@testable import Backends

/// A ClickHouse that exists only as its answers: those of a healthy one, except where a rule says otherwise.
final class FakeClickHouse: HTTPTransport {
  enum Reply: Sendable {
    /// 200 with these rows.
    case rows([String])
    /// As servers since 20.x report an error: with a header.
    case exception(Int, String)
    /// As 18.16 reports an error: with the status, in the body only.
    case oldException(Int, Int, String)
    case raw(Int, String)
    case failure(TransportError)
  }

  /// The first rule whose text is in the statement answers.
  private let rules: [(text: String, reply: Reply)]
  private let survey: [String]
  private let disks: [String]
  private let log = Mutex<[HTTPRequest]>([])

  init(
    version: String? = "24.9.2.42", database: String? = "Atomic", survey: [String] = [], keeper: Bool = false,
    disks: [String] = [FakeClickHouse.disk("default", free: 90, of: 100)], _ rules: [(text: String, reply: Reply)] = []
  ) {
    self.rules = rules
    let common = [
      version.map { Self.row("version", $0) }, database.map { Self.row("database", "otel", $0) },
      disks.isEmpty ? nil : Self.row("system", "disks"), keeper ? Self.row("system", "zookeeper") : nil,
    ].compactMap { $0 }
    self.survey = common + survey
    self.disks = disks
  }

  var requests: [HTTPRequest] { log.withLock { $0 } }
  var statements: [String] { requests.map { String(decoding: $0.body ?? [], as: UTF8.self) } }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    log.withLock { $0.append(request) }
    let statement = String(decoding: request.body ?? [], as: UTF8.self)
    switch rules.first(where: { statement.contains($0.text) })?.reply ?? healthy(statement) {
    case .rows(let lines): return Self.response(200, lines.map { $0 + "\n" }.joined())
    case .exception(let code, let text):
      let body = "Code: \(code). DB::Exception: \(text) (version 24.9.2.42 (official build))\n"
      return Self.response(500, body, [HTTPField("X-ClickHouse-Exception-Code", "\(code)")])
    case .oldException(let status, let code, let text):
      return Self.response(
        status, "Code: \(code), e.displayText() = DB::Exception: \(text), e.what() = DB::Exception\n")
    case .raw(let status, let body): return Self.response(status, body)
    case .failure(let error): throw error
    }
  }

  private func healthy(_ statement: String) -> Reply {
    if statement.contains("'version' AS kind") { return .raw(200, survey.joined(separator: "\n") + "\n") }
    let health =
      (statement.contains("system.disks") ? disks : [])
      + (statement.contains("system.zookeeper") ? [Self.row("keeper", "3")] : [])
    if !health.isEmpty { return .rows(health) }
    return statement.hasPrefix("CHECK GRANT") ? .rows([#"{"result":1}"#]) : .rows([])
  }

  /// One row of a survey.
  static func row(_ kind: String, _ values: String...) -> String {
    let cells = zip(["a", "b", "c", "d", "e"], values).map { #""\#($0)":"\#($1)""# }
    return "{" + ([#""kind":"\#(kind)""#] + cells).joined(separator: ",") + "}"
  }

  /// A disk of so many GiB.
  static func disk(_ name: String, free: UInt64, of total: UInt64) -> String {
    row("disk", name, "\(free << 30)", "\(total << 30)")
  }

  /// The rows of tables as the schema makes them, kept for so many days.
  static func tables(_ names: [String] = ClickHouseSchema.tables, days: Int? = 7) -> [String] {
    names.flatMap { name -> [String] in
      if name == ClickHouseSchema.traceTimesView { return [row("table", name, "MaterializedView", "")] }
      let ttl = days.map { " TTL toDateTime(Timestamp) + toIntervalDay(\($0))" } ?? ""
      let engine = "MergeTree PARTITION BY toDate(Timestamp) ORDER BY (a, b)\(ttl) SETTINGS index_granularity = 8192"
      return [row("table", name, "MergeTree", engine)]
        + ClickHouseSchema.columns(of: name).map { row("column", name, $0) }
    }
  }

  private static func response(_ status: Int, _ body: String, _ headers: [HTTPField] = []) -> HTTPResponse {
    let box = Box(Array(body.utf8))
    return HTTPResponse(status: status, headers: headers, body: HTTPBody { () throws(TransportError) in box.take() })
  }
}

/// Hands its value out once.
private final class Box: Sendable {
  private let value: Mutex<[UInt8]?>

  init(_ value: [UInt8]?) { self.value = Mutex(value) }

  func take() -> [UInt8]? {
    value.withLock { value in
      defer { value = nil }
      return value
    }
  }
}

extension ClickHouseAccess {
  /// Access to a server that need not exist.
  static func example(
    host: String = "clickhouse.test", port: Int = 8123, isTLS: Bool = false, user: String = "otel",
    password: String = "hunter2", ca: [UInt8]? = nil
  ) -> ClickHouseAccess {
    ClickHouseAccess(
      host: host, httpPort: port, nativePort: 9000, isTLS: isTLS, user: user, password: password,
      certificateAuthorities: ca)
  }
}

extension ClickHouseDemand {
  /// Traces and logs for a week in the operator's own tables.
  static func own(
    traces: Retention? = .days(7), logs: Retention? = .days(7), cluster: String? = nil,
    ignore: Set<ClickHouseConcern> = []
  ) -> ClickHouseDemand {
    ClickHouseDemand(purpose: .ownSchema(traces: traces, logs: logs), cluster: cluster, ignore: ignore)
  }

  /// A database for Coroot.
  static func coroot(cluster: String? = nil, ignore: Set<ClickHouseConcern> = []) -> ClickHouseDemand {
    ClickHouseDemand(purpose: .coroot, cluster: cluster, ignore: ignore)
  }
}
