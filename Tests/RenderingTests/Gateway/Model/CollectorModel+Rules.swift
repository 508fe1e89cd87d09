// SPDX-License-Identifier: Apache-2.0

import JSON

/// What holds between the members of one component.
extension CollectorModel {
  var listeners: [CollectorProblem] {
    let receivers = components("receivers").filter { Self.type($0.id) == "otlp" }.flatMap { receiver in
      (receiver.settings["protocols"]?.object ?? [:]).map { name, settings in
        ("\(receiver.path).protocols.\(name).endpoint", settings["endpoint"]?.string)
      }
    }
    let checks = components("extensions").filter { Self.type($0.id) == "health_check" }
      .map { ("\($0.path).endpoint", $0.settings["endpoint"]?.string) }
    return (receivers + checks).compactMap { path, endpoint in
      guard let endpoint else { return CollectorProblem(path, "is missing, and the default is on localhost") }
      guard let colon = endpoint.lastIndex(of: ":") else { return CollectorProblem(path, "names no port") }
      return Self.listening(on: String(endpoint[..<colon])).map { CollectorProblem(path, $0) }
    }
  }

  /// What is wrong with the host of a listener. Of the wildcards only `0.0.0.0` and nothing at all are every address on
  /// every node: Go makes a dual-stack socket of them if the kernel has IPv6 (`favoriteAddrFamily` of `net`).
  private static func listening(on host: String) -> String? {
    if ["localhost", "[::1]", "::1"].contains(host) || host.hasPrefix("127.") { return "is on localhost" }
    if ["[::]", "::"].contains(host) { return "does not start on a node without IPv6" }
    return ["", "0.0.0.0"].contains(host) ? nil : "is on one address, which differs from pod to pod"
  }

  var limiters: [CollectorProblem] {
    components("processors").filter { Self.type($0.id) == "memory_limiter" }.flatMap { _, path, settings in
      var problems: [CollectorProblem] = []
      if !(CollectorSchema.seconds(settings["check_interval"]).map { $0 > 0 } ?? false) {
        problems.append(CollectorProblem("\(path).check_interval", "is not above 0"))
      }
      let limits = ["limit_mib", "limit_percentage"].map { ($0, settings[$0]?.integer ?? 0) }
      if limits.allSatisfy({ $0.1 == 0 }) { problems.append(CollectorProblem(path, "sets no limit")) }
      for (name, limit) in limits where limit > 0 {
        if let spike = settings["spike_\(name)"]?.integer, spike >= limit {
          problems.append(CollectorProblem("\(path).spike_\(name)", "is not below \(name)"))
        }
      }
      if let percentage = settings["limit_percentage"]?.integer, percentage > 100 {
        problems.append(CollectorProblem("\(path).limit_percentage", "is above 100"))
      }
      return problems
    }
  }

  /// Actions that `NewAttrProc` refuses.
  var attributes: [CollectorProblem] {
    components("processors").filter { Self.type($0.id) == "resource" }.flatMap { _, path, settings in
      let actions = settings["attributes"]?.array ?? []
      let none = actions.isEmpty ? [CollectorProblem("\(path).attributes", "is empty")] : []
      return none + actions.enumerated().flatMap { Self.action($0.element, at: "\(path).attributes[\($0.offset)]") }
    }
  }

  private static func action(_ action: JSONValue, at path: String) -> [CollectorProblem] {
    let sources = ["value", "from_attribute", "from_context"].filter { action[$0] != nil }
    let pattern = action["pattern"]?.string
    var problems = action["key"] == nil ? [CollectorProblem(path, "has no key")] : []
    switch action["action"]?.string {
    case "insert", "update", "upsert":
      if sources.count != 1 || pattern != nil { problems.append(CollectorProblem(path, "needs exactly one source")) }
    case "extract":
      if !sources.isEmpty { problems.append(CollectorProblem(path, "takes no source")) }
      let groups = pattern?.matches(of: /\((?!\?)|\(\?P<(\w*)>/) ?? []
      if groups.isEmpty || groups.contains(where: { $0.1?.isEmpty ?? true }) {
        problems.append(CollectorProblem("\(path).pattern", "has no groups, or one without a name"))
      }
    case "delete", "hash":
      if !sources.isEmpty { problems.append(CollectorProblem(path, "takes no source")) }
    case "convert":
      if action["converted_type"] == nil { problems.append(CollectorProblem(path, "has no converted_type")) }
    default: problems.append(CollectorProblem(path, "has no action"))
    }
    return problems
  }

  var storages: [CollectorProblem] {
    components("extensions").filter { Self.type($0.id) == "file_storage" }.flatMap { _, path, settings in
      var problems: [CollectorProblem] = []
      let size = settings["max_size"]?.integer ?? 0
      if size == 0 { problems.append(CollectorProblem("\(path).max_size", "is missing, so that files grow for ever")) }
      let compaction = settings["compaction"]
      let isOn = compaction?["on_start"] == true || compaction?["on_rebound"] == true
      if isOn, compaction?["directory"]?.string != settings["directory"]?.string {
        problems.append(CollectorProblem("\(path).compaction.directory", "is not the folder of the files"))
      }
      if settings["directory"] == nil { problems.append(CollectorProblem("\(path).directory", "is missing")) }
      if settings["create_directory"] != true {
        problems.append(CollectorProblem("\(path).create_directory", "is off, and the folder may be missing"))
      }
      for (name, fallback) in [("rebound_needed_threshold_mib", 100), ("rebound_trigger_threshold_mib", 10)] {
        let threshold = compaction?[name]?.integer ?? Int64(fallback)
        if compaction?["on_rebound"] == true, size > 0, threshold << 20 >= size {
          problems.append(CollectorProblem("\(path).compaction.\(name)", "is not below max_size"))
        }
      }
      return problems
    }
  }

  var telemetry: [CollectorProblem] {
    let path = "service.telemetry.metrics.readers"
    let readers = document[path: "service", "telemetry", "metrics", "readers"]?.array ?? []
    guard let reader = readers.first?[path: "pull", "exporter", "prometheus"] else {
      return [CollectorProblem(path, "is missing, and the default is on localhost")]
    }
    var problems: [CollectorProblem] = []
    if let problem = Self.listening(on: reader["host"]?.string ?? "localhost") {
      problems.append(CollectorProblem(path, problem))
    }
    for name in ["without_scope_info", "without_units", "without_type_suffix"] where reader[name] != true {
      problems.append(CollectorProblem("\(path).\(name)", "is off, which renames metrics"))
    }
    return problems
  }
}
