// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// The schema of `spec.metrics`.
enum MetricsSchema {
  static let metrics = Schema.object(
    "Where metrics go. They never pass through the Coroot server.", filled: true,
    [
      .optional(
        "delivery",
        .choice(
          "Push: agents write to the backend and keep a spool while it is away. Scrape: the platform's vmagent reads "
            + "from the agents.", Metrics.Delivery.allCases.map(\.rawValue), default: "Push")),
      .optional("interval", interval),
      .optional("labels", labels),
      .optional("victoriaMetrics", victoriaMetrics),
    ]
  ).demanding(
    ValidationRule(
      "push-needs-write-url",
      cel: "self.delivery != 'Push' || !has(self.victoriaMetrics.readURL) || has(self.victoriaMetrics.writeURL)",
      field: ["victoriaMetrics", "writeURL"],
      message: "spec.metrics.victoriaMetrics.writeURL is needed beside readURL, since with delivery Push agents write: "
        + "set it, or name a tenant instead of both"
    ) { metrics in
      let backend = metrics["victoriaMetrics"]
      return metrics["delivery"] != "Push" || backend?["readURL"] == nil || backend?["writeURL"] != nil
    }, labelsOnce)

  /// Labels are sent as `extra_label` behind the query of the URL: VictoriaMetrics keeps one of a name only.
  private static let labelsOnce = ValidationRule(
    "write-url-labels", cel: nil, field: ["victoriaMetrics", "writeURL"],
    message: "an extra_label in the query names a label that spec.metrics.labels or the operator sets: keep it in one "
      + "place, and leave out " + ReservedLabels.names.joined(separator: ", ")
  ) { metrics in
    let query = metrics["victoriaMetrics"]?["writeURL"]?.string.flatMap { try? HTTPURL($0) }?.query ?? ""
    let names = query.split(separator: "&").compactMap { parameter -> String? in
      guard let text = PercentEncoding.decode(parameter), text.hasPrefix("extra_label=") else { return nil }
      return text.split(separator: "=", maxSplits: 2, omittingEmptySubsequences: false).dropFirst().first.map(
        String.init)
    }
    return names.allSatisfy { !ReservedLabels.names.contains($0) && metrics["labels"]?[$0] == nil }
  }

  private static let interval = Schema.text(
    "How often metrics are taken, as a Go duration of at least 5s.", .duration, default: "15s"
  ).demanding(
    ValidationRule(
      "interval-at-least-5s", cel: "duration(self) >= duration('5s')",
      message: "spec.metrics.interval must be at least 5s, since the agent cannot look faster: use 15s or 30s"
    ) { value in value.string.flatMap(GoDuration.parse).map { $0 >= .seconds(5) } ?? false })

  private static let labels = Schema.map(
    "Labels put on every series, as the platform's own agents do. The label observability is the operator's.",
    of: .text("The label's value.", .any(256)), limit: 16, default: ["cluster": "cozystack", "tenant": "tenant-root"]
  ).demanding(
    ValidationRule(
      "labels-not-reserved",
      cel: "self.all(name, type(self[name]) == null_type || !(name in ["
        + ReservedLabels.names.map { "'\($0)'" }.joined(separator: ", ") + "]))",
      message: "spec.metrics.labels may not set " + ReservedLabels.names.joined(separator: ", ")
        + ", which tell the agents' series apart: use another name"
    ) { labels in (labels.object ?? [:]).keys.allSatisfy { !ReservedLabels.names.contains($0) } },
    ValidationRule(
      "label-names", cel: nil,
      message:
        "every name must be a Prometheus label name: letters, digits and '_', not starting with a digit or '__', "
        + "at most 128 characters"
    ) { labels in
      (labels.object ?? [:]).keys.allSatisfy {
        $0.utf8.count <= 128 && Pattern.matches($0, "^[a-zA-Z_][a-zA-Z0-9_]*$")
          && (!$0.hasPrefix("__") || ReservedLabels.names.contains($0))
      }
    })

  private static let victoriaMetrics = Schema.object(
    "The VictoriaMetrics that metrics are written to and read from: a tenant's, or one at explicit URLs. When neither is "
      + "given, the storage shortterm of tenant-root is used.", filled: true,
    [
      .optional(
        "tenant",
        .object(
          "A storage of Cozystack's monitoring stack; its Services vminsert-<storage> and vmselect-<storage> are used.",
          [
            .optional(
              "namespace", .text("The namespace of the monitoring stack.", .dnsLabel, default: "tenant-root")),
            .optional(
              "storage",
              .text("The name of the storage in that stack.", .storageName, default: "shortterm")),
          ])),
      .optional(
        "writeURL", .url("Where the agents write, by Prometheus remote write. Without user and password.")),
      .optional(
        "readURL",
        .url("The base of the Prometheus query API, without /api/v1. Without user and password.")),
      .optional(
        "credentialsSecretRef",
        .object(
          "A Secret in spec.namespace with the keys username and password, for basic authentication. The agent takes them "
            + "from its URL and writes that URL to its own log: give it an account that may only write.",
          [.required("name", .text("The Secret's name.", .dnsName))])),
      .optional(
        "caSecretRef",
        .object(
          "A Secret in spec.namespace with the certificates that sign the backend's.",
          [
            .required("name", .text("The Secret's name.", .dnsName)),
            .optional("key", .text("The key that holds the certificates, as PEM.", .secretKey, default: "ca.crt")),
          ])),
    ]
  ).demanding(tenantOrURLs, secretsWithURLs)

  private static let tenantOrURLs = ValidationRule(
    "tenant-or-urls", cel: "!(has(self.tenant) && (has(self.writeURL) || has(self.readURL)))", field: ["tenant"],
    message: "spec.metrics.victoriaMetrics takes tenant or writeURL and readURL, not both: remove tenant to use the "
      + "URLs, or the URLs to use the tenant"
  ) { $0["tenant"] == nil || ($0["writeURL"] == nil && $0["readURL"] == nil) }

  private static let secretsWithURLs = ValidationRule(
    "secrets-with-urls",
    cel: "has(self.writeURL) || has(self.readURL) || !(has(self.credentialsSecretRef) || has(self.caSecretRef))",
    message: "spec.metrics.victoriaMetrics.credentialsSecretRef and caSecretRef belong to explicit URLs: set writeURL "
      + "and readURL, or remove them"
  ) {
    $0["writeURL"] != nil || $0["readURL"] != nil
      || ($0["credentialsSecretRef"] == nil && $0["caSecretRef"] == nil)
  }
}
