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
          "None, ClickHouse, a VictoriaTraces, or any OTLP endpoint.", Traces.Destination.allCases.map(\.rawValue),
          default: "None")),
      .optional("sampling", .text("The share of spans that is kept, as text.", .fraction, default: "1.0")),
    ] + tracesRoute.properties
  ).demanding(tracesRoute.rules)

  static let logs = Schema.object(
    "Where the logs of containers go, beside the log pipeline that the platform has.", filled: true,
    [
      .optional(
        "destination",
        .choice(
          "None, ClickHouse, a VictoriaLogs, or any OTLP endpoint.", Logs.Destination.allCases.map(\.rawValue),
          default: "None"))
    ] + logsRoute.properties
  ).demanding(logsRoute.rules)

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
    "Alerting rules about the agents themselves and, on request, about what they see.", filled: true,
    [
      .optional("enabled", .flag("Whether rules are published.", default: true)),
      .optional(
        "applications",
        .object(
          "Rules about errors, latency, restarts and memory of applications, which their teams may have already.",
          filled: true, [.optional("enabled", .flag("Whether they are published too.", default: false))])),
      .optional(
        "seriesLimit",
        .number(
          "From how many series of agents on an alert fires, as more cost more than was planned.",
          1000...1_000_000_000, default: 1_000_000)),
    ])

  private static let tracesRoute = SignalRouteSchema(signal: "traces", victoria: "VictoriaTraces", service: "vtinsert")
  private static let logsRoute = SignalRouteSchema(signal: "logs", victoria: "VictoriaLogs", service: "vlinsert")
}
