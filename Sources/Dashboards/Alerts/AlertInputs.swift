// SPDX-License-Identifier: Apache-2.0

/// What the alerts of one object need to know of it.
public struct AlertInputs: Hashable, Sendable {
  /// The object's name, and the value of the label `observability`.
  public var object: String
  /// The namespace of its children.
  public var namespace: String
  /// What its agents report.
  public var signals: Set<Signal>
  /// `spec.nodeAgent.spool.size` in bytes; nil with delivery Scrape, which has no spool.
  public var spoolBytes: Int64?
  /// `spec.metrics.interval` in seconds.
  public var interval: Int64
  /// The number of series from which the object costs more than was planned.
  public var seriesLimit: Int64
  /// Whether the rules about applications are published too.
  public var watchesApplications: Bool

  /// What a series takes in a file of the spool, in bytes: `SpoolEstimate.bytesPerSeries` of Rendering.
  public static let spoolBytesPerSeries: Int64 = 45

  /// Inputs made of their parts.
  public init(
    object: String, namespace: String, signals: Set<Signal>, spoolBytes: Int64?, interval: Int64 = 15,
    seriesLimit: Int64 = 1_000_000, watchesApplications: Bool = false
  ) {
    self.object = object
    self.namespace = namespace
    self.signals = signals
    self.spoolBytes = spoolBytes
    self.interval = interval
    self.seriesLimit = seriesLimit
    self.watchesApplications = watchesApplications
  }
}

/// The alerting rules.
///
/// Every VMAlert of a Cozystack cluster evaluates every VMRule, also those of tenants that have none of these series. So no
/// rule fires because something is missing: each compares series of the object that are there.
public enum AlertCatalog {
  /// The rules of one object.
  public static func groups(_ inputs: AlertInputs) -> [RuleGroup] {
    let prefix = "observability-\(inputs.object)"
    return [
      RuleGroup(name: "\(prefix)-agents", interval: "1m", rules: AgentAlerts(inputs: inputs).rules),
      RuleGroup(name: "\(prefix)-backends", interval: "1m", rules: BackendAlerts(inputs: inputs).rules),
      RuleGroup(
        name: "\(prefix)-applications", interval: "1m",
        rules: inputs.watchesApplications ? ApplicationAlerts(inputs: inputs).rules : []),
    ].filter { !$0.rules.isEmpty }
  }

  /// The rules of the operator itself, which belong to no object: published once a cluster.
  public static func operatorGroups() -> [RuleGroup] {
    [RuleGroup(name: "observability-operator", interval: "1m", rules: OperatorAlerts.rules)]
  }

  /// The names of all alerts, each with a section in the runbook.
  public static var names: [String] {
    let inputs = AlertInputs(
      object: "all", namespace: "all", signals: Set(Signal.allCases), spoolBytes: 1, watchesApplications: true)
    return (groups(inputs) + operatorGroups()).flatMap(\.rules).compactMap { rule in
      if case .alert(let alert) = rule.outcome { alert.name } else { nil }
    }
  }
}

extension Rule {
  static func alert(
    _ name: String, for hold: String, _ severity: Severity, labels: [String: String] = [:], summary: String,
    description: String, _ expression: String
  ) -> Rule {
    Rule(
      outcome: .alert(
        Alert(
          name: "Observability" + name, hold: hold, severity: severity, summary: summary, description: description)),
      expression: expression, labels: labels)
  }
}
