// SPDX-License-Identifier: Apache-2.0

/// The component types that the contrib distribution has and a gateway may use, with their members.
///
/// Read in opentelemetry-collector at 934999fb (v0.159): `exporter/exporterhelper/internal/queuebatch/config.go`,
/// `config/configretry/generated_config.go`, `exporter/otlphttpexporter/config.go`, `config/confighttp/{client,server}.go`,
/// `config/configtls/generated_config.go`, `internal/memorylimiter/config.go`, `receiver/otlpreceiver/config.go`; in
/// opentelemetry-collector-contrib: `exporter/clickhouseexporter/{README.md,config.schema.yaml}`,
/// `processor/resourceprocessor/config.schema.yaml`, `internal/coreinternal/attraction/attraction.go`,
/// `extension/healthcheckextension/config.go`, `extension/storage/filestorage/README.md`. `max_size` of `file_storage` is
/// from our notes on contrib PR 48580: the source at that version could not be read.
enum CollectorComponents {
  static let extensions: [String: CollectorSchema] = [
    "health_check": .object(
      httpServer.merging(
        ["path": .text, "response_body": .object(["healthy": .text, "unhealthy": .text])]) { $1 }),
    "file_storage": .object([
      "directory": .text, "timeout": .duration, "fsync": .bool, "create_directory": .bool,
      "directory_permissions": .text, "max_size": .integer(atLeast: 0), "compaction": compaction,
    ]),
  ]

  static let receivers: [String: CollectorSchema] = [
    "otlp": .object([
      "protocols": .object([
        "http": .object(
          httpServer.merging(["traces_url_path": .text, "logs_url_path": .text, "metrics_url_path": .text]) { $1 }),
        "grpc": .object(["endpoint": .text, "max_recv_msg_size_mib": .integer(atLeast: 1)]),
      ])
    ])
  ]

  static let processors: [String: CollectorSchema] = [
    "memory_limiter": .object([
      "check_interval": .duration, "limit_mib": .integer(atLeast: 0), "spike_limit_mib": .integer(atLeast: 0),
      "limit_percentage": .integer(atLeast: 0), "spike_limit_percentage": .integer(atLeast: 0),
      "min_gc_interval_when_soft_limited": .duration, "min_gc_interval_when_hard_limited": .duration,
      "max_gc_interval_when_soft_limited": .duration, "max_gc_interval_when_hard_limited": .duration,
    ]),
    "resource": .object([
      "attributes": .list(
        .object([
          "key": .text, "value": .scalar, "pattern": .text, "from_attribute": .text, "from_context": .text,
          "converted_type": .choice(["int", "double", "string"]),
          "action": .choice(["insert", "update", "upsert", "delete", "hash", "extract", "convert"]),
        ]))
    ]),
  ]

  static let exporters: [String: CollectorSchema] = [
    "clickhouse": .object(
      sending.merging([
        "endpoint": .text, "username": .text, "password": .text, "database": .text, "connection_params": .map(.text),
        "create_schema": .bool, "ttl": .duration, "compress": .text, "async_insert": .bool, "tls": tls,
        "logs_table_name": .text, "traces_table_name": .text, "cluster_name": .text, "json": .bool,
        "table_engine": .object(["name": .text, "params": .text]),
      ]) { $1 }),
    "otlp_http": .object(
      sending.merging([
        "endpoint": .text, "traces_endpoint": .text, "logs_endpoint": .text, "metrics_endpoint": .text,
        "headers": .map(.text), "encoding": .choice(["proto", "json"]),
        "compression": .choice(["gzip", "zstd", "snappy", "zlib", "deflate", "lz4", "none", ""]), "tls": tls,
        "auth": .object(["authenticator": .text]), "proxy_url": .text, "max_idle_conns": .integer(atLeast: 0),
        "disable_keep_alives": .bool,
        "idle_conn_timeout": .duration,
      ]) { $1 }),
  ]

  static let service: CollectorSchema = .object([
    "extensions": .list(.text),
    "pipelines": .map(
      .object(["receivers": .list(.text), "processors": .list(.text), "exporters": .list(.text)])),
    "telemetry": .object([
      "logs": .object([
        "level": .choice(["debug", "info", "warn", "error"]), "encoding": .choice(["json", "console"]),
      ]),
      "metrics": .object([
        "level": .choice(["none", "basic", "normal", "detailed"]), "readers": .list(.object(["pull": pull])),
      ]),
    ]),
  ])

  private static let pull: CollectorSchema = .object([
    "exporter": .object([
      "prometheus": .object([
        "host": .text, "port": .integer(atLeast: 1), "without_scope_info": .bool, "without_units": .bool,
        "without_type_suffix": .bool,
      ])
    ])
  ])

  private static let httpServer: [String: CollectorSchema] = [
    "endpoint": .text, "tls": .object(["cert_file": .text, "key_file": .text, "client_ca_file": .text]),
    "max_request_body_size": .integer(atLeast: 0), "include_metadata": .bool, "read_timeout": .duration,
    "read_header_timeout": .duration, "write_timeout": .duration, "idle_timeout": .duration,
  ]

  private static let compaction: CollectorSchema = .object([
    "on_start": .bool, "on_rebound": .bool, "directory": .text, "cleanup_on_start": .bool, "check_interval": .duration,
    "max_transaction_size": .integer(atLeast: 0), "rebound_needed_threshold_mib": .integer(atLeast: 1),
    "rebound_trigger_threshold_mib": .integer(atLeast: 1),
  ])

  private static let tls: CollectorSchema = .object([
    "ca_file": .text, "cert_file": .text, "key_file": .text, "insecure": .bool, "insecure_skip_verify": .bool,
    "server_name_override": .text, "min_version": .text, "max_version": .text,
    "include_system_ca_certs_pool": .bool, "reload_interval": .duration,
  ])

  private static let sending: [String: CollectorSchema] = [
    "timeout": .duration,
    "sending_queue": .object([
      "enabled": .bool, "num_consumers": .integer(atLeast: 1), "queue_size": .integer(atLeast: 1),
      "sizer": .choice(["requests", "items", "bytes"]), "block_on_overflow": .bool, "wait_for_result": .bool,
      "storage": .text,
      "batch": .object([
        "flush_timeout": .duration, "min_size": .integer(atLeast: 0), "max_size": .integer(atLeast: 0),
        "sizer": .choice(["items", "bytes"]), "partition": .object(["metadata_keys": .list(.text)]),
      ]),
    ]),
    "retry_on_failure": .object([
      "enabled": .bool, "initial_interval": .duration, "max_interval": .duration, "multiplier": .number,
      "randomization_factor": .number, "max_elapsed_time": .duration,
    ]),
  ]
}
