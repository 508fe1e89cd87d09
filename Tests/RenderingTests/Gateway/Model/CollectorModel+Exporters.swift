// SPDX-License-Identifier: Apache-2.0

import JSON

/// What holds for exporters: their addresses, queues and retries.
extension CollectorModel {
  var exporters: [CollectorProblem] {
    components("exporters").flatMap { id, path, settings in
      let own =
        switch Self.type(id) {
        case "clickhouse": clickHouse(settings, at: path)
        case "otlp_http": otlp(settings, id, at: path)
        default: [CollectorProblem]()
        }
      return own + queue(settings["sending_queue"], at: "\(path).sending_queue")
        + retries(settings["retry_on_failure"], at: "\(path).retry_on_failure")
    }
  }

  private func clickHouse(_ settings: JSONValue, at path: String) -> [CollectorProblem] {
    var problems: [CollectorProblem] = []
    let endpoint = settings["endpoint"]?.string ?? ""
    if endpoint.wholeMatch(of: /(?:clickhouse|tcp|https?):\/\/[^\s\/?]+(?:\?\S*)?/) == nil {
      problems.append(CollectorProblem("\(path).endpoint", "is no address of a ClickHouse"))
    }
    if endpoint.contains("@") {
      problems.append(CollectorProblem("\(path).endpoint", "holds a login, which nothing encodes"))
    }
    let isTLS = endpoint.contains("secure=true") || endpoint.hasPrefix("https:")
    if settings["tls"] != nil, !isTLS {
      problems.append(CollectorProblem("\(path).tls", "is not used without secure=true in the endpoint"))
    }
    if settings["create_schema"] != false {
      problems.append(
        CollectorProblem("\(path).create_schema", "is on: a ClickHouse that is away keeps the collector from starting"))
    }
    if settings["database"] == nil { problems.append(CollectorProblem("\(path).database", "is missing")) }
    return problems
  }

  private func otlp(_ settings: JSONValue, _ id: String, at path: String) -> [CollectorProblem] {
    let signals = (document[path: "service", "pipelines"]?.object ?? [:])
      .filter { $0.value["exporters"]?.array?.contains(.string(id)) ?? false }.map { Self.type($0.key) }
    var problems = signals.filter { settings["endpoint"] == nil && settings["\($0)_endpoint"] == nil }
      .map { CollectorProblem("\(path).\($0)_endpoint", "is missing, and so is endpoint") }
    if settings["encoding"]?.string == "json" {
      problems.append(CollectorProblem("\(path).encoding", "is one that VictoriaLogs and VictoriaTraces refuse"))
    }
    let isVictoriaLogs = settings["logs_endpoint"]?.string?.contains("/insert/opentelemetry/") ?? false
    if isVictoriaLogs, settings[path: "headers", "VL-Stream-Fields"] == nil {
      problems.append(
        CollectorProblem("\(path).headers.VL-Stream-Fields", "is missing: every attribute becomes a stream field"))
    }
    return problems
  }

  private func queue(_ queue: JSONValue?, at path: String) -> [CollectorProblem] {
    guard let queue, queue["enabled"] != false else { return [CollectorProblem(path, "is missing or off")] }
    var problems: [CollectorProblem] = []
    let storage = queue["storage"]?.string ?? ""
    if document["extensions"]?[storage] == nil || Self.type(storage) != "file_storage" {
      problems.append(CollectorProblem("\(path).storage", "names no file_storage"))
    } else if !enabledExtensions.contains(storage) {
      problems.append(CollectorProblem("\(path).storage", "names one that is not in service.extensions"))
    }
    if queue["wait_for_result"] == true {
      problems.append(CollectorProblem("\(path).wait_for_result", "is refused with storage"))
    }
    if queue["sizer"]?.string != "bytes" {
      problems.append(CollectorProblem("\(path).sizer", "is not bytes, so that the disk has no bound"))
    }
    let size = queue["queue_size"]?.integer ?? 1000
    if let limit = document["extensions"]?[storage]?["max_size"]?.integer, size > limit {
      problems.append(CollectorProblem("\(path).queue_size", "is above max_size of \(storage)"))
    }
    guard let batch = queue["batch"] else { return problems }
    let least = batch["min_size"]?.integer ?? 8192
    let most = batch["max_size"]?.integer ?? 0
    if (batch["sizer"] ?? queue["sizer"]) == queue["sizer"], least > size {
      problems.append(CollectorProblem("\(path).batch.min_size", "is above queue_size"))
    }
    if most > 0, most < least { problems.append(CollectorProblem("\(path).batch.max_size", "is below min_size")) }
    if let timeout = CollectorSchema.seconds(batch["flush_timeout"]), timeout <= 0 {
      problems.append(CollectorProblem("\(path).batch.flush_timeout", "is not above 0"))
    }
    return problems
  }

  private func retries(_ retries: JSONValue?, at path: String) -> [CollectorProblem] {
    if retries?["enabled"] == false { return [CollectorProblem("\(path).enabled", "is off")] }
    return CollectorSchema.seconds(retries?["max_elapsed_time"]) == 0
      ? [] : [CollectorProblem("\(path).max_elapsed_time", "is not 0: data is dropped after that time")]
  }
}
