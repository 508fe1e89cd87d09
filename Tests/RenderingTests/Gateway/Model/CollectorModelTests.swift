// SPDX-License-Identifier: Apache-2.0

import JSON
import Rendering
import Testing

/// The model of the collector's configuration sees what is wrong, and says where.
@Suite struct CollectorModelTests {
  /// A change of a configuration that is right, and the problem that it must make.
  struct Mistake: Sendable, CustomTestStringConvertible {
    let path: [String]
    let value: JSONValue?
    let problem: String

    init(_ path: String..., value: JSONValue?, gives problem: String) {
      (self.path, self.value, self.problem) = (path, value, problem)
    }

    var testDescription: String { "\(path.joined(separator: ".")) = \(value.map { "\($0)" } ?? "none")" }
  }

  private func valid() throws -> JSONValue {
    // Traces go to ClickHouse and logs to VictoriaLogs, so that one document has both exporters.
    var inputs = GatewayMatrix.victoria
    inputs.traces = GatewayMatrix.inClickHouse(.clickHouseTLS).traces
    return try GatewayFixture("mixed", inputs).merged()
  }

  @Test("Every generated configuration passes the model", arguments: GatewayMatrix.all)
  func generatedConfigurationsPass(_ fixture: GatewayFixture) throws {
    let problems = CollectorModel.problems(try fixture.merged())
    #expect(problems.isEmpty, "\(problems)")
  }

  @Test("The document that the mistakes are made in has none") func theBaseIsValid() throws {
    #expect(try CollectorModel.problems(valid()).isEmpty)
  }

  @Test("A mistake is reported at its place", arguments: shapes + references + extensions + processors + sending)
  func mistakesAreSeen(_ mistake: Mistake) throws {
    let problems = CollectorModel.problems(try valid().changing(mistake.path, to: mistake.value))
    #expect(problems.contains { $0.description.hasPrefix(mistake.problem) }, "\(problems)")
  }

  private static let shapes = [
    Mistake("exporter", value: [:], gives: "exporter: is not known"),
    Mistake("receivers", value: [], gives: "receivers: is no object"),
    Mistake("exporters", "clickhouze", value: [:], gives: "exporters.clickhouze: is no component type"),
    Mistake("exporters", "otlphttp", value: [:], gives: "exporters.otlphttp: is the deprecated name"),
    Mistake("processors", "batch", value: [:], gives: "processors.batch: acknowledges data before"),
    Mistake(
      "exporters", "clickhouse/traces", "pasword", value: "x",
      gives: "exporters.clickhouse/traces.pasword: is not known"),
    Mistake(
      "exporters", "clickhouse/traces", "sending_queue", "queue_size", value: "1000",
      gives: "exporters.clickhouse/traces.sending_queue.queue_size: is string, not an integer"),
    Mistake(
      "exporters", "clickhouse/traces", "password", value: 123,
      gives: "exporters.clickhouse/traces.password: is integer, not text"),
    Mistake("exporters", "otlp_http/logs", "timeout", value: 30, gives: "exporters.otlp_http/logs.timeout: is"),
    Mistake(
      "exporters", "otlp_http/logs", "compression", value: "lzma",
      gives: "exporters.otlp_http/logs.compression: is none of"),
    Mistake(
      "service", "telemetry", "metrics", "address", value: ":8888",
      gives: "service.telemetry.metrics.address: is not known"),
    Mistake(
      "processors", "resource/object", "attributes", "0", "value", value: [],
      gives: "processors.resource/object.attributes[0].value: is"),
  ]

  private static let references = [
    Mistake("service", "pipelines", value: [:], gives: "service.pipelines: is empty"),
    Mistake("service", "pipelines", "spans", value: [:], gives: "service.pipelines.spans: is no signal"),
    Mistake(
      "service", "pipelines", "logs", "exporters", value: ["otlp_http/x"],
      gives: "service.pipelines.logs.exporters: names otlp_http/x, which is not defined"),
    Mistake(
      "service", "pipelines", "logs", "receivers", value: [], gives: "service.pipelines.logs.receivers: is empty"),
    Mistake(
      "service", "pipelines", "logs", "processors", value: ["resource/object", "memory_limiter"],
      gives: "service.pipelines.logs.processors: does not begin with memory_limiter"),
    Mistake(
      "service", "pipelines", "logs", "processors", value: ["memory_limiter", "memory_limiter"],
      gives: "service.pipelines.logs.processors: names one twice"),
    Mistake("service", "pipelines", "logs", value: nil, gives: "exporters.otlp_http/logs: is not used"),
    Mistake(
      "service", "extensions", value: ["health_check"],
      gives: "exporters.otlp_http/logs.sending_queue.storage: names one that is not in service.extensions"),
    Mistake(
      "service", "extensions", "2", value: "zpages", gives: "service.extensions: names zpages, which is not defined"),
  ]

  private static let extensions = [
    Mistake(
      "extensions", "health_check", "endpoint", value: nil, gives: "extensions.health_check.endpoint: is missing"),
    Mistake(
      "extensions", "health_check", "endpoint", value: "localhost:13133",
      gives: "extensions.health_check.endpoint: is on localhost"),
    Mistake(
      "extensions", "health_check", "check_collector_pipeline", value: ["enabled": true],
      gives: "extensions.health_check.check_collector_pipeline: is not known"),
    Mistake(
      "receivers", "otlp", "protocols", "http", "endpoint", value: "127.0.0.1:4318",
      gives: "receivers.otlp.protocols.http.endpoint: is on localhost"),
    Mistake(
      "receivers", "otlp", "protocols", "http", "endpoint", value: "[::]:4318",
      gives: "receivers.otlp.protocols.http.endpoint: does not start on a node without IPv6"),
    Mistake(
      "extensions", "health_check", "endpoint", value: "${env:POD_IP}:13133",
      gives: "extensions.health_check.endpoint: is on one address"),
    Mistake(
      "receivers", "otlp", "protocols", "grpc", value: [:],
      gives: "receivers.otlp.protocols.grpc.endpoint: is missing"),
    Mistake(
      "extensions", "file_storage/queue", "max_size", value: nil, gives: "extensions.file_storage/queue.max_size"),
    Mistake(
      "extensions", "file_storage/queue", "max_size", value: 104_857_600,
      gives: "extensions.file_storage/queue.compaction.rebound_needed_threshold_mib: is not below max_size"),
    Mistake(
      "extensions", "file_storage/queue", "compaction", "directory", value: nil,
      gives: "extensions.file_storage/queue.compaction.directory: is not the folder"),
    Mistake(
      "extensions", "file_storage/queue", "directory", value: nil,
      gives: "extensions.file_storage/queue.directory: is missing"),
    Mistake(
      "extensions", "file_storage/queue", "create_directory", value: nil,
      gives: "extensions.file_storage/queue.create_directory: is off"),
    Mistake(
      "service", "telemetry", "metrics", "readers", value: nil, gives: "service.telemetry.metrics.readers: is missing"),
    Mistake(
      "service", "telemetry", "metrics", "readers", "0", "pull", "exporter", "prometheus", "host", value: "localhost",
      gives: "service.telemetry.metrics.readers: is on localhost"),
    Mistake(
      "service", "telemetry", "metrics", "readers", "0", "pull", "exporter", "prometheus", "host", value: "::",
      gives: "service.telemetry.metrics.readers: does not start on a node without IPv6"),
    Mistake(
      "service", "telemetry", "metrics", "readers", "0", "pull", "exporter", "prometheus", "without_type_suffix",
      value: nil, gives: "service.telemetry.metrics.readers.without_type_suffix: is off"),
  ]

  private static let processors = [
    Mistake(
      "processors", "memory_limiter", "check_interval", value: nil,
      gives: "processors.memory_limiter.check_interval: is not above 0"),
    Mistake(
      "processors", "memory_limiter", "limit_percentage", value: nil, gives: "processors.memory_limiter: sets no limit"),
    Mistake(
      "processors", "memory_limiter", "limit_percentage", value: 101,
      gives: "processors.memory_limiter.limit_percentage: is above 100"),
    Mistake(
      "processors", "memory_limiter", "spike_limit_percentage", value: 75,
      gives: "processors.memory_limiter.spike_limit_percentage: is not below"),
    Mistake(
      "processors", "resource/kubernetes", "attributes", "0", "pattern", value: "^/k8s/([^/]+)",
      gives: "processors.resource/kubernetes.attributes[0].pattern: has no groups, or one without a name"),
    Mistake(
      "processors", "resource/kubernetes", "attributes", "2", "value", value: "x",
      gives: "processors.resource/kubernetes.attributes[2]: needs exactly one source"),
    Mistake(
      "processors", "resource/kubernetes", "attributes", "0", "key", value: nil,
      gives: "processors.resource/kubernetes.attributes[0]: has no key"),
    Mistake(
      "processors", "resource/object", "attributes", value: [], gives: "processors.resource/object.attributes: is empty"
    ),
    Mistake(
      "processors", "resource/object", "attributes", "0", "value", value: "${CLUSTER}",
      gives: "processors.resource/object.attributes[0].value: holds ${CLUSTER}, which names no scheme"),
    Mistake(
      "processors", "resource/object", "attributes", "0", "value", value: "$$${env:a-b}",
      gives: "processors.resource/object.attributes[0].value: holds ${env:a-b}, which is no name"),
  ]

  private static let sending = [
    Mistake(
      "exporters", "clickhouse/traces", "endpoint", value: "ch:9000",
      gives: "exporters.clickhouse/traces.endpoint: is no address"),
    Mistake(
      "exporters", "clickhouse/traces", "endpoint", value: "clickhouse://u:p@ch:9000",
      gives: "exporters.clickhouse/traces.endpoint: holds a login"),
    Mistake(
      "exporters", "clickhouse/traces",
      value: ["endpoint": "clickhouse://ch:9000", "tls": ["ca_file": "/ca.crt"]],
      gives: "exporters.clickhouse/traces.tls: is not used"),
    Mistake(
      "exporters", "clickhouse/traces", "create_schema", value: nil,
      gives: "exporters.clickhouse/traces.create_schema: is on"),
    Mistake(
      "exporters", "clickhouse/traces", "database", value: nil,
      gives: "exporters.clickhouse/traces.database: is missing"),
    Mistake(
      "exporters", "otlp_http/logs", "logs_endpoint", value: nil,
      gives: "exporters.otlp_http/logs.logs_endpoint: is missing"),
    Mistake(
      "exporters", "otlp_http/logs", "encoding", value: "json", gives: "exporters.otlp_http/logs.encoding: is one that"),
    Mistake(
      "exporters", "otlp_http/logs", "headers", "VL-Stream-Fields", value: nil,
      gives: "exporters.otlp_http/logs.headers.VL-Stream-Fields: is missing"),
    Mistake(
      "exporters", "otlp_http/logs", "sending_queue", value: nil,
      gives: "exporters.otlp_http/logs.sending_queue: is missing or off"),
    Mistake(
      "exporters", "otlp_http/logs", "sending_queue", "enabled", value: false,
      gives: "exporters.otlp_http/logs.sending_queue: is missing or off"),
    Mistake(
      "exporters", "otlp_http/logs", "sending_queue", "storage", value: "file_storage",
      gives: "exporters.otlp_http/logs.sending_queue.storage: names no file_storage"),
    Mistake(
      "exporters", "otlp_http/logs", "sending_queue", "wait_for_result", value: true,
      gives: "exporters.otlp_http/logs.sending_queue.wait_for_result: is refused"),
    Mistake(
      "exporters", "otlp_http/logs", "sending_queue", "sizer", value: nil,
      gives: "exporters.otlp_http/logs.sending_queue.sizer: is not bytes"),
    Mistake(
      "exporters", "otlp_http/logs", "sending_queue", "queue_size", value: .integer(1 << 40),
      gives: "exporters.otlp_http/logs.sending_queue.queue_size: is above max_size"),
    Mistake(
      "exporters", "otlp_http/logs", "sending_queue", "queue_size", value: 1000,
      gives: "exporters.otlp_http/logs.sending_queue.batch.min_size: is above queue_size"),
    Mistake(
      "exporters", "otlp_http/logs", "sending_queue", "batch", "max_size", value: 10,
      gives: "exporters.otlp_http/logs.sending_queue.batch.max_size: is below min_size"),
    Mistake(
      "exporters", "otlp_http/logs", "sending_queue", "batch", "flush_timeout", value: "0s",
      gives: "exporters.otlp_http/logs.sending_queue.batch.flush_timeout: is not above 0"),
    Mistake(
      "exporters", "otlp_http/logs", "sending_queue", "batch", "sizer", value: "requests",
      gives: "exporters.otlp_http/logs.sending_queue.batch.sizer: is none of"),
    Mistake(
      "exporters", "otlp_http/logs", "retry_on_failure", value: nil,
      gives: "exporters.otlp_http/logs.retry_on_failure.max_elapsed_time: is not 0"),
    Mistake(
      "exporters", "otlp_http/logs", "retry_on_failure", "max_elapsed_time", value: "5m",
      gives: "exporters.otlp_http/logs.retry_on_failure.max_elapsed_time: is not 0"),
    Mistake(
      "exporters", "otlp_http/logs", "retry_on_failure", "enabled", value: false,
      gives: "exporters.otlp_http/logs.retry_on_failure.enabled: is off"),
  ]
}
