// SPDX-License-Identifier: Apache-2.0

/// What the resource can ask for and this release does not do yet.
public enum NotImplemented {
  /// One such thing.
  public struct Feature: Hashable, Sendable {
    /// The field that asks for it: `spec.mode`.
    public let field: String
    /// What is missing and the remedy.
    public let message: String
    /// Whether the object must wait: `Stalled=True`, reason `NotImplemented`. What does not block is left out and told.
    public let blocking: Bool
  }

  /// What this object asks for and does not get, in the order of the fields.
  public static func features(in spec: ObservabilitySpec) -> [Feature] {
    var features: [Feature] = []
    func add(_ field: String, _ what: String, instead: String, blocking: Bool = true) {
      features.append(
        Feature(
          field: field, message: "\(field): \(what) comes with a later release; \(instead)", blocking: blocking))
    }
    if spec.mode == .full {
      add("spec.mode", "mode Full", instead: "use AgentsOnly")
    }
    if spec.profiles.enabled {
      add("spec.profiles.enabled", "taking profiles", instead: "use false")
    }
    if spec.dashboards.enabled {
      add(
        "spec.dashboards.enabled", "publishing dashboards", instead: "nothing is published until then",
        blocking: false)
    }
    if spec.alerts.enabled {
      add("spec.alerts.enabled", "publishing alerts", instead: "nothing is published until then", blocking: false)
    }
    return features
  }
}
