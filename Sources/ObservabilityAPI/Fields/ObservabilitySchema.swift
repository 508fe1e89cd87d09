// SPDX-License-Identifier: Apache-2.0

import JSON

/// The schema of the resource `Observability`.
public enum ObservabilitySchema {
  /// The API group.
  public static let group = "observability.cozystack.io"
  /// The version of the API.
  public static let version = "v1alpha1"
  /// What stands in `apiVersion`.
  public static let apiVersion = "\(group)/\(version)"
  /// The kind.
  public static let kind = "Observability"
  /// The plural in paths.
  public static let plural = "observabilities"
  /// The longest name of an object: it begins the names of children and is the value of a label.
  public static let nameLimit = 40

  /// The whole object.
  public static let root = Schema.object(
    "Observability turns a cluster into one that is observed with Coroot's eBPF node-agent, wired to the storage that is "
      + "already there. It is cluster-scoped, because the agents it asks for are equivalent to root on every node.",
    [
      .written(
        "apiVersion",
        Schema(
          "APIVersion defines the versioned schema of this representation of an object.", .string)),
      .written(
        "kind",
        Schema("Kind is a string value representing the REST resource this object represents.", .string)),
      .written("metadata", MetadataSchema.metadata),
      .optional("spec", spec),
      .written("status", StatusSchema.status),
    ]
  ).demanding(nameRule)

  /// The whole object without the rule on its name, for one that has none.
  static let withoutRules: Schema = {
    var schema = root
    schema.rules = []
    return schema
  }()

  private static let nameRule = ValidationRule(
    "name-prefixes-children",
    cel: "self.metadata.name.size() <= \(nameLimit) && self.metadata.name.matches('^[a-z]') && "
      + "!self.metadata.name.contains('.')",
    field: ["metadata", "name"],
    message: "metadata.name begins the names of all children: use a name of at most \(nameLimit) lower-case letters, "
      + "digits and '-', starting with a letter and without '.', such as platform"
  ) { value in
    guard let name = value["metadata"]?["name"]?.string else { return false }
    return name.utf8.count <= nameLimit && Pattern.matches(name, "^[a-z]([-a-z0-9]*[a-z0-9])?$")
  }

  /// What the user asks for.
  static let spec = Schema.object(
    "What is wanted. Every field has a default.", filled: true,
    [
      .optional(
        "mode",
        .choice(
          "How much of Coroot runs. AgentsOnly: agents write to the platform's storage, Grafana shows it. Full: the "
            + "Coroot server and its cluster-agent as well.", ObservabilitySpec.Mode.allCases.map(\.rawValue),
          default: "AgentsOnly")),
      .optional("namespace", namespace),
      .optional("images", ImagesSchema.images),
      .optional("nodeAgent", NodeAgentSchema.nodeAgent),
      .optional("metrics", MetricsSchema.metrics),
      .optional("traces", SignalsSchema.traces),
      .optional("logs", SignalsSchema.logs),
      .optional("profiles", SignalsSchema.profiles),
      .optional("clickHouse", ClickHouseSchema.clickHouse),
      .optional("gateway", CorootSchema.gateway),
      .optional("coroot", CorootSchema.coroot),
      .optional("dashboards", SignalsSchema.dashboards),
      .optional("alerts", SignalsSchema.alerts),
    ]
  ).demanding(
    profilesRule, clickHouseRule, fullRule, readRule, corootTakes("traces"), corootTakes("logs"),
    NodeAgentSchema.storageHoldsSpool)

  private static let namespace = Schema.text(
    "The namespace in which the namespaced children live; it must exist and admit privileged pods. Immutable.",
    .dnsLabel, default: ObservabilitySpec.defaultNamespace
  ).demanding(
    ValidationRule(
      "namespace-immutable", cel: "self == oldSelf",
      message: "spec.namespace is immutable, since the children would stay behind: delete the object and create it "
        + "again with the new namespace"
    ) { old, new in old == new })

  private static let profilesRule = ValidationRule(
    "profiles-in-full-mode", cel: "!self.profiles.enabled || self.mode == 'Full'", field: ["profiles", "enabled"],
    message: "spec.profiles.enabled needs the Coroot server: set spec.mode to Full, or spec.profiles.enabled to false"
  ) { $0["profiles"]?["enabled"] != true || $0["mode"] == "Full" }

  private static let clickHouseRule = ValidationRule(
    "clickhouse-when-used",
    cel: "has(self.clickHouse) || (self.traces.destination != 'ClickHouse' && self.logs.destination != 'ClickHouse' && "
      + "!self.profiles.enabled)",
    message: "spec.clickHouse is needed for traces, logs or profiles that are kept in ClickHouse: set "
      + "spec.clickHouse.application or spec.clickHouse.endpoint, or another destination"
  ) { spec in
    spec["clickHouse"] != nil
      || (spec["traces"]?["destination"] != "ClickHouse" && spec["logs"]?["destination"] != "ClickHouse"
        && spec["profiles"]?["enabled"] != true)
  }

  private static let fullRule = ValidationRule(
    "full-needs-clickhouse", cel: "self.mode != 'Full' || has(self.clickHouse)", field: ["clickHouse"],
    message: "spec.clickHouse is needed with mode Full, since the Coroot server keeps traces, logs and profiles in it: "
      + "set spec.clickHouse.application or spec.clickHouse.endpoint, or spec.mode to AgentsOnly"
  ) { $0["mode"] != "Full" || $0["clickHouse"] != nil }

  private static let readRule = ValidationRule(
    "full-needs-read-url",
    cel:
      "self.mode != 'Full' || !has(self.metrics.victoriaMetrics.writeURL) || has(self.metrics.victoriaMetrics.readURL)",
    field: ["metrics", "victoriaMetrics", "readURL"],
    message:
      "spec.metrics.victoriaMetrics.readURL is needed with writeURL and mode Full, since the Coroot server reads "
      + "metrics: set it to the base of the query API, or use tenant"
  ) { spec in
    let backend = spec["metrics"]?["victoriaMetrics"]
    return spec["mode"] != "Full" || backend?["writeURL"] == nil || backend?["readURL"] != nil
  }

  private static func corootTakes(_ signal: String) -> ValidationRule {
    ValidationRule(
      "coroot-takes-\(signal)", cel: "self.mode != 'Full' || self.\(signal).destination == 'None'",
      field: [signal, "destination"],
      message: "spec.\(signal).destination is for mode AgentsOnly: with mode Full the Coroot server takes \(signal). "
        + "Remove it, or set spec.mode to AgentsOnly"
    ) { $0["mode"] != "Full" || $0[signal]?["destination"] == "None" }
  }
}
