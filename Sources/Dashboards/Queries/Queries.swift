// SPDX-License-Identifier: Apache-2.0

/// Queries that several dashboards share.
enum Queries {
  /// What tells applications apart in a legend.
  static let application = ["cluster", "namespace", "application"]
  static let applicationLegend = "{{namespace}}/{{application}}"

  /// A recorded series, summed.
  static func sum(_ name: String, _ scope: String, by labels: [String]) -> String {
    aggregate("sum", "\(name){\(scope)}", by: labels)
  }

  /// The share of requests that failed; zero where all went well.
  static func errorRatio(_ name: String, _ scope: String, by labels: [String]) -> String {
    let all = sum(name, scope, by: labels)
    let failed = sum(name, scope + "," + RequestStatus.failedMatcher, by: labels)
    return "(\(failed) or \(all) * 0) / (\(all) > 0)"
  }

  /// A quantile of a recorded histogram. No answer where nothing was observed: it would be not a number.
  static func quantile(_ quantile: Double, _ name: String, _ scope: String, by labels: [String]) -> String {
    "histogram_quantile(\(quantile), \(aggregate("sum", "\(name){\(scope)}", by: labels + ["le"]))) >= 0"
  }

  /// The largest series, as many as the variable says.
  static func top(_ vector: String) -> String { "topk($top, \(vector))" }

  static func aggregate(_ aggregation: String, _ vector: String, by labels: [String]) -> String {
    labels.isEmpty ? "\(aggregation)(\(vector))" : PromQL.by(labels, aggregation, vector)
  }
}

extension DashboardAnnotation {
  /// Restarts of containers.
  static func restarts(_ scope: String) -> DashboardAnnotation {
    DashboardAnnotation(
      name: "Restarts",
      expression:
        "sum by (namespace, application, pod) (\(RecordedName.container("restarts:increase5m")){\(scope)}) > 0",
      title: "restart of {{namespace}}/{{pod}}", color: "red")
  }

  /// Images that were not there before.
  static func versions(_ scope: String) -> DashboardAnnotation {
    let image = "\(RecordedName.imageInfo){\(scope)}"
    return DashboardAnnotation(
      name: "New images",
      expression: "group by (namespace, application, image) (\(image) unless \(image) offset 5m)"
        + " and on (namespace, application) (\(image) offset 5m)",
      title: "{{namespace}}/{{application}} runs {{image}}", color: "blue")
  }
}
