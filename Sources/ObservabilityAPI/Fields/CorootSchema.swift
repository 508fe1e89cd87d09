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
          [.optional("size", SizeSchema.size("The size of the volume.", default: "10Gi"))])),
      .optional("retention", retention),
      .optional(
        "replicas", .number("How many servers run; more than one share their state in PostgreSQL.", 1...8, default: 1)),
      .optional("postgres", postgres),
      .optional("ui", ui),
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
          "How the connection is secured.", ["disable", "require", "verify-ca", "verify-full"], default: "require")),
    ])

  private static let ui = Schema.object(
    "How the user interface is reached. It is exposed only behind OpenID Connect.", filled: true,
    [
      .optional("host", .text("The DNS name of the user interface.", .dnsNameOrEmpty, default: "")),
      .optional(
        "ingressClassName",
        .text("The IngressClass; the cluster's default when empty.", .dnsNameOrEmpty, default: "")),
      .optional(
        "tls",
        .object(
          "The certificate of the user interface.", filled: true,
          [
            .optional("secretName", .text("A Secret in spec.namespace of type kubernetes.io/tls.", .dnsName)),
            .optional("clusterIssuer", .text("A ClusterIssuer of cert-manager that makes the Secret.", .dnsName)),
          ])),
      .optional("oidc", oidc),
    ]
  ).demanding(
    ValidationRule(
      "oidc-needs-host", cel: "!has(self.oidc) || self.host != ''", field: ["host"],
      message: "spec.coroot.ui.host is needed with oidc, since users are sent back to it: set the DNS name, or remove "
        + "oidc"
    ) { $0["oidc"] == nil || $0["host"] != "" })

  private static let oidc = Schema.object(
    "The provider that users sign in with.",
    [
      .required("issuerURL", .url("The provider's issuer URL.")),
      .required("clientID", .text("The client's identifier at the provider.", .any(128))),
      .required("clientSecretRef", SecretSchema.key("A Secret in spec.namespace with the client's secret.")),
      .optional(
        "allowedGroups",
        .list(
          "Groups whose members may enter; everyone that the provider knows when empty.",
          of: .text("A group's name.", .any(128)), .set, limit: 32, default: ["cozystack-cluster-admin"])),
    ])
}
