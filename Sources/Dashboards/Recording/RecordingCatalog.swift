// SPDX-License-Identifier: Apache-2.0

/// The recording rules of one object: what its dashboards read.
public struct RecordingCatalog: Sendable {
  private let selector: ObjectSelector
  private let signals: Set<Signal>

  /// Rules over the series with the label `observability=<object>`, for the signals that its agents report.
  public init(object: String, signals: Set<Signal>) {
    selector = ObjectSelector(name: object)
    self.signals = signals
  }

  /// The groups. Names and destinations come first: each rule reads what the rules before it recorded, a group those of
  /// an interval ago.
  public var groups: [RuleGroup] {
    let prefix = "observability-\(selector.name)"
    return [
      RuleGroup(name: "\(prefix)-names", interval: "1m", rules: NamingRules(selector: selector).rules),
      RuleGroup(
        name: "\(prefix)-nodes", interval: "1m", rules: NodeRules(selector: selector, signals: signals).rules),
      RuleGroup(
        name: "\(prefix)-containers", interval: "1m",
        rules: ContainerRules(selector: selector, signals: signals).rules),
      RuleGroup(
        name: "\(prefix)-edges", interval: "1m", rules: EdgeRules(selector: selector, signals: signals).rules),
      RuleGroup(
        name: "\(prefix)-requests", interval: "1m",
        rules: RequestRules(selector: selector, signals: signals).rules),
      // Reads every series of the object, so it is seldom evaluated.
      RuleGroup(
        name: "\(prefix)-cardinality", interval: "5m",
        rules: [
          .record(
            RecordedName.agentSeries,
            PromQL.by(
              RecordedLabels.object + ["instance"], "count", selector("", #"__name__=~"container_.+|node_.+""#)))
        ]),
    ].filter { !$0.rules.isEmpty }
  }
}
