// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON
import YAML

/// The part of the collector's configuration that the stand-in acts on.
///
/// It knows the members that the operator writes and no others, so that a new one fails here until somebody has decided
/// what it means. What the stand-in has no use for is named by ``StrictSettings/pass(_:)``: memory limits, timeouts,
/// batches, compaction, compression and the logs of the collector.
struct CollectorSettings: Sendable {
  /// Where one signal is sent.
  struct Exporter: Sendable {
    var id: String
    var url: String
    var headers: [HTTPField]
    var authorities: [UInt8]?
    /// In bytes of OTLP.
    var capacity: Int
  }

  /// What happens to the data of one signal.
  struct Pipeline: Sendable {
    /// `traces` or `logs`.
    var signal: String
    var actions: [ResourceAction]
    var exporter: Exporter
  }

  var otlpPort: Int
  var healthPort: Int
  var metricsPort: Int
  var pipelines: [Pipeline]

  /// The configuration of a command line.
  ///
  /// - Parameter files: what the pod mounts, by path.
  init(arguments: [String], files: [String: [UInt8]]) throws {
    var document: JSONValue = [:]
    for argument in arguments {
      guard argument.hasPrefix("--config="), let bytes = files[String(argument.dropFirst("--config=".count))] else {
        throw CollectorSettingsError(argument, "is not a file that the pod mounts")
      }
      document = Self.merged(document, try YAMLDecoder.document(String(decoding: bytes, as: UTF8.self)))
    }
    let whole = try CollectorExpansion.resolved(document, at: "configuration")
    self = try StrictSettings.read(whole, at: "configuration") { try CollectorSettings(&$0, files) }
  }

  private init(_ root: inout StrictSettings, _ files: [String: [UInt8]]) throws {
    let storages = try root.object("extensions") { extensions in
      (port: try extensions.object("health_check") { try $0.port("endpoint") }, names: try Self.storages(&extensions))
    }
    healthPort = storages.port
    otlpPort = try root.object("receivers") { receivers in
      try receivers.object("otlp") { otlp in
        try otlp.object("protocols") { try $0.object("http") { try $0.port("endpoint") } }
      }
    }
    let processors = try root.object("processors") { try Self.processors(&$0) }
    let exporters = try root.object("exporters") { try Self.exporters(&$0, storages.names, files) }
    (metricsPort, pipelines) = try root.object("service") { service in
      guard Set(try service.texts("extensions")) == Set(["health_check"] + storages.names) else {
        throw CollectorSettingsError("service.extensions", "does not start every extension")
      }
      return (
        try service.object("telemetry") { try Self.metricsPort(&$0) },
        try service.object("pipelines") { try Self.pipelines(&$0, processors, exporters) }
      )
    }
  }

  private static func storages(_ extensions: inout StrictSettings) throws -> [String] {
    let names = extensions.names
    for name in names {
      guard name.hasPrefix("file_storage/") else { continue }
      try extensions.object(name) { storage in
        _ = try storage.text("directory")
        _ = try storage.integer("max_size")
        try storage.expect("create_directory", true)
        try storage.expect("fsync", true)
        storage.pass("compaction")
      }
    }
    return names.filter { $0.hasPrefix("file_storage/") }
  }

  private static func processors(_ processors: inout StrictSettings) throws -> [String: [ResourceAction]] {
    try processors.object("memory_limiter") {
      $0.pass("check_interval", "limit_percentage", "spike_limit_percentage")
    }
    var known: [String: [ResourceAction]] = ["memory_limiter": []]
    for id in processors.names where id.hasPrefix("resource/") {
      known[id] = try processors.object(id) { resource in
        let path = "\(resource.path).attributes"
        return try (resource.value("attributes")?.array ?? []).map { action in
          try StrictSettings.read(action, at: path) { try ResourceAction(&$0) }
        }
      }
    }
    return known
  }

  private static func exporters(
    _ exporters: inout StrictSettings, _ storages: [String], _ files: [String: [UInt8]]
  ) throws -> [String: Exporter] {
    var known: [String: Exporter] = [:]
    for id in exporters.names {
      guard let signal = id.split(separator: "/").last.map(String.init), id == "otlp_http/\(signal)" else {
        throw CollectorSettingsError("exporters.\(id)", "is not an exporter that the stand-in has")
      }
      known[id] = try exporters.object(id) { settings in
        let url = try settings.text("\(signal)_endpoint")
        try settings.expect("encoding", "proto")
        settings.pass("compression", "timeout", "disable_keep_alives")
        var headers: [HTTPField] = []
        for (name, value) in settings.value("headers")?.object ?? [:] {
          guard let text = value.string else {
            throw CollectorSettingsError("\(settings.path).headers.\(name)", "is not a text")
          }
          headers.append(HTTPField(name, text))
        }
        try settings.object("retry_on_failure") { retry in
          try retry.expect("enabled", true)
          try retry.expect("max_elapsed_time", "0s")
          retry.pass("initial_interval", "max_interval")
        }
        return Exporter(
          id: id, url: url, headers: headers, authorities: try authorities(&settings, files),
          capacity: try settings.object("sending_queue") { try capacity(&$0, storages) })
      }
    }
    return known
  }

  private static func authorities(
    _ settings: inout StrictSettings, _ files: [String: [UInt8]]
  ) throws -> [UInt8]? {
    guard let tls = settings.value("tls") else { return nil }
    return try StrictSettings.read(tls, at: "\(settings.path).tls") { tls in
      guard let bytes = files[try tls.text("ca_file")] else {
        throw CollectorSettingsError("\(tls.path).ca_file", "is not a file that the pod mounts")
      }
      return bytes
    }
  }

  private static func capacity(_ queue: inout StrictSettings, _ storages: [String]) throws -> Int {
    guard storages.contains(try queue.text("storage")) else {
      throw CollectorSettingsError("\(queue.path).storage", "is not an extension")
    }
    try queue.expect("sizer", "bytes")
    try queue.expect("block_on_overflow", false)
    queue.pass("num_consumers", "batch")
    return try queue.integer("queue_size")
  }

  private static func metricsPort(_ telemetry: inout StrictSettings) throws -> Int {
    telemetry.pass("logs")
    return try telemetry.object("metrics") { metrics in
      metrics.pass("level")
      let readers = metrics.value("readers")?.array ?? []
      guard readers.count == 1 else { throw CollectorSettingsError("\(metrics.path).readers", "is not one reader") }
      return try StrictSettings.read(readers[0], at: "\(metrics.path).readers") { reader in
        try reader.object("pull") { pull in
          try pull.object("exporter") { exporter in
            try exporter.object("prometheus") { prometheus in
              try prometheus.expect("host", "0.0.0.0")
              // With them the names of metrics are those that the stand-in writes.
              for key in ["without_scope_info", "without_units", "without_type_suffix"] {
                try prometheus.expect(key, true)
              }
              return try prometheus.integer("port")
            }
          }
        }
      }
    }
  }

  private static func pipelines(
    _ pipelines: inout StrictSettings, _ processors: [String: [ResourceAction]], _ exporters: [String: Exporter]
  ) throws -> [Pipeline] {
    try pipelines.names.map { signal in
      guard ["logs", "traces"].contains(signal) else {
        throw CollectorSettingsError("\(pipelines.path).\(signal)", "is not a signal that the stand-in has")
      }
      return try pipelines.object(signal) { pipeline in
        try pipeline.expect("receivers", ["otlp"])
        let actions = try pipeline.texts("processors").map { id in
          guard let actions = processors[id] else {
            throw CollectorSettingsError("\(pipeline.path).processors", "names \(id), which is not a processor")
          }
          return actions
        }
        let ids = try pipeline.texts("exporters")
        guard ids.count == 1, let exporter = exporters[ids[0]] else {
          throw CollectorSettingsError("\(pipeline.path).exporters", "does not name one exporter")
        }
        return Pipeline(signal: signal, actions: actions.flatMap(\.self), exporter: exporter)
      }
    }
  }

  /// Two documents as several `--config` are merged: member by member; everything else is replaced.
  private static func merged(_ first: JSONValue, _ second: JSONValue) -> JSONValue {
    guard var members = first.object, let others = second.object else { return second }
    for (key, value) in others { members[key] = members[key].map { merged($0, value) } ?? value }
    return .object(members)
  }
}

/// The collector's expansion of text: `$$` is `$`. The operator writes no references, so one is an error.
enum CollectorExpansion {
  static func resolved(_ value: JSONValue, at path: String) throws -> JSONValue {
    switch value {
    case .string(let text): .string(try resolved(text, at: path))
    case .array(let elements): .array(try elements.map { try resolved($0, at: path) })
    case .object(let members):
      .object(JSONObject(try members.map { ($0.key, try resolved($0.value, at: "\(path).\($0.key)")) }))
    default: value
    }
  }

  private static func resolved(_ text: String, at path: String) throws -> String {
    let dollar = UInt8(ascii: "$")
    var result: [UInt8] = []
    var bytes = Array(text.utf8)[...]
    while let byte = bytes.popFirst() {
      if byte == dollar, let next = bytes.first {
        if next == UInt8(ascii: "{") { throw CollectorSettingsError(path, "holds a reference") }
        if next == dollar { bytes.removeFirst() }
      }
      result.append(byte)
    }
    return String(decoding: result, as: UTF8.self)
  }
}
