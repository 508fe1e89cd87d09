// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI
import Testing
import YAML

@testable import Rendering

/// Each rule of the collector that the configuration follows, seen in what is generated.
@Suite struct CollectorConfigurationTests {
  private func exporters(_ fixture: GatewayFixture) throws -> JSONObject {
    try #require(try fixture.resolved()["exporters"]?.object)
  }

  @Test("The image is the contrib distribution from 0.156 on, where files have a limit")
  func theImageHasWhatIsUsed() throws {
    let image = DefaultImages.gateway
    #expect(image.repository.hasSuffix("/opentelemetry-collector-contrib"))
    let version = image.tag.split(separator: ".").compactMap { Int($0) }
    #expect(version.count == 3 && version.lexicographicallyPrecedes([0, 156, 0]) == false)
  }

  @Test("The queue's storage is started as an extension", arguments: GatewayMatrix.all)
  func storageIsStarted(_ fixture: GatewayFixture) throws {
    let enabled = try fixture.resolved()[path: "service", "extensions"]
    #expect(enabled == ["health_check", "file_storage/queue"])
    for exporter in try exporters(fixture) {
      #expect(exporter.value[path: "sending_queue", "storage"] == "file_storage/queue")
    }
  }

  @Test(
    "Queues are bounded in bytes, batches are made behind them, and retries never end", arguments: GatewayMatrix.all)
  func queuesLoseNothing(_ fixture: GatewayFixture) throws {
    let queue = GatewayQueue(fixture.base.object.spec.gateway)
    for (id, exporter) in try exporters(fixture) {
      let settings = exporter["sending_queue"]
      #expect(settings?["sizer"] == "bytes", "\(id)")
      #expect(settings?["queue_size"]?.integer == queue.capacity, "\(id)")
      #expect(settings?["block_on_overflow"] == false && settings?["wait_for_result"] == nil, "\(id)")
      #expect(settings?[path: "batch", "sizer"] == "bytes", "\(id)")
      #expect(exporter[path: "retry_on_failure", "max_elapsed_time"] == "0s", "\(id)")
    }
    #expect(try fixture.resolved()[path: "extensions", "file_storage/queue", "max_size"]?.integer == queue.fileLimit)
    #expect(try fixture.resolved()[path: "processors", "batch"] == nil)
  }

  @Test("Every listener is on all addresses, and OTLP comes over HTTP alone", arguments: GatewayMatrix.all)
  func listenersCanBeReached(_ fixture: GatewayFixture) throws {
    let resolved = try fixture.resolved()
    #expect(resolved["receivers"] == ["otlp": ["protocols": ["http": ["endpoint": "0.0.0.0:4318"]]]])
    #expect(resolved[path: "extensions", "health_check"] == ["endpoint": "0.0.0.0:13133"])
    #expect(
      resolved[path: "service", "telemetry", "metrics", "readers"] == [
        [
          "pull": [
            "exporter": [
              "prometheus": [
                "host": "0.0.0.0", "port": 8888, "without_scope_info": true, "without_units": true,
                "without_type_suffix": true,
              ]
            ]
          ]
        ]
      ])
  }

  @Test("Memory is limited before anything else is done", arguments: GatewayMatrix.all)
  func memoryIsLimitedFirst(_ fixture: GatewayFixture) throws {
    let pipelines = try #require(try fixture.resolved()[path: "service", "pipelines"]?.object)
    #expect(!pipelines.isEmpty)
    for (_, pipeline) in pipelines {
      #expect(pipeline["processors"] == ["memory_limiter", "resource/kubernetes", "resource/object"])
    }
  }

  @Test("Only signals with a destination have a pipeline") func onlyWantedSignalsHaveAPipeline() throws {
    let fixture = try #require(GatewayMatrix.all.first { $0.name == "gateway-traces-only" })
    #expect(try fixture.resolved()[path: "service", "pipelines"]?.object.map { Array($0.keys) } == ["traces"])
    #expect(try Array(exporters(fixture).keys) == ["clickhouse/traces"])
  }

  @Test("ClickHouse makes no schema at start, and TLS is in the address with the CA in a file")
  func clickHouseIsAddressed() throws {
    let plain = GatewayFixture("plain", GatewayMatrix.inClickHouse(.clickHouse))
    let traces = try #require(try exporters(plain)["clickhouse/traces"])
    #expect(traces["endpoint"] == "clickhouse://clickhouse-observability.tenant-root.svc:9000?dial_timeout=10s")
    #expect(traces["create_schema"] == false && traces["async_insert"] == false && traces["tls"] == nil)
    #expect(traces["username"] == "coroot" && traces["password"] == "hunter2" && traces["database"] == "otel")
    #expect(traces["traces_table_name"] == "otel_traces" && traces["logs_table_name"] == nil)

    let secured = GatewayFixture(
      "tls", GatewayMatrix.inClickHouse(.clickHouseTLS, certificateAuthority: GatewayInputs.pem))
    let logs = try #require(try exporters(secured)["clickhouse/logs"])
    #expect(logs["endpoint"] == "clickhouse://clickhouse.example.org:9440?dial_timeout=10s&secure=true")
    #expect(logs["tls"] == ["ca_file": "/etc/observability-gateway/ca-logs.crt"])
    #expect(try secured.file("ca-logs.crt") == String(decoding: GatewayInputs.pem, as: UTF8.self))
  }

  @Test("A CA that no connection uses is not rendered") func unusedCertificatesStayOut() throws {
    let inputs = GatewayMatrix.inClickHouse(.clickHouse, certificateAuthority: GatewayInputs.pem)
    let fixture = GatewayFixture("no-tls", inputs)
    #expect(fixture.child("Secret")?["data"]?.object.map { Array($0.keys) } == ["config.yaml", "credentials.yaml"])
  }

  @Test("VictoriaLogs gets its tenant and its stream fields, and both Victorias their paths")
  func victoriaIsAddressed() throws {
    let exporters = try self.exporters(GatewayFixture("victoria", GatewayMatrix.victoria))
    let logs = exporters["otlp_http/logs"]
    #expect(
      logs?["logs_endpoint"] == "http://vlinsert-generic.tenant-root.svc:9481/insert/opentelemetry/v1/logs")
    #expect(
      logs?["headers"] == [
        "AccountID": "7", "ProjectID": "2",
        "VL-Stream-Fields": "service.name,k8s.namespace.name,k8s.pod.name,k8s.container.name",
      ])
    #expect(logs?["encoding"] == "proto")
    #expect(
      exporters["otlp_http/traces"]?["traces_endpoint"]
        == "http://vtinsert-generic.tenant-root.svc:10481/insert/opentelemetry/v1/traces")
  }

  @Test(
    "A tenant that the Secret of headers names is the only one, in whatever case it is written",
    arguments: ["AccountID", "accountid", "ACCOUNTID"])
  func tenantOfTheSecretWins(_ name: String) throws {
    var inputs = GatewayMatrix.victoria
    inputs.logs?.storage = .victoriaLogs(GatewayInputs.url("http://vlinsert-generic.tenant-root.svc:9481"))
    inputs.logs?.headers = [.test(name, "12"), .test("Vl-Stream-Fields", "service.name")]
    inputs.traces?.headers = [.test(name, "13"), .test("ProjectID", "3")]
    let fixture = GatewayFixture("tenant", inputs)
    let exporters = try self.exporters(fixture)
    let logs: JSONObject = ["ProjectID": "0", name: "12", "Vl-Stream-Fields": "service.name"]
    #expect(exporters["otlp_http/logs"]?["headers"]?.object == logs)
    let traces: JSONObject = [name: "13", "ProjectID": "3"]
    #expect(exporters["otlp_http/traces"]?["headers"]?.object == traces)
    #expect(!(try fixture.file("config.yaml")).contains("\"12\""), "values stay out of the file without secrets")
  }

  @Test(
    "An OTLP endpoint is a base or the whole address",
    arguments: [
      ("https://o.example.org", "https://o.example.org/v1/logs"),
      ("https://o.example.org/", "https://o.example.org/v1/logs"),
      ("http://o:4318/a/", "http://o:4318/a/v1/logs"), ("http://o/v1/logs", "http://o/v1/logs"),
      ("http://o/a?b=c", "http://o/a/v1/logs?b=c"), ("http://user:hunter2@o/", "http://o/v1/logs"),
      ("http://o/v1/traces", "http://o/v1/traces/v1/logs"),
    ])
  func otlpIsAddressed(_ given: String, _ endpoint: String) throws {
    let inputs = GatewayInputs(logs: .init(.otlp(GatewayInputs.url(given))))
    #expect(
      try exporters(GatewayFixture("otlp", inputs))["otlp_http/logs"]?["logs_endpoint"] == .string(endpoint))
  }

  @Test("The same input gives the same bytes, whatever the order of headers and labels")
  func bytesAreStable() throws {
    let fixture = GatewayFixture("a", GatewayMatrix.otlp) { $0.metrics.labels = ["a": "1", "b": "2", "c": "3"] }
    var other = GatewayFixture("a", GatewayMatrix.otlp) { $0.metrics.labels = ["c": "3", "b": "2", "a": "1"] }
    other.inputs.traces?.headers.reverse()
    for key in ["config.yaml", "credentials.yaml"] { #expect(try fixture.file(key) == other.file(key)) }
    #expect(fixture.children == other.children)
  }
}
