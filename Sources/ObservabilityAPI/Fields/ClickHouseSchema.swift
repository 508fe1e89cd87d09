// SPDX-License-Identifier: Apache-2.0

import JSON

/// The schema of `spec.clickHouse`.
enum ClickHouseSchema {
  static let clickHouse = Schema.object(
    "The ClickHouse that traces, logs and profiles are kept in: a Cozystack application, or any other.",
    [
      .optional(
        "application",
        .object(
          "A ClickHouse application of Cozystack.",
          [
            .optional("namespace", .text("The application's namespace.", .dnsLabel, default: "tenant-root")),
            .optional("name", .text("The application's name.", .dnsLabel, default: "coroot")),
            .optional("user", .text("A user of the application.", user, default: "coroot")),
          ])),
      .optional("endpoint", endpoint),
      .optional(
        "database",
        .text(
          "The database of the tables that the operator makes for traces and logs. Never that of a Coroot server, whose "
            + "tables have the same names.", database, default: ClickHouse.defaultDatabase)),
      .optional(
        "cluster",
        .text(
          "The ClickHouse cluster to use, as in system.clusters; chosen by the operator when not given.", user)),
      .optional(
        "ignore",
        .list(
          "What the check of ClickHouse is to let pass, for who knows better.",
          of: .choice("A reason of the condition ClickHouseReady.", ClickHouse.Doubt.allCases.map(\.rawValue)), .set,
          limit: ClickHouse.Doubt.allCases.count, default: [])),
    ]
  ).demanding(
    ValidationRule(
      "one-clickhouse", cel: "has(self.application) != has(self.endpoint)",
      message: "spec.clickHouse takes exactly one of application and endpoint: set one of them, and remove the other"
    ) { ($0["application"] != nil) != ($0["endpoint"] != nil) })

  private static let endpoint = Schema.object(
    "A ClickHouse of any origin.",
    [
      .required("host", .text("The host's name or address.", .host)),
      .optional("port", .number("The port of the native protocol.", 1...65535, default: 9000)),
      .optional("httpPort", .number("The port of the HTTP interface.", 1...65535, default: 8123)),
      .optional("user", .text("The user.", user, default: "default")),
      .optional("passwordSecretRef", SecretSchema.key("A Secret in spec.namespace with the user's password.")),
      .optional("tls", .flag("Whether connections use TLS.", default: false)),
      .optional("caSecretRef", SecretSchema.authorities),
    ]
  ).demanding(
    ValidationRule(
      "clickhouse-ca-needs-tls", cel: "self.tls || !has(self.caSecretRef)", field: ["caSecretRef"],
      message:
        "spec.clickHouse.endpoint.caSecretRef is used with tls only: set spec.clickHouse.endpoint.tls to true, or "
        + "remove caSecretRef"
    ) { $0["tls"] == true || $0["caSecretRef"] == nil })

  static let database = TextFormat(
    "a database such as \"otel\"", pattern: "^[a-zA-Z_][a-zA-Z0-9_]*$", maxLength: 64,
    check: { !["default", "system", "information_schema", "INFORMATION_SCHEMA"].contains($0) })

  static let user = TextFormat(
    "a name such as \"coroot\"", pattern: "^[a-zA-Z_][-a-zA-Z0-9_]*$", maxLength: 64)
}

/// References to Secrets.
enum SecretSchema {
  /// One key of a Secret; the key defaults to `password`.
  static func key(_ description: String) -> Schema {
    .object(
      description,
      [
        .required("name", .text("The Secret's name.", .dnsName)),
        .optional("key", .text("The key in the Secret.", .secretKey, default: "password")),
      ])
  }

  /// One key of a Secret with certificate authorities; the key defaults to `ca.crt`.
  static let authorities = Schema.object(
    "A Secret in spec.namespace with the certificates that sign the server's.",
    [
      .required("name", .text("The Secret's name.", .dnsName)),
      .optional("key", .text("The key that holds the certificates, as PEM.", .secretKey, default: "ca.crt")),
    ])
}
