// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import KubernetesClient
import KubernetesCore
import ObservabilityAPI

/// The log pipeline that Cozystack has of its own: a fluent-bit on every node that sends the logs of all containers to the
/// VictoriaLogs of the root tenant (packages/system/monitoring-agents).
enum LogPipeline {
  /// Where it runs.
  static let key = ObjectKey(namespace: "cozy-monitoring", name: "fluent-bit")

  static let target = WatchTarget.named(.daemonSets, key)

  /// Whether the object sends logs to where the platform's pipeline does.
  static func mayShare(_ spec: ObservabilitySpec) -> Bool {
    spec.logs.destination == .victoriaLogs && spec.logs.route.tenant == .default
  }

  /// Whether it is there; no if that cannot be read, for it is a hint and no more.
  static func isThere(_ view: ClusterView) -> Bool {
    if case .present = view.lookup(.daemonSets, key) { true } else { false }
  }

  /// What to say of it.
  static func note(_ spec: ObservabilitySpec) -> String {
    "DaemonSet \(key) of the platform sends the logs of all containers to the same VictoriaLogs, so that each line is kept "
      + "twice: set spec.logs.destination to None, or switch the platform's pipeline off."
  }
}
