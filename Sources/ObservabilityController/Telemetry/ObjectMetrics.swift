// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore
import Synchronization
public import Telemetry

/// The metrics of the operator's own objects: conditions, agents, backends and writes of children.
///
/// All but the count of writes are computed at scrape time from what was last published, so that series of an object that
/// is gone, and of a part that is switched off, are gone with the next scrape. A scrape costs a few entries an object,
/// however many nodes there are. A replica that does not lead publishes nothing, and exports none of these series.
public final class ObjectMetrics: Sendable {
  private let registry: MetricsRegistry
  private let writes: Counter
  private let objects = Mutex<[String: ObjectSnapshot]>([:])

  /// Registers the metrics.
  public init(registry: MetricsRegistry) {
    self.registry = registry
    writes = registry.counter(
      "observability_child_writes_total",
      help: "Requests that changed a child of an object, by the child's kind and why: "
        + "\(ChildWriteCause.allCases.map(\.rawValue).joined(separator: ", "))", labels: ["kind", "cause"])
    registry.computed(
      "observability_condition",
      help: "Conditions of an object as its status has them: 1 for the status that a condition has, 0 for the others",
      kind: .gauge, labels: ["object", "type", "status"]
    ) { [weak self] in self?.series { $1.conditionSeries(of: $0) } ?? [:] }
    registry.computed(
      "observability_agents",
      help: "Nodes of an object by the state of their agent: "
        + "\(ObjectSnapshot.AgentState.allCases.map(\.rawValue).joined(separator: ", "))",
      kind: .gauge, labels: ["object", "state"]
    ) { [weak self] in self?.series { $1.agentSeries(of: $0) } ?? [:] }
    observe { [:] }
  }

  private func series(_ body: (String, ObjectSnapshot) -> [[String]: Double]) -> [[String]: Double] {
    objects.withLock { $0 }.reduce(into: [:]) { $0.merge(body($1.key, $1.value)) { $1 } }
  }

  /// Registers where the checks of backends are read at scrape time, by object and backend.
  ///
  /// The time of the check is exported, not its age, as "Timestamps, not time since" in Prometheus' guide to
  /// instrumentation advises: `time()` less the time stays true when the operator hangs, or is not scraped.
  func observe(checks: @escaping @Sendable () -> [[String]: BackendCheck]) {
    registry.computed(
      "observability_backend_up",
      help: "1 if the last check of an object's backend found that it answers and takes data, 0 if not", kind: .gauge,
      labels: ["object", "backend"]
    ) { checks().mapValues { $0.isUp ? 1 : 0 } }
    registry.computed(
      "observability_backend_last_check_timestamp_seconds",
      help: "When the last check of an object's backend ended, in seconds since the Unix epoch", kind: .gauge,
      labels: ["object", "backend"]
    ) { checks().mapValues { Double($0.time.secondsSinceEpoch) } }
  }

  /// Begins to lead: the writes that may come stand at zero, so that a rate can be taken from the first one on.
  func lead(kinds: Set<String>) {
    for kind in kinds { for cause in ChildWriteCause.allCases { writes.initialise([kind, cause.rawValue]) } }
  }

  /// Takes over what the status of an object says now.
  func published(_ object: String, status: JSONObject) {
    let snapshot = ObjectSnapshot(status: status)
    objects.withLock { $0[object] = snapshot }
  }

  /// Drops the series of an object that is gone.
  func forget(_ object: String) { objects.withLock { $0[object] = nil } }

  /// Counts a request that changed a child.
  func wrote(_ kind: String, _ cause: ChildWriteCause) { writes.increment([kind, cause.rawValue]) }
}
