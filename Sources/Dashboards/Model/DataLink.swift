// SPDX-License-Identifier: Apache-2.0

import JSON

/// A link from a value to another dashboard, with the variables and the time range kept.
public struct DataLink: Hashable, Sendable {
  /// The text of the link.
  public var title: String
  /// The path and query, with Grafana's variables.
  public var url: String

  var json: JSONValue { ["title": .string(title), "url": .string(url), "targetBlank": false] }

  /// To the application dashboard, by the fields of a table's row or the labels of a series.
  ///
  /// - Parameters:
  ///   - namespace: an expression of Grafana for the namespace, such as `${__data.fields.namespace}`.
  ///   - application: the same for the application.
  static func application(namespace: String, application: String) -> DataLink {
    DataLink(
      title: "Application",
      url: "/d/\(DashboardUID.application)?${ds_prometheus:queryparam}&${observability:queryparam}"
        + "&${cluster:queryparam}&var-namespace=\(namespace)&var-application=\(application)&${__url_time_range}")
  }

  /// From a row of a table.
  static let applicationOfRow = application(
    namespace: "${__data.fields.namespace}", application: "${__data.fields.application}")
  /// From a series.
  static let applicationOfSeries = application(
    namespace: "${__field.labels.namespace}", application: "${__field.labels.application}")
}

/// The stable identifiers of the dashboards.
public enum DashboardUID {
  /// Applications and nodes, and what is worst.
  public static let overview = "observability-overview"
  /// Who calls whom.
  public static let serviceMap = "observability-service-map"
  /// One application.
  public static let application = "observability-application"
  /// TCP.
  public static let network = "observability-network"
  /// Language runtimes.
  public static let runtimes = "observability-runtimes"
  /// Nodes.
  public static let nodes = "observability-nodes"
  /// GPUs.
  public static let gpu = "observability-gpu"
  /// The agents themselves.
  public static let agents = "observability-agents"
  /// The operator itself.
  public static let `operator` = "observability-operator"
}
