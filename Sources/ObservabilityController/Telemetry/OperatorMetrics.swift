// SPDX-License-Identifier: Apache-2.0

public import Telemetry

/// Every metric of the operator: the one place that registers them. `docs/metrics.md` is generated from here, and tests hold
/// dashboards and alerts against it.
public struct OperatorMetrics: Sendable {
  /// The name of the controller and of its queue, in the labels `controller` and `name`.
  public static let controller = "observability"
  /// The name of the Lease, in the label `name` of the metrics about leader election.
  public static let lease = "observability-operator"

  /// Renders the metrics.
  public let registry = MetricsRegistry()
  /// Reconciles, queues, leader election, and requests to the API server.
  public let runtime: RuntimeMetricsAdapter
  /// Conditions, agents, backends, and writes of children.
  public let objects: ObjectMetrics

  /// Registers all metrics.
  ///
  /// - Parameters:
  ///   - version: the operator's release.
  ///   - host: host and port of the API server; nil leaves the requests without a series until the first.
  public init(version: String, host: String? = nil) {
    registry.registerProcessMetrics()
    registry.registerBuildInfo("observability_operator_build_info", ["version": version])
    runtime = RuntimeMetricsAdapter(
      registry: registry, controller: Self.controller, queue: Self.controller, lease: Self.lease, host: host)
    objects = ObjectMetrics(registry: registry)
  }
}
