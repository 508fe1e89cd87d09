// SPDX-License-Identifier: Apache-2.0

import Gzip
import JSON
import Logging

/// What the stand-ins of the Grafana operator and the VictoriaMetrics operator do. Each works where its kinds are defined.
public struct Neighbours: Hashable, Sendable {
  /// How far the Grafanas are, as `status.stage` and `status.stageStatus`.
  public var grafana = ["complete", "success"]
  /// Whether Grafanas take dashboards.
  public var importsDashboards = true
  /// Whether a vmalert selects rules.
  public var selectsRules = true
  /// Why that vmalert leaves rules out; nil if it does not.
  public var ruleError: String?

  /// Stand-ins that do all that is asked of them.
  public init() {}
}

extension APIServer {
  static let grafanas = StorageKey(group: "grafana.integreatly.org", plural: "grafanas")
  static let grafanaDashboards = StorageKey(group: "grafana.integreatly.org", plural: "grafanadashboards")
  static let rules = StorageKey(group: "operator.victoriametrics.com", plural: "vmrules")
  private static let vmalert = "vmalert-shortterm.tenant-root.vmalert.victoriametrics.com/Applied"
  /// The largest dashboard that is taken, in bytes.
  private static let dashboardLimit = 1 << 20

  /// Changes what the stand-ins do, from now on.
  public func setNeighbours(_ change: @Sendable (inout Neighbours) -> Void) {
    change(&configuration.neighbours)
    reconcileNeighbours()
    settle()
  }

  /// Keeps the status of Grafanas, as the Grafana operator (v5.13) does: the list of their dashboards; that of dashboards,
  /// which it writes only once every Grafana has taken them; and that of VMRules, as the VictoriaMetrics operator (v0.68)
  /// does: a condition for a vmalert.
  func reconcileNeighbours() {
    for grafana in store.objects(Self.grafanas) where !grafana.isBeingDeleted {
      report(
        [
          "stage": .string(configuration.neighbours.grafana.first ?? ""),
          "stageStatus": .string(configuration.neighbours.grafana.last ?? ""),
          "dashboards": .array(dashboards(of: grafana).map(JSONValue.string)),
        ], of: grafana, Self.grafanas)
    }
    if configuration.neighbours.importsDashboards { reportDashboards() }
    for rule in store.objects(Self.rules) where !rule.isBeingDeleted {
      report(ruleStatus(rule), of: rule, Self.rules)
    }
  }

  private func report(_ status: JSONValue, of object: JSONValue, _ storage: StorageKey) {
    guard object["status"] ?? [:] != status else { return }
    var reported = object
    reported["status"] = status
    _ = store.put(reported, storage, object.objectKey)
    logger.debug("status reported", metadata: ["type": "\(storage.plural)", "object": "\(object.objectKey.text)"])
  }

  private func reportDashboards() {
    let taken = store.objects(Self.grafanas).reduce(into: Set<String>()) { taken, grafana in
      for entry in grafana[path: "status", "dashboards"]?.array ?? [] { taken.formUnion([entry.string ?? ""]) }
    }
    for dashboard in store.objects(Self.grafanaDashboards) where !dashboard.isBeingDeleted {
      guard taken.contains(where: { $0.hasPrefix("\(dashboard.objectKey.text)/") }) else { continue }
      let condition: JSONValue = [
        "type": "DashboardSynchronized", "status": "True", "reason": "ApplySuccessful",
        "observedGeneration": dashboard.meta["generation"] ?? 1,
      ]
      report(["conditions": [condition]], of: dashboard, Self.grafanaDashboards)
    }
  }

  private func dashboards(of grafana: JSONValue) -> [String] {
    let listed = (grafana[path: "status", "dashboards"]?.array ?? []).compactMap(\.string)
    return store.objects(Self.grafanaDashboards, namespace: grafana.namespace).compactMap { dashboard in
      let wanted = dashboard[path: "spec", "instanceSelector", "matchLabels"]?.object ?? [:]
      guard !wanted.isEmpty, wanted.allSatisfy({ grafana.labels[$0.key] == $0.value.string }),
        let packed = dashboard[path: "spec", "gzipJson"]?.string.flatMap(Base64.decoded),
        let bytes = try? Gzip.decompress(packed, limit: Self.dashboardLimit),
        let uid = (try? JSONParser.parse(bytes))?["uid"]?.string
      else { return nil }
      let entry = "\(dashboard.objectKey.text)/\(uid)"
      // What was taken stays.
      return configuration.neighbours.importsDashboards || listed.contains(entry) ? entry : nil
    }.sorted()
  }

  private func ruleStatus(_ rule: JSONValue) -> JSONValue {
    guard configuration.neighbours.selectsRules else { return [:] }
    let error = configuration.neighbours.ruleError
    var condition: JSONValue = [
      "type": .string(Self.vmalert), "status": error == nil ? "True" : "False", "reason": "ConfigParsedAndApplied",
      "observedGeneration": rule.meta["generation"] ?? 1,
    ]
    condition["message"] = error.map(JSONValue.string)
    return [
      "conditions": [condition], "observedGeneration": rule.meta["generation"] ?? 1,
      "updateStatus": error == nil ? "operational" : "failed",
    ]
  }
}
