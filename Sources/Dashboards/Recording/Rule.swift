// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A rule that vmalert evaluates: it records a series, or fires an alert.
public struct Rule: Hashable, Sendable {
  /// What becomes of the result.
  public enum Outcome: Hashable, Sendable {
    /// A series of that name.
    case record(String)
    /// An alert.
    case alert(Alert)
  }

  /// What an alert says, to whom, and how long it waits.
  public struct Alert: Hashable, Sendable {
    /// The name, CamelCase, with the prefix of all.
    public var name: String
    /// How long the expression must hold, as a duration of Prometheus.
    public var hold: String
    /// How grave it is, as Cozystack routes it.
    public var severity: Severity
    /// One sentence that names the object.
    public var summary: String
    /// What it means and what to do.
    public var description: String
  }

  /// What becomes of the result.
  public var outcome: Outcome
  /// PromQL.
  public var expression: String
  /// Labels put on the result.
  public var labels: [String: String]

  /// A rule that records a series.
  public static func record(_ name: String, labels: [String: String] = [:], _ expression: String) -> Rule {
    Rule(outcome: .record(name), expression: expression, labels: labels)
  }

  /// The rule as an element of a VMRule's group, or of a rule file of Prometheus.
  public var json: JSONValue {
    var json: JSONObject = ["expr": .string(expression)]
    var labels = labels
    switch outcome {
    case .record(let name): json["record"] = .string(name)
    case .alert(let alert):
      json["alert"] = .string(alert.name)
      json["for"] = .string(alert.hold)
      json["annotations"] = [
        "summary": .string(alert.summary), "description": .string(alert.description),
        "runbook_url": .string(Runbook.url(of: alert.name)),
      ]
      labels["severity"] = alert.severity.rawValue
      // Alerta groups by them (Cozystack's platform rules have both).
      labels["service"] = "observability"
      if labels["exported_instance"] == nil { labels["exported_instance"] = "observability" }
    }
    if !labels.isEmpty {
      json["labels"] = .object(JSONObject(labels.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }
    return .object(json)
  }
}

/// How grave an alert is: those of Cozystack's words that this project uses.
public enum Severity: String, CaseIterable, Hashable, Sendable {
  /// Wakes somebody: telemetry is lost, or soon will be.
  case critical
  /// To be repaired in working hours.
  case warning
  /// To be known.
  case informational
}

/// Where the alerts are explained.
public enum Runbook {
  /// The page, in this project's documentation.
  public static let page =
    "https://github.com/cozystack/observability-operator/blob/main/Sources/ObservabilityController/"
    + "Documentation.docc/Runbook.md"

  /// The section of an alert: headings become anchors in lower case.
  public static func anchor(of alert: String) -> String { alert.lowercased() }

  /// The address of the section.
  public static func url(of alert: String) -> String { "\(page)#\(anchor(of: alert))" }
}

/// Rules that are evaluated one after the other, at one interval.
public struct RuleGroup: Hashable, Sendable {
  /// The name; unique in the object that holds it.
  public var name: String
  /// How often, as a duration of Prometheus.
  public var interval: String
  /// The rules, in order.
  public var rules: [Rule]

  /// A group made of its parts.
  public init(name: String, interval: String, rules: [Rule]) {
    self.name = name
    self.interval = interval
    self.rules = rules
  }

  /// The group as an element of `VMRule.spec.groups`, or of a rule file of Prometheus.
  public var json: JSONValue {
    ["name": .string(name), "interval": .string(interval), "rules": .array(rules.map(\.json))]
  }
}
