// SPDX-License-Identifier: Apache-2.0

/// Reasons of DashboardsPublished.
extension ConditionReason {
  /// Dashboards or rules are not in place.
  public static let dashboardsNotPublished = ConditionReason(
    "DashboardsNotPublished", [.ready], status: "False",
    meaning: "Dashboards or rules were asked for, and are not in place. Agents are not affected.",
    remedy: "See DashboardsPublished; or set spec.dashboards.enabled and spec.alerts.enabled to false.")
  /// Everything is in place.
  public static let published = reason(
    "Published", status: "True", "Grafana has the dashboards, and a vmalert evaluates the rules.",
    "Nothing is to be done.")
  /// An older object publishes the dashboards.
  public static let publishedByOlder = reason(
    "PublishedByOlder", status: "True",
    "An older object publishes the dashboards of that Grafana, for both; a vmalert evaluates this object's rules.",
    "Nothing is to be done.")
  /// The cluster does not serve GrafanaDashboard or Grafana.
  public static let grafanaOperatorMissing = reason(
    "GrafanaOperatorMissing", "The cluster does not serve the kinds of the Grafana operator.",
    "Install the Grafana operator, or set spec.dashboards.enabled to false.")
  /// The cluster does not serve VMRule.
  public static let victoriaMetricsOperatorMissing = reason(
    "VictoriaMetricsOperatorMissing", "The cluster does not serve VMRule, the kind of the VictoriaMetrics operator.",
    "Install the VictoriaMetrics operator, or set spec.dashboards.enabled and spec.alerts.enabled to false.")
  /// The namespace of the Grafana is not there.
  public static let grafanaNamespaceMissing = reason(
    "GrafanaNamespaceMissing", "The namespace of spec.dashboards.namespace is not there, or is being deleted.",
    "Correct spec.dashboards.namespace, or set spec.dashboards.enabled to false.")
  /// No Grafana of the namespace takes the dashboards.
  public static let grafanaMissing = reason(
    "GrafanaMissing", "No Grafana of that namespace has the label dashboards: grafana, which the dashboards select.",
    "Correct spec.dashboards.namespace, or label the Grafana.")
  /// The Grafana does not serve.
  public static let grafanaNotReady = reason(
    "GrafanaNotReady", "The Grafana operator has not brought the Grafana up, or cannot reach it.",
    "See the Grafana that the message names, and the log of the Grafana operator.")
  /// Grafana has not taken every dashboard.
  public static let notImported = reason(
    "NotImported", "The Grafana operator has not put every dashboard into Grafana; after six minutes that is a fault.",
    "See the GrafanaDashboard that the message names, and the log of the Grafana operator.")
  /// No vmalert has taken a VMRule.
  public static let rulesNotSelected = reason(
    "RulesNotSelected", "No vmalert has taken a VMRule as it is now; after six minutes that is a fault.",
    "Check that the VictoriaMetrics operator runs, and which rules the VMAlerts select.")
  /// A vmalert leaves out a VMRule.
  public static let rulesNotApplied = reason(
    "RulesNotApplied", "A vmalert leaves out a VMRule, for the cause in the message.",
    "Report it, with the message, to the project; set spec.alerts.enabled to false if it disturbs other rules.")
  /// A dashboard or rule is not as rendered.
  public static let notApplied = reason(
    "NotApplied", "A dashboard or a rule could not be applied; the operator retries.",
    "See the message, and Ready.")
  /// An admission webhook denies a child, or does not answer.
  public static let admissionFailed = ConditionReason(
    "AdmissionFailed", [.ready, .reconciling, .dashboardsPublished], status: "False, or True for Reconciling",
    meaning: "An admission webhook denies a child, or does not answer; the operator retries.",
    remedy:
      "Check the operator whose webhook the message names, such as the VictoriaMetrics operator; its answer says what "
      + "it denies.")

  private static func reason(
    _ name: String, status: String = "False", _ meaning: String, _ remedy: String
  ) -> ConditionReason {
    ConditionReason(name, [.dashboardsPublished], status: status, meaning: meaning, remedy: remedy)
  }
}
