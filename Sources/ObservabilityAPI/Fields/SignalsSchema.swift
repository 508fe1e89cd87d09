// SPDX-License-Identifier: Apache-2.0

import JSON

/// The schemas of `spec.traces`, `spec.logs`, `spec.profiles`, `spec.dashboards` and `spec.alerts`.
enum SignalsSchema {
  static let traces = Schema.object(
    "Where traces go. Agents make single client spans; they hold URLs and statements of databases.", filled: true,
    [
      .optional(
        "destination",
        .choice(
          "None, ClickHouse, or any OTLP endpoint.", Traces.Destination.allCases.map(\.rawValue), default: "None")),
      endpoint("traces"),
      .optional("sampling", .text("The share of spans that is kept, as text.", .fraction, default: "1.0")),
    ]
  ).demanding(endpointNeeded("traces"), endpointUnused("traces"))

  static let logs = Schema.object(
    "Where the logs of containers go, beside the log pipeline that the platform has.", filled: true,
    [
      .optional(
        "destination",
        .choice(
          "None, ClickHouse, the platform's VictoriaLogs, or any OTLP endpoint.",
          Logs.Destination.allCases.map(\.rawValue), default: "None")),
      endpoint("logs"),
    ]
  ).demanding(endpointNeeded("logs"), endpointUnused("logs"))

  static let profiles = Schema.object(
    "Continuous profiles; the Coroot server takes them, so they need mode Full.", filled: true,
    [.optional("enabled", .flag("Whether profiles are taken.", default: false))])

  static let dashboards = Schema.object(
    "Grafana dashboards of what the agents see.", filled: true,
    [
      .optional("enabled", .flag("Whether dashboards are published.", default: true)),
      .optional("namespace", .text("The namespace of the Grafana.", .dnsLabel, default: "tenant-root")),
    ])

  static let alerts = Schema.object(
    "Alerting rules about the agents themselves.", filled: true,
    [.optional("enabled", .flag("Whether rules are published.", default: true))])

  private static func endpoint(_ signal: String) -> Schema.Property {
    .optional("endpoint", .url("The OTLP/HTTP endpoint that \(signal) are sent to, with destination OTLP."))
  }

  private static func endpointNeeded(_ signal: String) -> ValidationRule {
    ValidationRule(
      "\(signal)-otlp-needs-endpoint", cel: "self.destination != 'OTLP' || has(self.endpoint)", field: ["endpoint"],
      message: "spec.\(signal).endpoint is needed with destination OTLP: set it to the OTLP/HTTP endpoint, or choose "
        + "another destination"
    ) { $0["destination"] != "OTLP" || $0["endpoint"] != nil }
  }

  private static func endpointUnused(_ signal: String) -> ValidationRule {
    ValidationRule(
      "\(signal)-endpoint-needs-otlp", cel: "self.destination == 'OTLP' || !has(self.endpoint)", field: ["endpoint"],
      message: "spec.\(signal).endpoint is used with destination OTLP only: set destination to OTLP, or remove endpoint"
    ) { $0["destination"] == "OTLP" || $0["endpoint"] == nil }
  }
}
