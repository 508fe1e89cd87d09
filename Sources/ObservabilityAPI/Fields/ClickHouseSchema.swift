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
      .optional("database", .text("The database.", user, default: "default")),
      .optional("user", .text("The user.", user, default: "default")),
      .optional("passwordSecretRef", SecretSchema.key("A Secret in spec.namespace with the user's password.")),
      .optional("tls", .flag("Whether connections use TLS.", default: false)),
    ])

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
}
