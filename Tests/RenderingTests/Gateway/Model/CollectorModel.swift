// SPDX-License-Identifier: Apache-2.0

import JSON

/// A written model of the collector's configuration: keys, types, defaults and cross-references, and beyond what the
/// collector itself refuses, what would lose data.
///
/// It stands in for `otelcol-contrib validate` and a start, neither of which can be had in tests. So it proves that a
/// configuration agrees with our reading of the sources, not that a collector runs with it.
struct CollectorModel {
  let document: JSONValue

  /// What is wrong with a configuration; empty if nothing is.
  static func problems(_ document: JSONValue) -> [CollectorProblem] {
    let model = CollectorModel(document: document)
    return [
      model.shape, model.storages, model.listeners, model.limiters, model.attributes, model.exporters,
      model.references, model.telemetry, expansions(document, at: ""),
    ].flatMap { $0 }
  }

  /// The components of a kind, with the path of each.
  func components(_ kind: String) -> [(id: String, path: String, settings: JSONValue)] {
    (document[kind]?.object ?? [:]).map { ($0.key, "\(kind).\($0.key)", $0.value) }
  }

  /// The type of a component's id: `clickhouse` of `clickhouse/logs`.
  static func type(_ id: String) -> String { String(id.prefix { $0 != "/" }) }

  // MARK: - Types and members

  private var shape: [CollectorProblem] {
    let kinds = [
      "extensions": CollectorComponents.extensions, "receivers": CollectorComponents.receivers,
      "processors": CollectorComponents.processors, "exporters": CollectorComponents.exporters,
    ]
    guard let members = document.object else { return [CollectorProblem("", "is no object")] }
    return members.flatMap { key, value -> [CollectorProblem] in
      if key == "service" { return CollectorComponents.service.check(value, at: key) }
      guard let types = kinds[key] else { return [CollectorProblem(key, "is not known")] }
      guard let components = value.object else { return [CollectorProblem(key, "is no object")] }
      return components.flatMap { id, settings in
        types[Self.type(id)]?.check(settings, at: "\(key).\(id)") ?? [unknown(id, in: key)]
      }
    }
  }

  private func unknown(_ id: String, in kind: String) -> CollectorProblem {
    let reason =
      switch Self.type(id) {
      case "batch": "acknowledges data before it is in a queue"
      case "otlphttp": "is the deprecated name of otlp_http"
      default: "is no component type that is known"
      }
    return CollectorProblem("\(kind).\(id)", reason)
  }

  // MARK: - Pipelines and their components

  private var references: [CollectorProblem] {
    let pipelines = document[path: "service", "pipelines"]?.object ?? [:]
    var problems = pipelines.isEmpty ? [CollectorProblem("service.pipelines", "is empty")] : []
    var used: Set<String> = []
    for (name, pipeline) in pipelines {
      let path = "service.pipelines.\(name)"
      if !["traces", "logs", "metrics"].contains(Self.type(name)) {
        problems.append(CollectorProblem(path, "is no signal"))
      }
      for kind in ["receivers", "processors", "exporters"] {
        let ids = (pipeline[kind]?.array ?? []).compactMap(\.string)
        if ids.isEmpty, kind != "processors" { problems.append(CollectorProblem("\(path).\(kind)", "is empty")) }
        if Set(ids).count != ids.count { problems.append(CollectorProblem("\(path).\(kind)", "names one twice")) }
        for id in ids where document[kind]?[id] == nil {
          problems.append(CollectorProblem("\(path).\(kind)", "names \(id), which is not defined"))
        }
        used.formUnion(ids.map { "\(kind).\($0)" })
      }
      if (pipeline["processors"]?.array?.first?.string).map(Self.type) != "memory_limiter" {
        problems.append(CollectorProblem("\(path).processors", "does not begin with memory_limiter"))
      }
    }
    let enabled = enabledExtensions
    for id in enabled where document["extensions"]?[id] == nil {
      problems.append(CollectorProblem("service.extensions", "names \(id), which is not defined"))
    }
    used.formUnion(enabled.map { "extensions.\($0)" })
    for kind in ["extensions", "receivers", "processors", "exporters"] {
      problems += components(kind).filter { !used.contains($0.path) }.map { CollectorProblem($0.path, "is not used") }
    }
    return problems
  }

  var enabledExtensions: [String] {
    (document[path: "service", "extensions"]?.array ?? []).compactMap(\.string)
  }

  // MARK: - References in text

  /// References that the collector reads as variables without saying so, or refuses.
  static func expansions(_ value: JSONValue, at path: String) -> [CollectorProblem] {
    func below(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
    switch value {
    case .object(let members): return members.flatMap { expansions($0.value, at: below($0.key)) }
    case .array(let elements):
      return elements.enumerated().flatMap { expansions($0.element, at: "\(path)[\($0.offset)]") }
    case .string(let text):
      return text.matches(of: /(\$+)\{([^}]*)\}/).filter { !$0.1.count.isMultiple(of: 2) }.compactMap { match in
        let name = match.2
        if !name.hasPrefix("env:") { return CollectorProblem(path, "holds ${\(name)}, which names no scheme") }
        return name.wholeMatch(of: /env:[a-zA-Z_][a-zA-Z0-9_]*(?::-.*)?/) == nil
          ? CollectorProblem(path, "holds ${\(name)}, which is no name of a variable") : nil
      }
    default: return []
    }
  }
}
