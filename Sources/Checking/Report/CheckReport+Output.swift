// SPDX-License-Identifier: Apache-2.0

import CleanText
import JSON
import ObservabilityAPI

extension CheckReport {
  /// The report for a person: a section a topic, a line a check, and below what mends it. No colours.
  package var text: String {
    var lines: [String] = []
    if let headline { lines += ["!!! \(headline)", ""] }
    var section = ""
    for item in items {
      let title = item.object.map { "\($0): \(item.topic.title)" } ?? item.topic.title
      if title != section {
        if !section.isEmpty { lines.append("") }
        lines.append(title.cleaned(bytes: 300))
        section = title
      }
      let mark = item.outcome.mark
      lines.append("  \(mark)\(String(repeating: " ", count: CheckOutcome.width - mark.count))  \(item.message)")
      if let remedy = item.remedy {
        lines.append("  \(String(repeating: " ", count: CheckOutcome.width))  > \(remedy)")
      }
    }
    return (lines + ["", verdict]).map { $0 + "\n" }.joined()
  }

  /// The report for a program. Members are added in later releases; none is renamed, taken away or given another meaning
  /// under the same `format`.
  package var json: JSONValue {
    var counts: JSONObject = [:]
    for outcome in CheckOutcome.allCases { counts[outcome.rawValue] = .integer(Int64(count(outcome))) }
    var report: JSONObject = [
      "format": 1, "release": .string(DefaultImages.release), "server": .string(server),
      "outcome": .string(outcome.rawValue), "exitCode": .integer(Int64(exitCode)), "verdict": .string(verdict),
      "counts": .object(counts),
    ]
    if let headline { report["headline"] = .string(headline) }
    report["checks"] = .array(items.map(\.json))
    return .object(report)
  }
}

extension CheckItem {
  fileprivate var json: JSONValue {
    var item: JSONObject = ["topic": .string(topic.rawValue)]
    if let object { item["object"] = .string(object) }
    item["outcome"] = .string(outcome.rawValue)
    item["message"] = .string(message)
    if let remedy { item["remedy"] = .string(remedy) }
    return .object(item)
  }
}

extension CheckOutcome {
  /// What stands before a line.
  fileprivate var mark: String {
    switch self {
    case .ok: "ok"
    case .skipped: "-"
    case .warning: "warning"
    case .unknown: "unknown"
    case .fault: "FAULT"
    }
  }

  /// The longest mark.
  fileprivate static let width = allCases.map(\.mark.count).max() ?? 0
}

extension CheckTopic {
  /// The title of its section.
  fileprivate var title: String {
    switch self {
    case .cluster: "Cluster"
    case .operator: "Operator"
    case .object: "Object"
    case .namespace: "Namespace of the children"
    case .rights: "Rights"
    case .nodes: "Nodes"
    case .agents: "Agents and other pods"
    case .backends: "Backends"
    case .volumes: "Volumes"
    case .dashboards: "Dashboards and alerts"
    }
  }
}
