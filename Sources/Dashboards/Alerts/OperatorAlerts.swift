// SPDX-License-Identifier: Apache-2.0

/// The operator itself.
enum OperatorAlerts {
  static let rules: [Rule] = [
    .alert(
      "OperatorNotLeading", for: "5m", .warning,
      summary: "No replica of the observability operator leads.",
      description: "Agents and gateway run on, and nothing is repaired or reported. The replicas' /readyz?verbose says "
        + "why the Lease is not available.",
      "max by (name) (leader_election_master_status{name=\"observability-operator\"}) == 0"),
    .alert(
      "ReconcileErrors", for: "15m", .warning,
      summary: "Reconciles of the observability operator fail: {{ $value | humanize }} a second.",
      description: "Each error is in the log once, and in the condition Ready of the object that it concerns.",
      "sum by (controller) (rate(controller_runtime_reconcile_errors_total{controller=\"observability\"}[5m])) > 0"),
    .alert(
      "ReconcileStuck", for: "5m", .warning,
      summary: "A reconcile of the observability operator runs for {{ $value | humanizeDuration }}.",
      description:
        "Usually the API server or an admission webhook that does not answer; logged as \"reconcile does not end\". After ten minutes the "
        + "kubelet restarts the process.",
      "max by (name) (workqueue_longest_running_processor_seconds{name=\"observability\"}) > 120"),
  ]
}
