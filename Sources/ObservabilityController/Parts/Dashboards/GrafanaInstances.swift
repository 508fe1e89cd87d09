// SPDX-License-Identifier: Apache-2.0

import CleanText
import ControllerRuntime
import JSON
import KubernetesCore
import ObservabilityAPI
import Rendering

/// The Grafanas of a namespace, as far as they take the dashboards: what the Grafana operator says of them (`Grafana`,
/// `grafana.integreatly.org/v1beta1`, Grafana operator v5.13).
struct GrafanaInstances: Hashable, Sendable {
  /// One Grafana.
  struct Instance: Hashable, Sendable {
    let key: ObjectKey
    /// How far the Grafana operator is with it: `complete`, `success` when it serves.
    let stage: String
    let stageStatus: String
    /// The dashboards that it lists, as `namespace/name/uid`.
    let dashboards: Set<String>
    /// When it was created, in seconds since the Unix epoch.
    private let created: Int64?

    init(_ grafana: KubernetesObject) {
      key = grafana.key
      stage = (grafana[path: "status", "stage"]?.string ?? "").cleaned(bytes: 64)
      stageStatus = (grafana[path: "status", "stageStatus"]?.string ?? "").cleaned(bytes: 64)
      dashboards = Set((grafana[path: "status", "dashboards"]?.array ?? []).compactMap(\.string))
      created = grafana.creationTimestamp.flatMap(Timestamp.init(rfc3339:))?.secondsSinceEpoch
    }

    /// Whether it has a dashboard, given what is said of that; nil leaves its own list.
    func has(_ entry: String, _ said: DashboardImport?) -> Bool {
      guard let said else { return dashboards.contains(entry) }
      return said.isSynchronized && dashboards.contains(entry) || said.wasCompared(withGrafanaOf: created)
    }

    var isReady: Bool { stage == "complete" && stageStatus == "success" }
  }

  static let watched = WatchedType(
    content: WatchContent(
      keeping: [["metadata", "creationTimestamp"], ["metadata", "labels"]]
        + ["dashboards", "stage", "stageStatus"].map { ["status", $0] },
      reduce: ObjectStore.withoutManagedFields),
    news: .any)

  /// Those with the label that dashboards select, sorted.
  let matching: [Instance]
  /// The names of the others.
  let others: [String]

  init(_ grafanas: [KubernetesObject]) {
    let label = DashboardShape.instanceLabel
    let sorted = grafanas.sorted { $0.name < $1.name }
    matching = sorted.filter { $0.labels[label.name] == label.value }.map(Instance.init)
    others = sorted.filter { $0.labels[label.name] != label.value }.map(\.name)
  }

  /// Every Grafana of a namespace.
  static func target(in namespace: String) -> WatchTarget { WatchTarget(.grafanas, namespace: namespace) }

  /// How the Grafanas are that are to take dashboards, and which of these they lack.
  ///
  /// - Parameters:
  ///   - wanted: the dashboards, as `namespace/name/uid`.
  ///   - said: what the Grafana operator says of each of them; one that is not in it counts if it is listed.
  ///   - remark: what the Grafana operator says of a dashboard, for a message.
  ///   - publisher: the older object that publishes the dashboards; nil if this one does.
  func state(
    _ wanted: [String], said: [String: DashboardImport] = [:], in namespace: String, remark: String?,
    publisher: String? = nil
  ) -> PartState? {
    let label = DashboardShape.instanceLabel
    guard !matching.isEmpty else {
      let hint = others.isEmpty ? "" : " Grafana \(others.prefix(4).joined(separator: ", ")) has not that label."
      return .bad(
        Finding(
          .grafanaMissing,
          "No Grafana in namespace \(namespace) has the label \(label.name): \(label.value), which dashboards select.\(hint) "
            + "Correct spec.dashboards.namespace, label the Grafana, or set spec.dashboards.enabled to false."))
    }
    if let instance = matching.first(where: { !$0.isReady }) {
      let stage = instance.stage.isEmpty ? "no stage" : "stage \(instance.stage), \(instance.stageStatus)"
      return .progressing(
        Finding(
          .grafanaNotReady,
          "The Grafana operator reports \(stage) of Grafana \(instance.key), so dashboards wait. See kubectl -n "
            + "\(namespace) describe grafana \(instance.key.name), and the log of the Grafana operator."))
    }
    for instance in matching {
      let missing = wanted.filter { !instance.has($0, said[$0]) }
      guard let first = missing.first else { continue }
      let isOld = instance.dashboards.contains(first)
      let name = first.split(separator: "/").dropFirst().first.map(String.init) ?? first
      return .progressing(
        Finding(
          .notImported,
          "Grafana \(instance.key) has not taken \(missing.count) of \(wanted.count) dashboards, such as "
            + "GrafanaDashboard \(namespace)/\(name)\(isOld ? ", of which it may have an earlier content" : "")."
            + "\(remark.map { " The Grafana operator says: \($0)" } ?? "") See "
            + (publisher.map { "the conditions of Observability \($0), which publishes them, and " } ?? "")
            + "the log of the Grafana operator."))
    }
    return nil
  }
}
