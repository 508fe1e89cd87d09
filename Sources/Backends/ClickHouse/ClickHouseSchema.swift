// SPDX-License-Identifier: Apache-2.0

/// The tables that the collector's `clickhouse` exporter fills with `create_schema: false` and that Grafana's OTel mode
/// reads.
///
/// Names, columns and types are the exporter's (opentelemetry-collector-contrib, exporter/clickhouseexporter, v0.159):
/// it names the columns of its inserts, so further columns are free. `TimestampTime` serves readers of the older schema.
/// Arrays with a dot in their name are what a `Nested` column is stored as; written out they do not depend on the user's
/// `flatten_nested`.
public enum ClickHouseSchema {
  /// The logs.
  public static let logs = "otel_logs"
  /// The spans.
  public static let traces = "otel_traces"
  /// First and last time of each trace, by which a look-up of a trace is bounded.
  public static let traceTimes = "otel_traces_trace_id_ts"
  /// The view that fills ``traceTimes``.
  public static let traceTimesView = "otel_traces_trace_id_ts_mv"
  /// An empty table in memory with which rights are proved on servers without `CHECK GRANT`. It is never dropped, so that
  /// no right to drop is needed.
  public static let probe = "observability_probe"

  /// The tables and the view, in the order in which they are made.
  public static let tables = [traces, traceTimes, traceTimesView, logs]

  /// How rows are stored and where tables are made.
  public enum Placement: Hashable, Sendable {
    /// On the server that answers.
    case local
    /// On every host of the cluster, with replication by Keeper.
    case cluster(String)
    /// In a database of engine Replicated, which itself spreads what is made in it.
    case replicatedDatabase

    /// What follows the name in a DDL statement.
    var onCluster: String {
      if case .cluster(let name) = self { " ON CLUSTER \(ClickHouseSQL.identifier(name))" } else { "" }
    }

    /// The engine of a table. The path has no UUID: a host that is added later must find the path of the others.
    var engine: String {
      switch self {
      case .local: "MergeTree"
      case .cluster: "ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')"
      case .replicatedDatabase: "ReplicatedMergeTree"
      }
    }
  }

  /// Makes the database.
  public static func createDatabase(_ database: String, _ placement: Placement) -> String {
    "CREATE DATABASE IF NOT EXISTS \(ClickHouseSQL.identifier(database))\(placement.onCluster)"
  }

  /// Makes one of ``tables``; rows are kept for so long.
  ///
  /// - Returns: nil for a name that is not among them.
  public static func create(
    _ table: String, in database: String, _ placement: Placement, keeping retention: ClickHouseDemand.Retention
  ) -> String? {
    let name = "\(ClickHouseSQL.table(database, table))\(placement.onCluster)"
    if table == traceTimesView {
      return """
        CREATE MATERIALIZED VIEW IF NOT EXISTS \(name)
        TO \(ClickHouseSQL.table(database, traceTimes))
        AS SELECT TraceId, min(Timestamp) AS Start, max(Timestamp) AS End
        FROM \(ClickHouseSQL.table(database, traces))
        WHERE TraceId != ''
        GROUP BY TraceId
        """
    }
    guard let shape = shape(table) else { return nil }
    let lines = shape.columns.map { "\(ClickHouseSQL.identifier($0.name)) \($0.type)" } + shape.indexes
    let ttl = ttl(shape.time, retention).map { "\nTTL \($0)" } ?? ""
    return """
      CREATE TABLE IF NOT EXISTS \(name)
      (
        \(lines.joined(separator: ",\n  "))
      )
      ENGINE = \(placement.engine)
      PARTITION BY toDate(\(shape.time))
      ORDER BY \(shape.order)\(ttl)
      SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1
      """
  }

  /// Changes how long the rows of an existing table are kept.
  public static func setRetention(
    of table: String, in database: String, _ placement: Placement, to retention: ClickHouseDemand.Retention
  ) -> String? {
    guard let shape = shape(table) else { return nil }
    let change = ttl(shape.time, retention).map { "MODIFY TTL \($0)" } ?? "REMOVE TTL"
    return "ALTER TABLE \(ClickHouseSQL.table(database, table))\(placement.onCluster) \(change)"
  }

  /// The columns that the exporter inserts into, and those that a reader needs; empty for the view.
  static func columns(of table: String) -> [String] { shape(table)?.columns.map(\.name) ?? [] }

  private static func ttl(_ time: String, _ retention: ClickHouseDemand.Retention) -> String? {
    retention.ttlDays.map { "toDateTime(\(time)) + toIntervalDay(\($0))" }
  }
}
