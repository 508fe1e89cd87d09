// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON
import Synchronization
import Testing

@testable import Backends

/// The check and the schema on a current engine.
@Suite(
  .enabled(if: ChdbFront.python != nil, "chdb is not installed (.ci/install-chdb.sh, or name a Python in CHDB_PYTHON)"),
  .serialized, .timeLimit(.minutes(3)))
struct ChdbTests {
  private let transport: CountingTransport

  init() throws {
    transport = CountingTransport(try CurlTransport(userAgent: "backends-tests"))
  }

  private func check(_ front: ChdbFront, _ demand: ClickHouseDemand) async throws -> ClickHouseVerdict.Ready {
    let verdict = await ClickHouseCheck(transport: transport).run(front.access, demand)
    guard case .ready(let found) = verdict else { throw LocalServer.Failure(description: verdict.sentence) }
    return found
  }

  /// Sends a statement; its rows.
  private func query(_ front: ChdbFront, _ statement: String) async throws -> [JSONValue] {
    let session = try ClickHouseSession(front.access, over: transport, limits: ClickHouseSession.Limits())
    return try await session.run(statement, database: "otel", changes: true)
  }

  @Test("The first check makes everything, the next changes nothing, and a new retention is put in place")
  func keepsTheSchema() async throws {
    let front = try ChdbFront()
    try await front.run(transport) {
      transport.reset()
      let first = try await check(front, .own())
      #expect(first.changes.count == 5 && first.cluster == nil, "\(first.changes)")
      #expect(transport.count == 8)

      transport.reset()
      #expect(try await check(front, .own()).changes.isEmpty)
      #expect(transport.count == 3)

      let longer = ClickHouseDemand.own(traces: .days(30), logs: .forever)
      #expect(
        try await check(front, longer).changes == [
          "keeps the rows of table otel_traces for 30 days",
          "keeps the rows of table otel_traces_trace_id_ts for 30 days",
          "keeps the rows of table otel_logs for ever",
        ])
      #expect(try await check(front, longer).changes.isEmpty)
      #expect(try await check(front, .own(logs: .days(1))).changes.count == 3)
      #expect(try await check(front, .own(logs: .days(1))).changes.isEmpty)
    }
  }

  @Test("A wrong password and another program's table are reported")
  func tellsMistakes() async throws {
    let front = try ChdbFront()
    try await front.run(transport) {
      var access = front.access
      access.password = "wrong"
      let refused = await ClickHouseCheck(transport: transport).run(access, .own())
      #expect(refused.reason == "AuthenticationFailed" && refused.sentence.contains("code 516"), "\(refused.sentence)")

      _ = try await check(front, .own(logs: nil))
      _ = try await query(front, "CREATE TABLE otel.otel_logs (Body String) ENGINE = MergeTree ORDER BY Body")
      let conflict = await ClickHouseCheck(transport: transport).run(front.access, .own())
      #expect(conflict.reason == "SchemaConflict", "\(conflict.sentence)")
      #expect(try await query(front, "SELECT name FROM system.columns WHERE table = 'otel_logs'").count == 1)
    }
  }

  @Test("An unknown table, function and cluster have the codes that the classes are made of")
  func codes() async throws {
    let front = try ChdbFront()
    try await front.run(transport) {
      _ = try await check(front, .own())
      let statements = [
        ("SELECT 1 FROM missing", 60), ("SELECT missing(1)", 46), ("SELEC 1", 62), ("SELECT 1 FROM nowhere.t", 81),
        ("CREATE TABLE t ON CLUSTER missing (x UInt8) ENGINE = Memory", 701),
        ("CREATE TABLE t (x UInt8) ENGINE = ReplicatedMergeTree('/{shard}', '{replica}') ORDER BY x", 139),
      ]
      for (statement, code) in statements {
        do {
          _ = try await query(front, statement)
          Issue.record("\(statement) is accepted")
        } catch ClickHouseSession.Failure.exception(let exception) {
          #expect(exception.code == code, "\(statement): \(exception.description)")
        }
      }
    }
  }

  @Test("What the exporter inserts is read back by the queries of Grafana's OTel mode")
  func servesGrafana() async throws {
    let front = try ChdbFront()
    try await front.run(transport) {
      _ = try await check(front, .own(traces: .forever, logs: .days(90_000)))
      for statement in OTelQueries.inserts { _ = try await query(front, statement) }
      for (statement, expected) in OTelQueries.reads {
        let rows = try await query(front, statement)
        #expect(rows.map { JSONWriter.text($0) } == expected, "\(statement)")
      }
    }
  }
}

/// Counts the requests that go through it.
private final class CountingTransport: HTTPTransport {
  private let inner: CurlTransport
  private let sent = Mutex(0)

  init(_ inner: CurlTransport) { self.inner = inner }

  var count: Int { sent.withLock { $0 } }
  func reset() { sent.withLock { $0 = 0 } }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    sent.withLock { $0 += 1 }
    return try await inner.send(request)
  }
}
