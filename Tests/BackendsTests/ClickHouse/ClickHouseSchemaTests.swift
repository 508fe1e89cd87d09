// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Backends

@Suite struct ClickHouseSchemaTests {
  private static let logColumns = """
      `Timestamp` DateTime64(9) CODEC(Delta, ZSTD(1)),
      `TimestampTime` DateTime DEFAULT toDateTime(Timestamp),
      `TraceId` String CODEC(ZSTD(1)),
      `SpanId` String CODEC(ZSTD(1)),
      `TraceFlags` UInt8,
      `SeverityText` LowCardinality(String) CODEC(ZSTD(1)),
      `SeverityNumber` UInt8,
      `ServiceName` LowCardinality(String) CODEC(ZSTD(1)),
      `Body` String CODEC(ZSTD(1)),
      `ResourceSchemaUrl` LowCardinality(String) CODEC(ZSTD(1)),
      `ResourceAttributes` Map(LowCardinality(String), String) CODEC(ZSTD(1)),
      `ScopeSchemaUrl` LowCardinality(String) CODEC(ZSTD(1)),
      `ScopeName` String CODEC(ZSTD(1)),
      `ScopeVersion` LowCardinality(String) CODEC(ZSTD(1)),
      `ScopeAttributes` Map(LowCardinality(String), String) CODEC(ZSTD(1)),
      `LogAttributes` Map(LowCardinality(String), String) CODEC(ZSTD(1)),
      `EventName` String CODEC(ZSTD(1)),
      INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
      INDEX idx_ResourceAttributes_Keys mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
      INDEX idx_ResourceAttributes_Values mapValues(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
      INDEX idx_ScopeAttributes_Keys mapKeys(ScopeAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
      INDEX idx_ScopeAttributes_Values mapValues(ScopeAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
      INDEX idx_LogAttributes_Keys mapKeys(LogAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
      INDEX idx_LogAttributes_Values mapValues(LogAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
      INDEX idx_body Body TYPE tokenbf_v1(32768, 3, 0) GRANULARITY 8
    """

  private static let traceColumns = """
      `Timestamp` DateTime64(9) CODEC(Delta, ZSTD(1)),
      `TraceId` String CODEC(ZSTD(1)),
      `SpanId` String CODEC(ZSTD(1)),
      `ParentSpanId` String CODEC(ZSTD(1)),
      `TraceState` String CODEC(ZSTD(1)),
      `SpanName` LowCardinality(String) CODEC(ZSTD(1)),
      `SpanKind` LowCardinality(String) CODEC(ZSTD(1)),
      `ServiceName` LowCardinality(String) CODEC(ZSTD(1)),
      `ResourceAttributes` Map(LowCardinality(String), String) CODEC(ZSTD(1)),
      `ScopeName` String CODEC(ZSTD(1)),
      `ScopeVersion` String CODEC(ZSTD(1)),
      `SpanAttributes` Map(LowCardinality(String), String) CODEC(ZSTD(1)),
      `Duration` UInt64 CODEC(ZSTD(1)),
      `StatusCode` LowCardinality(String) CODEC(ZSTD(1)),
      `StatusMessage` String CODEC(ZSTD(1)),
      `Events.Timestamp` Array(DateTime64(9)) CODEC(ZSTD(1)),
      `Events.Name` Array(LowCardinality(String)) CODEC(ZSTD(1)),
      `Events.Attributes` Array(Map(LowCardinality(String), String)) CODEC(ZSTD(1)),
      `Links.TraceId` Array(String) CODEC(ZSTD(1)),
      `Links.SpanId` Array(String) CODEC(ZSTD(1)),
      `Links.TraceState` Array(String) CODEC(ZSTD(1)),
      `Links.Attributes` Array(Map(LowCardinality(String), String)) CODEC(ZSTD(1)),
      INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
      INDEX idx_ResourceAttributes_Keys mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
      INDEX idx_ResourceAttributes_Values mapValues(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
      INDEX idx_SpanAttributes_Keys mapKeys(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
      INDEX idx_SpanAttributes_Values mapValues(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
      INDEX idx_duration Duration TYPE minmax GRANULARITY 1
    """

  private static let replicated = "ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')"

  /// The four statements, for both placements.
  private func golden(on cluster: String, engine: String, ttl: Bool) -> [String] {
    let logTTL = ttl ? "\nTTL toDateTime(Timestamp) + toIntervalDay(14)" : ""
    let startTTL = ttl ? "\nTTL toDateTime(Start) + toIntervalDay(14)" : ""
    let end = "SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1"
    return [
      """
      CREATE TABLE IF NOT EXISTS `otel`.`otel_traces`\(cluster)
      (
      \(Self.traceColumns)
      )
      ENGINE = \(engine)
      PARTITION BY toDate(Timestamp)
      ORDER BY (ServiceName, SpanName, toDateTime(Timestamp), TraceId)\(logTTL)
      \(end)
      """,
      """
      CREATE TABLE IF NOT EXISTS `otel`.`otel_traces_trace_id_ts`\(cluster)
      (
        `TraceId` String CODEC(ZSTD(1)),
        `Start` DateTime CODEC(Delta, ZSTD(1)),
        `End` DateTime CODEC(Delta, ZSTD(1)),
        INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1
      )
      ENGINE = \(engine)
      PARTITION BY toDate(Start)
      ORDER BY (TraceId, Start)\(startTTL)
      \(end)
      """,
      """
      CREATE MATERIALIZED VIEW IF NOT EXISTS `otel`.`otel_traces_trace_id_ts_mv`\(cluster)
      TO `otel`.`otel_traces_trace_id_ts`
      AS SELECT TraceId, min(Timestamp) AS Start, max(Timestamp) AS End
      FROM `otel`.`otel_traces`
      WHERE TraceId != ''
      GROUP BY TraceId
      """,
      """
      CREATE TABLE IF NOT EXISTS `otel`.`otel_logs`\(cluster)
      (
      \(Self.logColumns)
      )
      ENGINE = \(engine)
      PARTITION BY toDate(Timestamp)
      ORDER BY (toStartOfFiveMinutes(Timestamp), ServiceName, Timestamp)\(logTTL)
      \(end)
      """,
    ]
  }

  private func statements(
    _ placement: ClickHouseSchema.Placement, _ retention: ClickHouseDemand.Retention
  ) -> [String] {
    ClickHouseSchema.tables.compactMap {
      ClickHouseSchema.create($0, in: "otel", placement, keeping: retention)
    }
  }

  @Test("On one server the tables are plain")
  func plainTables() {
    #expect(statements(.local, .days(14)) == golden(on: "", engine: "MergeTree", ttl: true))
    #expect(statements(.local, .forever) == golden(on: "", engine: "MergeTree", ttl: false))
    #expect(ClickHouseSchema.createDatabase("otel", .local) == "CREATE DATABASE IF NOT EXISTS `otel`")
  }

  @Test("On a cluster the tables are replicated and made on every host")
  func replicatedTables() {
    let made = statements(.cluster("my-cluster"), .days(14))
    #expect(made == golden(on: " ON CLUSTER `my-cluster`", engine: Self.replicated, ttl: true))
    #expect(
      ClickHouseSchema.createDatabase("otel", .cluster("c")) == "CREATE DATABASE IF NOT EXISTS `otel` ON CLUSTER `c`")
  }

  @Test("A database that spreads its tables itself names no path and no cluster")
  func replicatedDatabase() {
    #expect(statements(.replicatedDatabase, .days(14)) == golden(on: "", engine: "ReplicatedMergeTree", ttl: true))
  }

  @Test("A retention that would end beyond 2106 is none, and one of no days is of one")
  func boundsRetention() async {
    #expect(statements(.local, .days(18_251)) == statements(.local, .forever))
    #expect(statements(.local, .days(18_250)).allSatisfy { $0.contains("toIntervalDay(18250)") || $0.contains("VIEW") })
    #expect(statements(.local, .days(0)) == statements(.local, .days(1)))
    #expect(await changes(FakeClickHouse.tables(days: nil), traces: .days(40_000), logs: .forever).changes.isEmpty)
  }

  @Test("Only the tables of the schema are made or changed")
  func otherNames() {
    #expect(ClickHouseSchema.create("other", in: "otel", .local, keeping: .forever) == nil)
    #expect(
      ClickHouseSchema.setRetention(of: ClickHouseSchema.traceTimesView, in: "otel", .local, to: .days(1)) == nil)
  }

  private func changes(
    _ rows: [String], traces: ClickHouseDemand.Retention? = .days(7), logs: ClickHouseDemand.Retention? = .days(7),
    _ placement: ClickHouseSchema.Placement = .local
  ) async -> ClickHouseTables {
    ClickHouseTables(SurveyText.parse(rows), database: "otel", traces: traces, logs: logs, placement)
  }

  @Test("Tables that are as wanted are left alone")
  func leavesAlone() async {
    #expect(await changes(FakeClickHouse.tables()).changes.isEmpty)
    #expect(await changes(FakeClickHouse.tables(days: nil), traces: .forever, logs: .forever).changes.isEmpty)
  }

  @Test("A signal that is not kept here has no tables")
  func leavesOtherSignals() async {
    #expect(await changes([], logs: nil).changes.map(\.table) == Array(ClickHouseSchema.tables.prefix(3)))
    #expect(await changes([], traces: nil).changes.map(\.table) == [ClickHouseSchema.logs])
    #expect(await changes(FakeClickHouse.tables(), traces: .days(1), logs: nil).changes.count == 2)
  }

  @Test("Another retention is put into the existing tables")
  func changesRetention() async {
    #expect(
      await changes(FakeClickHouse.tables(), logs: .days(30), .cluster("c")).changes.map(\.statement) == [
        "ALTER TABLE `otel`.`otel_logs` ON CLUSTER `c` MODIFY TTL toDateTime(Timestamp) + toIntervalDay(30)"
      ])
    #expect(
      await changes(FakeClickHouse.tables(), traces: .forever).changes.map(\.statement) == [
        "ALTER TABLE `otel`.`otel_traces` REMOVE TTL", "ALTER TABLE `otel`.`otel_traces_trace_id_ts` REMOVE TTL",
      ])
    let added = await changes(FakeClickHouse.tables(days: nil), traces: nil).changes
    #expect(
      added.map(\.statement) == [
        "ALTER TABLE `otel`.`otel_logs` MODIFY TTL toDateTime(Timestamp) + toIntervalDay(7)"
      ])
    #expect(added.map(\.done) == ["keeps the rows of table otel_logs for 7 days"])
  }

  @Test("A table of another program is a conflict and is not changed")
  func findsConflicts() async {
    var rows = FakeClickHouse.tables().filter { !$0.contains(#""SpanKind""#) && !$0.contains(#""Duration""#) }
    let verdict = await changes(rows).conflict
    #expect(
      verdict == .schemaConflict(database: "otel", table: "otel_traces", missing: ["SpanKind", "Duration"]))
    rows = FakeClickHouse.tables().filter { !$0.contains(#""EventName""#) && !$0.contains(#""TimestampTime""#) }
    #expect(await changes(rows).conflict == nil)
    rows = [FakeClickHouse.row("table", ClickHouseSchema.logs, "MaterializedView", "")]
    #expect(await changes(rows).conflict?.reason == "SchemaConflict")
  }
}
