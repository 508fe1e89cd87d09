// SPDX-License-Identifier: Apache-2.0

import JSON

/// The schemas of `spec.gateway` and `spec.coroot`.
enum CorootSchema {
  static let gateway = Schema.object(
    "The OpenTelemetry Collector that keeps traces and logs while their storage is away. It runs when either has a "
      + "destination.", filled: true,
    [
      .optional("replicas", .number("How many run.", 1...16, default: 1)),
      .optional(
        "queue",
        .object(
          "The queue on disk, one a replica.", filled: true,
          [
            .optional("size", SizeSchema.size("The most that is kept.", default: "2Gi")),
            storageClass,
          ])),
    ])

  static let coroot = Schema.object(
    "The Coroot server, with mode Full.", filled: true,
    [
      .optional(
        "storage",
        .object(
          "The server's own volume.", filled: true,
          [.optional("size", SizeSchema.size("The size of the volume.", default: "10Gi")), storageClass])),
      .optional(
        "database",
        .text(
          "The ClickHouse database of the server's tables; it is created if the user may. No other Coroot may use it.",
          ClickHouseSchema.database, default: "coroot")),
      .optional(
        "resources",
        PodSchema.resources(
          "Compute resources of each server, as in a pod.", field: "spec.coroot.resources",
          requests: ["cpu": "200m", "memory": "512Mi"], limits: ["memory": "2Gi"])),
      .optional(
        "clusterAgent",
        .object(
          "The agent that reads the Kubernetes API for the server.", filled: true,
          [
            .optional(
              "resources",
              PodSchema.resources(
                "Compute resources of the cluster-agent, as in a pod. Its memory grows with the number of pods in the "
                  + "cluster.", field: "spec.coroot.clusterAgent.resources",
                requests: ["cpu": "50m", "memory": "128Mi"], limits: ["memory": "1Gi"]))
          ])),
      .optional("retention", retention),
      .optional(
        "replicas", .number("How many servers run; more than one share their state in PostgreSQL.", 1...8, default: 1)),
      .optional("postgres", postgres),
      .optional("ui", CorootUISchema.ui),
    ]
  ).demanding(
    ValidationRule(
      "replicas-need-postgres", cel: "self.replicas == 1 || has(self.postgres)", field: ["replicas"],
      message:
        "spec.coroot.replicas above 1 needs a state that the servers share: set spec.coroot.postgres, or replicas "
        + "to 1"
    ) { $0["replicas"] == 1 || $0["postgres"] != nil })

  private static let storageClass = Schema.Property.optional(
    "storageClassName", .text("The StorageClass; the cluster's default when not given.", .dnsName))

  private static let retention = Schema.object(
    "How long stored data is kept.", filled: true,
    [
      .optional("traces", .text("Traces, in days.", .days, default: "7d")),
      .optional("logs", .text("Logs, in days.", .days, default: "7d")),
      .optional("profiles", .text("Profiles, in days.", .days, default: "7d")),
      .optional("cache", .text("The server's cache of metrics, in days.", .days, default: "30d")),
    ])

  private static let postgres = Schema.object(
    "A PostgreSQL for the state of several servers.",
    [
      .required("host", .text("The host's name or address.", .host)),
      .optional("port", .number("The port.", 1...65535, default: 5432)),
      .optional("database", .text("The database.", ClickHouseSchema.user, default: "coroot")),
      .optional("user", .text("The user.", ClickHouseSchema.user, default: "coroot")),
      .required("passwordSecretRef", SecretSchema.key("A Secret in spec.namespace with the user's password.")),
      .optional(
        "sslMode",
        .choice(
          "How the connection is secured.", Coroot.Postgres.SSLMode.allCases.map(\.rawValue), default: "require")),
      .optional("caSecretRef", SecretSchema.authorities),
    ]
  ).demanding(
    ValidationRule(
      "postgres-ca-is-used", cel: "!has(self.caSecretRef) || self.sslMode in ['verify-ca', 'verify-full']",
      field: ["caSecretRef"],
      message:
        "spec.coroot.postgres.caSecretRef is used with sslMode verify-ca or verify-full only: set one of them, or "
        + "remove caSecretRef"
    ) { $0["caSecretRef"] == nil || $0["sslMode"] == "verify-ca" || $0["sslMode"] == "verify-full" })
}
