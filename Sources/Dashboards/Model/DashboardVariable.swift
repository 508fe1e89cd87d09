// SPDX-License-Identifier: Apache-2.0

import JSON

/// A choice at the top of a dashboard.
public struct DashboardVariable: Hashable, Sendable {
  /// Where the choices come from.
  public enum Source: Hashable, Sendable {
    /// The data sources of type Prometheus.
    case datasources
    /// The values of a label in the series that a selector picks.
    case labelValues(series: String, label: String)
    /// These words, the first by default.
    case list([String])
  }

  /// The name, as queries use it after `$`.
  public var name: String
  /// The name that is shown.
  public var label: String
  /// Where the choices come from.
  public var source: Source
  /// What `All` stands for, as a regular expression; nil where one value is chosen.
  public var allValue: String?

  var json: JSONValue {
    var json: JSONObject = ["name": .string(name), "label": .string(label), "hide": 0, "skipUrlSync": false]
    switch source {
    case .datasources:
      json["type"] = "datasource"
      json["query"] = "prometheus"
      json["regex"] = ""
      json["refresh"] = 1
      json["current"] = [:]
      json["options"] = []
      json["includeAll"] = false
      json["multi"] = false
    case .labelValues(let series, let label):
      let query = "label_values(\(series), \(label))"
      json["type"] = "query"
      json["datasource"] = DatasourceVariable.reference
      json["definition"] = .string(query)
      json["query"] = ["query": .string(query), "refId": "PrometheusVariableQueryEditor-VariableQuery"]
      json["regex"] = ""
      // On change of the time range: what ran yesterday can be chosen when yesterday is looked at.
      json["refresh"] = 2
      json["sort"] = 1
      json["options"] = []
      json["multi"] = .bool(allValue != nil)
      json["includeAll"] = .bool(allValue != nil)
      if let allValue {
        json["allValue"] = .string(allValue)
        json["current"] = ["selected": true, "text": ["All"], "value": ["$__all"]]
      }
    case .list(let words):
      json["type"] = "custom"
      json["query"] = .string(words.joined(separator: ","))
      json["multi"] = false
      json["includeAll"] = false
      json["current"] = words.first.map { ["selected": true, "text": .string($0), "value": .string($0)] } ?? [:]
      json["options"] = .array(
        words.map { ["selected": .bool($0 == words.first), "text": .string($0), "value": .string($0)] })
    }
    return .object(json)
  }
}

extension DashboardVariable {
  /// The data source.
  static let datasource = DashboardVariable(
    name: DatasourceVariable.name, label: "Data source", source: .datasources)

  /// How many series a ranking shows.
  static let top = DashboardVariable(name: "top", label: "Top", source: .list(["10", "5", "20", "50"]))

  /// The chain of scopes, each narrowed by those before it. The cluster is optional, since `spec.metrics.labels` may
  /// leave that label out: only `.*` matches a series without it.
  static func scopes(_ depth: ScopeDepth) -> [DashboardVariable] {
    let series = RecordedName.containerInfo
    let all: [DashboardVariable] = [
      DashboardVariable(
        name: "observability", label: "Observability", source: .labelValues(series: series, label: "observability"),
        allValue: ".+"),
      DashboardVariable(
        name: "cluster", label: "Cluster",
        source: .labelValues(series: "\(series){observability=~\"$observability\"}", label: "cluster"), allValue: ".*"),
      DashboardVariable(
        name: "namespace", label: "Namespace",
        source: .labelValues(series: "\(series){\(Scope.object)}", label: "namespace"), allValue: ".+"),
      DashboardVariable(
        name: "application", label: "Application",
        source: .labelValues(series: "\(series){\(Scope.namespace)}", label: "application"), allValue: ".+"),
    ]
    return Array(all.prefix(depth.rawValue))
  }
}

/// How far down a dashboard can be narrowed.
enum ScopeDepth: Int {
  case cluster = 2
  case namespace = 3
  case application = 4
}
