// SPDX-License-Identifier: Apache-2.0

/// Backends that do not answer, and the gateway's queue.
struct BackendAlerts {
  let inputs: AlertInputs

  private var selector: ObjectSelector { ObjectSelector(name: inputs.object) }
  private var labels: [String: String] { ["observability": inputs.object] }
  private var object: String { inputs.object }

  var rules: [Rule] { [unreachable, notReady] + (inputs.signals.contains(.gateway) ? gateway : []) }

  private var unreachable: Rule {
    .alert(
      "BackendUnreachable", for: "5m", .critical, labels: labels,
      summary: "The {{ $labels.backend }} backend of Observability \(object) does not answer the operator.",
      description: "What agents and gateway cannot deliver waits on disk, and is lost when that is full. The object's "
        + "conditions have address and cause: kubectl describe observability \(object).",
      "max by (backend) (observability_backend_up{object=\(PromQL.quoted(object))}) == 0")
  }

  private var notReady: Rule {
    .alert(
      "NotReady", for: "30m", .warning, labels: labels,
      summary: "Observability \(object) is not Ready for half an hour.",
      description: "The condition Ready names the object at fault and the remedy: kubectl describe observability "
        + "\(object).",
      "max(observability_condition{object=\(PromQL.quoted(object)),type=\"Ready\",status=\"True\"}) == 0")
  }

  private var gateway: [Rule] {
    let exporter = ["exporter", "data_type"]
    let used =
      PromQL.by(exporter, "max", selector("otelcol_exporter_queue_size")) + " / "
      + PromQL.by(exporter, "max", selector("otelcol_exporter_queue_capacity") + " > 0")
    let lost = [
      "otelcol_exporter_enqueue_failed_spans", "otelcol_exporter_enqueue_failed_log_records",
      "otelcol_exporter_send_failed_spans", "otelcol_exporter_send_failed_log_records",
    ].map { PromQL.by(["exporter"], "sum", "rate(\(selector($0))[5m])") + " > 0" }.joined(separator: " or ")
    return [
      .alert(
        "GatewayQueueFilling", for: "15m", .warning, labels: labels,
        summary: "The gateway's queue for {{ $labels.data_type }} of Observability \(object) is "
          + "{{ $value | humanizePercentage }} full.",
        description: "The destination takes less than comes in. When the queue is full the newest data is lost. The "
          + "condition GatewayAvailable says how long it lasts.",
        "\(used) > 0.8"),
      .alert(
        "GatewayLosesData", for: "5m", .critical, labels: labels,
        summary: "The gateway of Observability \(object) loses data of {{ $labels.exporter }}.",
        description: "Its queue is full, or the destination answers in a way that is not tried again, such as 401 or "
          + "404. kubectl -n \(inputs.namespace) logs statefulset/\(object)-gateway has the status.",
        lost),
    ]
  }
}
