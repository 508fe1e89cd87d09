// SPDX-License-Identifier: Apache-2.0

/// Reasons of GatewayAvailable, CorootAvailable and DashboardsPublished.
extension ConditionReason {
  /// Every replica is ready.
  public static let available = ConditionReason(
    "Available", [.gatewayAvailable, .corootAvailable], status: "True",
    meaning: "Every replica is ready.",
    remedy: "Nothing is to be done.")
  /// Too few replicas are ready.
  public static let unavailable = ConditionReason(
    "Unavailable", [.gatewayAvailable, .corootAvailable], status: "False",
    meaning: "Too few replicas are ready.",
    remedy: "Read the message; it names a pod and its last error.")
  /// The Coroot server runs, but did not take its integrations.
  public static let integrationFailed = ConditionReason(
    "IntegrationFailed", [.corootAvailable], status: "False",
    meaning: "The Coroot server runs, but did not take its integrations.",
    remedy: "Read the message; it has the server's answer.")
  /// Dashboards and rules are in place.
  public static let published = ConditionReason(
    "Published", [.dashboardsPublished], status: "True",
    meaning: "Dashboards and rules are in place.",
    remedy: "Nothing is to be done.")
  /// The API server does not serve a kind that is needed, such as GrafanaDashboard or VMPodScrape.
  public static let kindNotServed = ConditionReason(
    "KindNotServed", [.ready, .reconciling, .dashboardsPublished], status: "False, or True for Reconciling",
    meaning: "The API server does not serve a kind that is needed, such as GrafanaDashboard or VMPodScrape.",
    remedy: "Install the operator that brings the kind, or switch the part off.")
}
