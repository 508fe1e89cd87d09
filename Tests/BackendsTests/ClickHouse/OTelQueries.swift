// SPDX-License-Identifier: Apache-2.0

/// Statements of the programs on both sides of the schema: the collector's exporter, which writes, and Grafana's ClickHouse
/// data source in OTel mode, which reads.
enum OTelQueries {
  private static let trace = "0af7651916cd43dd8448eb211c80319c"

  /// One trace of two spans and two logs, with the columns in the exporter's order.
  static let inserts = [
    """
    INSERT INTO "otel"."otel_traces" (Timestamp, TraceId, SpanId, ParentSpanId, TraceState, SpanName, SpanKind,
      ServiceName, ResourceAttributes, ScopeName, ScopeVersion, SpanAttributes, Duration, StatusCode, StatusMessage,
      Events.Timestamp, Events.Name, Events.Attributes, Links.TraceId, Links.SpanId, Links.TraceState, Links.Attributes)
    VALUES
    ('2026-11-01 10:00:00.123456789', '\(trace)', 'b7ad6b7169203331', '', '', 'GET /', 'Server', 'shop',
      {'service.name': 'shop', 'container.id': 'abc'}, 'coroot', '1.0', {'http.status_code': '200'}, 2500000, 'Unset', '',
      [], [], [], [], [], [], []),
    ('2026-11-01 10:00:01.5', '\(trace)', '00f067aa0ba902b7', 'b7ad6b7169203331', 'k=v', 'SELECT', 'Client', 'shop',
      {'service.name': 'shop'}, 'coroot', '1.0', {'db.system': 'postgresql'}, 1000, 'Error', 'it''s broken',
      ['2026-11-01 10:00:01.6'], ['exception'], [{'message': 'no'}], ['\(trace)'], ['b7ad6b7169203331'], [''],
      [{'kind': 'follows'}])
    """,
    """
    INSERT INTO "otel"."otel_logs" (Timestamp, TraceId, SpanId, TraceFlags, SeverityText, SeverityNumber, ServiceName,
      Body, ResourceSchemaUrl, ResourceAttributes, ScopeSchemaUrl, ScopeName, ScopeVersion, ScopeAttributes,
      LogAttributes, EventName)
    VALUES
    ('2026-11-01 10:00:00.5', '\(trace)', 'b7ad6b7169203331', 1, 'ERROR', 17, 'shop', 'payment failed: € 5', '',
      {'service.name': 'shop'}, '', 'coroot', '1.0', {}, {'pattern.hash': '1'}, 'payment')
    """,
    // Releases before EventName leave it out.
    """
    INSERT INTO "otel"."otel_logs" (Timestamp, TraceId, SpanId, TraceFlags, SeverityText, SeverityNumber, ServiceName,
      Body, ResourceSchemaUrl, ResourceAttributes, ScopeSchemaUrl, ScopeName, ScopeVersion, ScopeAttributes,
      LogAttributes)
    VALUES ('2026-11-01 10:00:02', '', '', 0, 'INFO', 9, 'shop', 'started', '', {}, '', '', '', {}, {})
    """,
  ]

  private static let range =
    "Timestamp >= toDateTime64('2026-11-01 00:00:00', 9) AND Timestamp <= toDateTime64('2026-11-02 00:00:00', 9)"

  /// Queries with the rows that they must give.
  static let reads: [(statement: String, rows: [String])] = [
    // The list of logs, and the older schema's filter by TimestampTime.
    (
      "SELECT Timestamp AS timestamp, Body AS body, SeverityText AS level, TraceId AS traceID FROM otel_logs"
        + " WHERE \(range) ORDER BY timestamp DESC LIMIT 10",
      [
        #"{"body":"started","level":"INFO","timestamp":"2026-11-01 10:00:02.000000000","traceID":""}"#,
        #"{"body":"payment failed: € 5","level":"ERROR","timestamp":"2026-11-01 10:00:00.500000000","traceID":"\#(trace)"}"#,
      ]
    ),
    (
      "SELECT Body, EventName FROM otel_logs WHERE TimestampTime = toDateTime('2026-11-01 10:00:00')",
      [#"{"Body":"payment failed: € 5","EventName":"payment"}"#]
    ),
    // The logs of a trace.
    (
      "SELECT LogAttributes['pattern.hash'] AS hash FROM otel_logs WHERE TraceId = '\(trace)' AND \(range)",
      [#"{"hash":"1"}"#]
    ),
    // The search for traces.
    (
      "SELECT TraceId AS traceID, ServiceName AS serviceName, SpanName AS operationName, Timestamp AS startTime,"
        + " multiply(Duration, 0.000001) AS duration FROM otel_traces WHERE \(range) AND ParentSpanId = ''"
        + " ORDER BY Timestamp DESC LIMIT 10",
      [
        #"{"duration":2.5,"operationName":"GET /","serviceName":"shop","startTime":"2026-11-01 10:00:00.123456789","traceID":"\#(trace)"}"#
      ]
    ),
    // One trace, bounded by the table of its times.
    (
      """
      WITH '\(trace)' AS trace_id,
        (SELECT min(Start) FROM otel_traces_trace_id_ts WHERE TraceId = trace_id) AS trace_start,
        (SELECT max(End) + 1 FROM otel_traces_trace_id_ts WHERE TraceId = trace_id) AS trace_end
      SELECT SpanId AS spanID, ParentSpanId AS parentSpanID, StatusCode AS statusCode,
        arrayMap(key -> map('key', key, 'value', SpanAttributes[key]), mapKeys(SpanAttributes)) AS tags,
        Events.Name AS events, arrayMap(attributes -> attributes['message'], Events.Attributes) AS messages
      FROM otel_traces WHERE TraceId = trace_id AND Timestamp >= trace_start AND Timestamp <= trace_end
      ORDER BY Timestamp
      """,
      [
        #"{"events":[],"messages":[],"parentSpanID":"","spanID":"b7ad6b7169203331","statusCode":"Unset","#
          + #""tags":[{"key":"http.status_code","value":"200"}]}"#,
        #"{"events":["exception"],"messages":["no"],"parentSpanID":"b7ad6b7169203331","spanID":"00f067aa0ba902b7","#
          + #""statusCode":"Error","tags":[{"key":"db.system","value":"postgresql"}]}"#,
      ]
    ),
    // The view has filled that table.
    (
      "SELECT TraceId AS id, toString(min(Start)) AS first, toString(max(End)) AS last FROM otel_traces_trace_id_ts"
        + " GROUP BY TraceId",
      [#"{"first":"2026-11-01 10:00:00","id":"\#(trace)","last":"2026-11-01 10:00:01"}"#]
    ),
    // Kept by day.
    (
      "SELECT table, partition FROM system.parts WHERE database = 'otel' AND active AND rows > 0"
        + " GROUP BY table, partition ORDER BY table",
      [
        #"{"partition":"2026-11-01","table":"otel_logs"}"#, #"{"partition":"2026-11-01","table":"otel_traces"}"#,
        #"{"partition":"2026-11-01","table":"otel_traces_trace_id_ts"}"#,
      ]
    ),
  ]
}
