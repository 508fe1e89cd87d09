// SPDX-License-Identifier: Apache-2.0

/// What the resource can ask for and this release does not do yet. It is left out, and the condition says so.
public enum NotImplemented {
  /// One such thing.
  public struct Feature: Hashable, Sendable {
    /// The field that asks for it: `spec.alerts.enabled`.
    public let field: String
    /// What is missing and the remedy.
    public let message: String
  }

  /// What this object asks for and does not get, in the order of the fields.
  public static func features(in spec: ObservabilitySpec) -> [Feature] {
    var features: [Feature] = []
    func add(_ field: String, _ what: String) {
      let message = "\(field): \(what) comes with a later release; nothing is published until then"
      features.append(Feature(field: field, message: message))
    }
    if spec.dashboards.enabled { add("spec.dashboards.enabled", "publishing dashboards") }
    if spec.alerts.enabled { add("spec.alerts.enabled", "publishing alerts") }
    return features
  }
}
