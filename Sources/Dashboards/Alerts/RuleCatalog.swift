// SPDX-License-Identifier: Apache-2.0

public import JSON

/// The rules as VMRule objects (`operator.victoriametrics.com/v1beta1`), which live in the children's namespace.
public enum RuleCatalog {
  /// The content of a VMRule.
  public struct Document: Hashable, Sendable {
    /// The object's name.
    public let name: String
    /// Its `spec`.
    public let spec: JSONValue

    init(name: String, groups: [RuleGroup]) {
      self.name = name
      spec = ["groups": .array(groups.map(\.json))]
    }
  }

  /// What the dashboards of an object read; published with them, whether or not there are alerts.
  public static func recording(object: String, signals: Set<Signal>) -> Document {
    Document(name: "\(object)-recording", groups: RecordingCatalog(object: object, signals: signals).groups)
  }

  /// The alerts of an object. Some read what ``recording(object:signals:)`` records.
  public static func alerts(_ inputs: AlertInputs) -> Document {
    Document(name: "\(inputs.object)-alerts", groups: AlertCatalog.groups(inputs))
  }

  /// The alerts of the operator, once a cluster.
  public static func operatorAlerts() -> Document {
    Document(name: "observability-operator-alerts", groups: AlertCatalog.operatorGroups())
  }
}
