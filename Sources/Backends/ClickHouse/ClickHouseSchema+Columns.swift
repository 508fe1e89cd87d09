// SPDX-License-Identifier: Apache-2.0

extension ClickHouseSchema {
  /// Columns, order and time of one table.
  struct Shape {
    var columns: [(name: String, type: String)]
    var indexes: [String]
    var order: String
    /// The column by which rows are partitioned and deleted.
    var time: String
  }

  /// The shape of a table that is not a view.
  static func shape(_ table: String) -> Shape? {
    switch table {
    case logs: logShape
    case traces: traceShape
    case traceTimes: traceTimesShape
    default: nil
    }
  }

  private static let text = "String CODEC(ZSTD(1))"
  private static let word = "LowCardinality(String) CODEC(ZSTD(1))"
  private static let attributes = "Map(LowCardinality(String), String) CODEC(ZSTD(1))"
  private static let time = "DateTime64(9) CODEC(Delta, ZSTD(1))"

  private static let logShape = Shape(
    columns: [
      ("Timestamp", time), ("TimestampTime", "DateTime DEFAULT toDateTime(Timestamp)"), ("TraceId", text),
      ("SpanId", text), ("TraceFlags", "UInt8"), ("SeverityText", word), ("SeverityNumber", "UInt8"),
      ("ServiceName", word), ("Body", text), ("ResourceSchemaUrl", word), ("ResourceAttributes", attributes),
      ("ScopeSchemaUrl", word), ("ScopeName", text), ("ScopeVersion", word), ("ScopeAttributes", attributes),
      ("LogAttributes", attributes), ("EventName", text),
    ],
    indexes: [traceIndex] + keyIndexes(["ResourceAttributes", "ScopeAttributes", "LogAttributes"])
      + ["INDEX idx_body Body TYPE tokenbf_v1(32768, 3, 0) GRANULARITY 8"],
    order: "(toStartOfFiveMinutes(Timestamp), ServiceName, Timestamp)", time: "Timestamp")

  private static let traceShape = Shape(
    columns: [
      ("Timestamp", time), ("TraceId", text), ("SpanId", text), ("ParentSpanId", text), ("TraceState", text),
      ("SpanName", word), ("SpanKind", word), ("ServiceName", word), ("ResourceAttributes", attributes),
      ("ScopeName", text), ("ScopeVersion", text), ("SpanAttributes", attributes),
      ("Duration", "UInt64 CODEC(ZSTD(1))"), ("StatusCode", word), ("StatusMessage", text),
      ("Events.Timestamp", "Array(DateTime64(9)) CODEC(ZSTD(1))"),
      ("Events.Name", "Array(LowCardinality(String)) CODEC(ZSTD(1))"),
      ("Events.Attributes", "Array(Map(LowCardinality(String), String)) CODEC(ZSTD(1))"),
      ("Links.TraceId", "Array(String) CODEC(ZSTD(1))"), ("Links.SpanId", "Array(String) CODEC(ZSTD(1))"),
      ("Links.TraceState", "Array(String) CODEC(ZSTD(1))"),
      ("Links.Attributes", "Array(Map(LowCardinality(String), String)) CODEC(ZSTD(1))"),
    ],
    indexes: [traceIndex] + keyIndexes(["ResourceAttributes", "SpanAttributes"])
      + ["INDEX idx_duration Duration TYPE minmax GRANULARITY 1"],
    order: "(ServiceName, SpanName, toDateTime(Timestamp), TraceId)", time: "Timestamp")

  private static let traceTimesShape = Shape(
    columns: [
      ("TraceId", text), ("Start", "DateTime CODEC(Delta, ZSTD(1))"), ("End", "DateTime CODEC(Delta, ZSTD(1))"),
    ],
    indexes: [traceIndex], order: "(TraceId, Start)", time: "Start")

  private static let traceIndex = "INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1"

  /// Indexes over the keys and the values of attributes.
  private static func keyIndexes(_ columns: [String]) -> [String] {
    columns.flatMap { column in
      ["Keys", "Values"].map { part in
        "INDEX idx_\(column)_\(part) map\(part)(\(column)) TYPE bloom_filter(0.01) GRANULARITY 1"
      }
    }
  }
}
