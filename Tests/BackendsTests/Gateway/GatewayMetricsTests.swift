// SPDX-License-Identifier: Apache-2.0

import Backends
import Testing

/// What is read from the collector's own metrics.
@Suite struct GatewayMetricsTests {
  private func read(_ text: String) -> GatewayMetrics { GatewayMetrics(exposition: Array(text.utf8)) }

  /// As the collector names its metrics with our settings, and with its SDK's.
  @Test("Queues and rejected data are read by exporter, with and without _total", arguments: ["", "_total"])
  func readsWhatIsServed(_ suffix: String) {
    let metrics = read(
      """
      # HELP otelcol_exporter_queue_size Current size of the retry queue
      # TYPE otelcol_exporter_queue_size gauge
      otelcol_exporter_queue_size{data_type="traces",exporter="clickhouse/traces",service_name="otelcol-contrib"} 1.048576e+06
      otelcol_exporter_queue_size{data_type="logs",exporter="otlp_http/logs"} 0
      otelcol_exporter_queue_capacity{data_type="traces",exporter="clickhouse/traces"} 4.194304e+06
      otelcol_exporter_queue_capacity{data_type="logs",exporter="otlp_http/logs"} 4194304
      otelcol_exporter_enqueue_failed_spans\(suffix){exporter="clickhouse/traces"} 12
      otelcol_exporter_send_failed_log_records\(suffix){exporter="otlp_http/logs",server_address="a",url_path="/v1/logs"} 3
      otelcol_exporter_send_failed_log_records\(suffix){exporter="otlp_http/logs",server_address="b"} 4 1795954291000
      otelcol_exporter_send_failed_metric_points\(suffix){exporter="otlp_http/logs"} 99
      otelcol_exporter_sent_spans\(suffix){exporter="clickhouse/traces"} 1e+06
      otelcol_receiver_refused_spans\(suffix){receiver="otlp",transport="http"} 5
      otelcol_receiver_refused_log_records\(suffix){receiver="otlp",transport="http"} 6
      otelcol_process_uptime\(suffix) 12.5
      """)
    let traces = metrics.exporters["clickhouse/traces"]
    #expect(traces?.queueSize == 1 << 20 && traces?.queueCapacity == 4 << 20)
    #expect(traces?.queueUse == 0.25 && traces?.queueRoom == 3 << 20)
    #expect(traces?.enqueueFailed == 12 && traces?.sendFailed == 0)
    let logs = metrics.exporters["otlp_http/logs"]
    #expect(logs?.queueUse == 0 && logs?.sendFailed == 7 && logs?.enqueueFailed == 0)
    #expect(metrics.exporters.count == 2 && metrics.receiverRefused == 11 && !metrics.isTruncated)
  }

  @Test("What is missing is unknown, not an error") func missingMetricsAreUnknown() {
    #expect(read("").exporters.isEmpty && read("").receiverRefused == 0)
    let metrics = read(
      "otelcol_exporter_queue_size{exporter=\"a\"} 5\notelcol_exporter_queue_capacity{exporter=\"b\"} 0\n")
    #expect(metrics.exporters["a"]?.queueUse == nil && metrics.exporters["a"]?.queueRoom == nil)
    #expect(metrics.exporters["b"]?.queueUse == nil)
  }

  @Test(
    "A line that is no sample is passed over",
    arguments: [
      "otelcol_exporter_queue_size{exporter=\"a\" 1", "otelcol_exporter_queue_size{exporter=\"a} 1",
      "otelcol_exporter_queue_size{exporter=\"a\"}", "otelcol_exporter_queue_size{exporter=\"a\"} x",
      "otelcol_exporter_queue_size{exporter=a} 1", "otelcol_exporter_queue_size{=\"a\"} 1", "{exporter=\"a\"} 1",
      "otelcol_exporter_queue_size 1", "exporter_queue_size{exporter=\"a\"} 1", "<html>", "\u{0}\u{ff}",
      "# otelcol_exporter_queue_size{exporter=\"a\"} 1",
    ])
  func nonsenseIsPassedOver(_ line: String) {
    let metrics = read("\(line)\notelcol_exporter_queue_size{exporter=\"b\"} 2\r\n")
    #expect(metrics.exporters.keys.sorted() == ["b"] && metrics.exporters["b"]?.queueSize == 2)
  }

  @Test("Labels may be escaped, spaced and end with a comma") func labelsAreRead() {
    let metrics = read(#"  otelcol_exporter_queue_size { x="}, \"" , exporter="a\\\"\nb", } 7"#)
    #expect(metrics.exporters["a\\\"\nb"]?.queueSize == 7)
  }

  @Test(
    "A value that is no count is none, and a huge one is the largest",
    arguments: [
      ("NaN", 0), ("-5", 0), ("+Inf", Int64.max), ("-Inf", 0), ("1e300", .max), ("9223372036854775807", .max),
      ("2.9", 2),
    ] as [(String, Int64)])
  func valuesSaturate(_ text: String, _ count: Int64) {
    let metrics = read("otelcol_exporter_enqueue_failed_spans{exporter=\"a\"} \(text)\n")
    #expect(metrics.exporters["a"]?.enqueueFailed == count)
    let twice = read(String(repeating: "otelcol_receiver_refused_spans \(text)\n", count: 2))
    #expect(twice.receiverRefused == (count == .max ? .max : 2 * count))
  }

  @Test("A queue over its capacity counts as full") func useIsAShare() {
    let metrics = read(
      "otelcol_exporter_queue_size{exporter=\"a\"} 9\notelcol_exporter_queue_capacity{exporter=\"a\"} 8\n")
    #expect(metrics.exporters["a"]?.queueUse == 1 && metrics.exporters["a"]?.queueRoom == 0)
  }

  @Test("Reading is bounded in bytes, exporters and the length of their ids") func readingIsBounded() {
    let many = (0..<100).map { "otelcol_exporter_queue_size{exporter=\"e\($0)\"} 1\n" }.joined()
    #expect(read(many).exporters.count == GatewayMetrics.mostExporters && read(many).isTruncated)

    let long = String(repeating: "x", count: GatewayMetrics.longestID + 1)
    #expect(read("otelcol_exporter_queue_size{exporter=\"\(long)\"} 1").exporters.isEmpty)

    let line = "otelcol_receiver_refused_spans 1\n"
    // Cut behind the second digit: read as 12, the value would be wrong rather than missing.
    let padding = String(repeating: "#", count: GatewayMetrics.longestText - 2 * line.utf8.count - 1) + "\n"
    let text = line + padding + "otelcol_receiver_refused_spans 123456\n" + line
    #expect(read(text).receiverRefused == 1 && read(text).isTruncated)
  }
}
