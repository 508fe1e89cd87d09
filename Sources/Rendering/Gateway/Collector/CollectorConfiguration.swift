// SPDX-License-Identifier: Apache-2.0

import JSON
import ObservabilityAPI
import YAML

/// The configuration of the collector, for v0.159 of the contrib distribution.
///
/// It comes in two files that the collector merges: one that anyone may read, and one with the credentials alone. The
/// credentials are in a file and not in the environment, because a variable's value is read as YAML first: a password
/// such as `{1}` or `18446744073709551615` then has a type that the collector refuses, and it does not start
/// (`NewRetrievedFromYAML` and `checkRawConfType` in `confmap/provider.go`). A quoted scalar of a file is always text.
struct CollectorConfiguration {
  private let context: RenderContext
  private let exporters: [CollectorExporter]
  private let queue: GatewayQueue

  /// The id of the extension that keeps the queues.
  private static let storage = "file_storage/queue"
  private static let healthCheck = "health_check"
  private static let memoryLimiter = "memory_limiter"

  init(_ context: RenderContext, _ inputs: GatewayInputs) {
    self.context = context
    exporters = CollectorExporter.all(inputs)
    queue = GatewayQueue(context.spec.gateway)
  }

  /// The text of the file that holds no secret.
  var text: String { YAMLEncoder.text(.object(document), order: .asGiven) }

  /// The text of the file with the credentials; `{}` without any.
  var credentialsText: String {
    let secret = exporters.filter { !$0.credentials.isEmpty }.map { ($0.id, JSONValue.object($0.credentials)) }
    let document: JSONObject = secret.isEmpty ? [:] : ["exporters": .object(JSONObject(secret))]
    return YAMLEncoder.text(.object(document), order: .asGiven)
  }

  var document: JSONObject {
    var processors: JSONObject = [
      Self.memoryLimiter: ["check_interval": "1s", "limit_percentage": 75, "spike_limit_percentage": 20]
    ]
    for (id, processor) in CollectorResource.processors(context) { processors[id] = processor }
    return [
      "extensions": .object(extensions),
      "receivers": ["otlp": ["protocols": ["http": ["endpoint": Self.address(.otlp)]]]],
      "processors": .object(processors),
      "exporters": .object(JSONObject(exporters.map { ($0.id, .object(settings($0))) })),
      "service": .object(service),
    ]
  }

  /// Any address: each listener is on localhost unless told otherwise, where nothing reaches it.
  ///
  /// `0.0.0.0` is every address of both families. The collector calls `net.Listen("tcp", …)` (`ToListener` of
  /// `config/confighttp`, `prometheusReader` of opentelemetry-go-contrib's `otelconf`), and for a wildcard of either family
  /// Go opens a dual-stack socket where the kernel has IPv6, and an IPv4 one where it has not (`favoriteAddrFamily` in
  /// `net/ipsock_posix.go`). So it serves IPv4-only, dual-stack and IPv6-only pods alike. `[::]` fails without IPv6 in the
  /// kernel; an address of the pod would need brackets for one family only.
  private static func address(_ port: GatewayPort) -> JSONValue { .string("0.0.0.0:\(port.number)") }

  private var extensions: JSONObject {
    [
      Self.healthCheck: ["endpoint": Self.address(.health)],
      Self.storage: [
        "directory": .string(GatewayFiles.queueFolder),
        "create_directory": true,
        // Without it what was acknowledged can be lost with the node.
        "fsync": true,
        "max_size": .integer(queue.fileLimit),
        "compaction": [
          "on_start": true,
          "on_rebound": true,
          // The only folder that can be written, and on the same volume as the files, so that the copy is renamed.
          "directory": .string(GatewayFiles.queueFolder),
          "cleanup_on_start": true,
          "rebound_needed_threshold_mib": .integer(queue.compactionNeeded),
          "rebound_trigger_threshold_mib": .integer(queue.compactionTrigger),
        ],
      ],
    ]
  }

  private func settings(_ exporter: CollectorExporter) -> JSONObject {
    var settings = exporter.settings
    settings["sending_queue"] = .object(sendingQueue)
    settings["retry_on_failure"] = [
      "enabled": true, "initial_interval": "5s", "max_interval": "30s",
      // For ever: by default data is dropped after five minutes, in spite of the queue.
      "max_elapsed_time": "0s",
    ]
    return settings
  }

  /// What is received is acknowledged once it is in the queue's file, and leaves it once the destination has it. Batches
  /// are made of what is read from the queue, never before it.
  private var sendingQueue: JSONObject {
    let batch = queue.batch
    return [
      "storage": .string(Self.storage),
      "sizer": "bytes",
      "queue_size": .integer(queue.capacity),
      // Refusing lets the agent keep and repeat it; blocking would hold its connection.
      "block_on_overflow": false,
      "num_consumers": 4,
      "batch": [
        "flush_timeout": "5s", "sizer": "bytes", "min_size": .integer(batch), "max_size": .integer(2 * batch),
      ],
    ]
  }

  private var service: JSONObject {
    let processors = [Self.memoryLimiter] + CollectorResource.ids
    let pipelines = exporters.map { exporter in
      let pipeline: JSONObject = [
        "receivers": ["otlp"], "processors": .array(processors.map { .string($0) }),
        "exporters": [.string(exporter.id)],
      ]
      return (exporter.signal.rawValue, JSONValue.object(pipeline))
    }
    return [
      "extensions": [.string(Self.healthCheck), .string(Self.storage)],
      "telemetry": [
        "logs": ["level": "info", "encoding": "json"], "metrics": ["level": "normal", "readers": [reader]],
      ],
      "pipelines": .object(JSONObject(pipelines)),
    ]
  }

  /// Replaces the default reader, which is on localhost; the three switches keep the names of metrics as it has them.
  private var reader: JSONValue {
    let prometheus: JSONObject = [
      "host": "0.0.0.0", "port": .integer(GatewayPort.metrics.number), "without_scope_info": true,
      "without_units": true, "without_type_suffix": true,
    ]
    return ["pull": ["exporter": ["prometheus": .object(prometheus)]]]
  }
}
