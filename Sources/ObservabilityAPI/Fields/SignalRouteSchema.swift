// SPDX-License-Identifier: Apache-2.0

import JSON

/// The fields that traces and logs share: how their destination is reached.
struct SignalRouteSchema {
  /// The field below `spec`.
  let signal: String
  /// The destination that has a tenant.
  let victoria: String
  /// How the name of its Service begins.
  let service: String

  var properties: [Schema.Property] {
    [
      .optional(
        "endpoint",
        .url(
          "The OTLP/HTTP endpoint that \(signal) are sent to, with destination OTLP; with \(victoria) its address "
            + "without the path, in place of tenant.")),
      .optional("tenant", tenant),
      .optional(
        "headersSecretRef",
        .object(
          "A Secret in spec.namespace: each key is the name of a header, each value what is sent with it. With endpoint "
            + "only.", [.required("name", .text("The Secret's name.", .dnsName))])),
      .optional("caSecretRef", SecretSchema.authorities),
      .optional(
        "retention",
        .text(
          "How long ClickHouse keeps \(signal), in days. Other destinations have a retention of their own.", .days,
          default: "7d")),
    ]
  }

  private var tenant: Schema {
    .object(
      "A storage of Cozystack's monitoring stack, with \(victoria); its Service \(service)-<storage> is used. Without "
        + "it and endpoint, the storage generic of tenant-root is.",
      [
        .optional("namespace", .text("The namespace of the monitoring stack.", .dnsLabel, default: "tenant-root")),
        .optional("storage", .text("The name of the storage in that stack.", .storageName, default: "generic")),
      ])
  }

  var rules: [ValidationRule] {
    let (signal, victoria) = (signal, victoria)
    let field = "spec.\(signal)"
    return [
      ValidationRule(
        "\(signal)-otlp-needs-endpoint", cel: "self.destination != 'OTLP' || has(self.endpoint)", field: ["endpoint"],
        message: "\(field).endpoint is needed with destination OTLP: set it to the OTLP/HTTP endpoint, or choose "
          + "another destination"
      ) { $0["destination"] != "OTLP" || $0["endpoint"] != nil },
      ValidationRule(
        "\(signal)-endpoint-unused",
        cel: "self.destination in ['OTLP', '\(victoria)'] || !has(self.endpoint)", field: ["endpoint"],
        message: "\(field).endpoint is used with destination OTLP or \(victoria) only: set destination to one of them, "
          + "or remove endpoint"
      ) { $0["destination"] == "OTLP" || $0["destination"] == .string(victoria) || $0["endpoint"] == nil },
      ValidationRule(
        "\(signal)-tenant-or-endpoint",
        cel: "!has(self.tenant) || (self.destination == '\(victoria)' && !has(self.endpoint))", field: ["tenant"],
        message: "\(field).tenant is used with destination \(victoria) and without endpoint only: set destination to "
          + "\(victoria) and remove endpoint, or remove tenant"
      ) { $0["tenant"] == nil || ($0["destination"] == .string(victoria) && $0["endpoint"] == nil) },
      ValidationRule(
        "\(signal)-secrets-need-endpoint",
        cel: "has(self.endpoint) || !(has(self.headersSecretRef) || has(self.caSecretRef))", field: ["endpoint"],
        message:
          "\(field).headersSecretRef and caSecretRef belong to an endpoint: set \(field).endpoint, or remove them"
      ) { $0["endpoint"] != nil || ($0["headersSecretRef"] == nil && $0["caSecretRef"] == nil) },
    ]
  }
}

extension TextFormat {
  /// The name of a storage of a monitoring stack.
  static let storageName = TextFormat(
    "the name of a storage such as \"shortterm\"", pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", maxLength: 48)
}
