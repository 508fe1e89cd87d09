// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesCore

/// The schema of `spec.nodeAgent`, but for what it shares with pods in general (``PodSchema``).
enum NodeAgentSchema {
  static let nodeAgent = Schema.object(
    "The eBPF agent that runs on every node that can carry it.", filled: true,
    [
      .optional("features", features),
      .optional("security", security),
      .optional(
        "spool",
        .object(
          "What is kept on the node while the metrics backend is away.", filled: true,
          [
            .optional(
              "size",
              SizeSchema.size("The most that is kept, oldest dropped first.", default: DefaultResources.spoolSize))
          ])),
      .optional("resources", PodSchema.resources),
      .optional(
        "trackPublicNetworks",
        .list(
          "Public networks to which connections are shown; all when empty. Private ones are always shown.",
          of: .text("A network in CIDR notation.", .cidr), .set, limit: 64, default: [])),
      .optional("containers", containers),
      .optional("log", log),
      .optional("tolerations", PodSchema.tolerations),
      .optional(
        "nodeSelector",
        .map(
          "Labels of the nodes that are observed; all nodes when empty.", of: .text("The label's value.", .labelValue),
          limit: 32, default: [:]
        ).demanding(
          PodSchema.labelKeys, NodeSelectorSchema.linux, NodeSelectorSchema.architecture, NodeSelectorSchema.ownLabel)),
      .optional(
        "priorityClassName",
        .text("The PriorityClass of the agents' pods; the cluster's default when empty.", .dnsNameOrEmpty, default: "")),
      .optional(
        "runtimeClassName",
        .text(
          "The RuntimeClass of the agents' pods, such as nvidia; the nodes' default runtime when empty. Every selected "
            + "node must have its handler, and it must share the node's kernel.", .dnsNameOrEmpty, default: "")),
      .optional(
        "updateStrategy",
        .object(
          "How a new version is rolled out.", filled: true, [.optional("maxUnavailable", PodSchema.maxUnavailable)])),
      .optional("env", PodSchema.env),
    ]
  ).demanding(
    ValidationRule(
      "gpu-needs-devices",
      cel: "!self.features.gpu || self.security.mode == 'Privileged' || self.runtimeClassName != ''",
      field: ["features", "gpu"],
      message:
        "spec.nodeAgent.features.gpu needs the device nodes of the GPUs, which with security.mode Minimal only a "
        + "runtime class brings: set spec.nodeAgent.runtimeClassName, such as nvidia, or set features.gpu to false"
    ) { agent in
      agent["features"]?["gpu"] != true || agent["security"]?["mode"] == "Privileged"
        || agent["runtimeClassName"]?.string?.isEmpty == false
    })

  private static let features = Schema.object(
    "What the agent looks at. Each costs capabilities, mounts or memory; status.capabilities says which.", filled: true,
    [
      .optional(
        "l7", .flag("Requests of HTTP, SQL and other protocols, DNS, and bytes of TCP connections.", default: true)),
      .optional("ping", .flag("Round-trip times between containers, by ICMP; needs NET_RAW.", default: true)),
      .optional(
        "jvm", .flag("TLS and profiles of Java programs, by an agent loaded into them; needs KILL.", default: false)),
      .optional("dotnet", .flag("Runtime metrics of .NET programs that do not run as root.", default: false)),
      .optional(
        "goHeap", .flag("Heap profiles of Go programs, read from their memory; only with profiles.", default: true)),
      .optional("gpu", .flag("Use of NVIDIA GPUs; needs runtimeClassName, or mode Privileged.", default: false)),
      .optional("diskDelay", .flag("Time that processes wait for disks, from the kernel's taskstats.", default: false)),
      .optional(
        "logMetrics",
        .flag(
          "Counts of log messages by level and pattern, without sending logs anywhere. Each container costs a series a "
            + "level, and for warnings, errors and critical messages a series a pattern, up to 256 of each. The first "
            + "200 bytes of a message of each pattern become the label sample, readable by everyone who reads metrics; "
            + "MAX_LABEL_LENGTH in env sets another length. With a logs destination messages are counted by level "
            + "anyway, and with mode Full by pattern and with up to 4096 bytes, since the Coroot server needs that.",
          default: false)),
    ])

  private static let security = Schema.object(
    "How the agent's containers are confined.", filled: true,
    [
      .optional(
        "mode",
        .choice(
          "Minimal: no more capabilities than the features need. Privileged: everything; an escape hatch that the "
            + "status tells of.", NodeAgent.Security.Mode.allCases.map(\.rawValue), default: "Minimal")),
      .optional("seccomp", seccomp),
    ]
  ).demanding(
    ValidationRule(
      "seccomp-needs-minimal", cel: "self.mode == 'Minimal' || self.seccomp.type == 'RuntimeDefault'",
      field: ["seccomp", "type"],
      message: "spec.nodeAgent.security.seccomp.type Localhost has no effect with security.mode Privileged, which no "
        + "profile confines: set security.mode to Minimal, or seccomp.type to RuntimeDefault"
    ) { $0["mode"] == "Minimal" || $0["seccomp"]?["type"] == "RuntimeDefault" })

  /// Where `config/seccomp` says that its profile is to be put.
  private static let shippedProfile = "observability/node-agent.json"

  private static let seccomp = Schema.object(
    "The system calls that the agent may make.", filled: true,
    [
      .optional(
        "type",
        .choice(
          "RuntimeDefault: the container runtime's profile. Localhost: one from the nodes.",
          NodeAgent.Security.Seccomp.Kind.allCases.map(\.rawValue), default: "RuntimeDefault")),
      .optional(
        "localhostProfile",
        .text(
          "The profile's path below the kubelet's seccomp folder, with type Localhost. The one that comes with the "
            + "operator is meant to lie at \(shippedProfile).", .relativePath)),
    ]
  ).demanding(
    ValidationRule(
      "localhost-needs-profile", cel: "self.type != 'Localhost' || has(self.localhostProfile)",
      field: ["localhostProfile"],
      message: "spec.nodeAgent.security.seccomp.localhostProfile is needed with type Localhost: name the profile, such "
        + "as \(shippedProfile), or set type to RuntimeDefault"
    ) { $0["type"] != "Localhost" || $0["localhostProfile"] != nil },
    ValidationRule(
      "profile-needs-localhost", cel: "self.type == 'Localhost' || !has(self.localhostProfile)",
      field: ["localhostProfile"],
      message: "spec.nodeAgent.security.seccomp.localhostProfile is used with type Localhost only: set type to "
        + "Localhost, or remove the profile"
    ) { $0["type"] == "Localhost" || $0["localhostProfile"] == nil })

  private static let log = Schema.object(
    "How much the agent writes to its own log; the logs of containers are not meant.", filled: true,
    [
      .optional(
        "perSecond", .number("Lines a second, in the long run.", 1...10000, default: NodeAgent.Log.standard.perSecond)),
      .optional("burst", .number("Lines at once.", 1...100000, default: NodeAgent.Log.standard.burst)),
    ])

  private static let containers = Schema.object(
    "Which containers are reported. Deny wins over allow.", filled: true,
    [
      .optional("allow", expressions("Regular expressions of container identifiers to report; all when empty.")),
      .optional("deny", expressions("Regular expressions of container identifiers to leave out.")),
      .optional(
        "minAge",
        .text("How old a container must be to be reported; spares short-lived ones.", .duration, default: "30s")),
    ])

  private static func expressions(_ description: String) -> Schema {
    .list(
      description,
      of: .text("A regular expression in Go's syntax, such as /k8s/my-namespace/.*.", .expression)
        .demanding(expressionCompiles), .set, limit: 32, default: [])
  }

  /// An expression that does not compile makes `matches` fail, and with it the rule: the API server uses Go's `regexp`
  /// too.
  private static let expressionCompiles = ValidationRule(
    "expression-compiles", cel: "''.matches(self) || !''.matches(self)",
    message: "must be a regular expression in Go's syntax, or the agents exit: close every bracket, and use neither "
      + "look-around nor back references, which Go does not have"
  ) { value in value.string.map(GoRegularExpression.compiles) ?? false }
}

extension NodeAgentSchema {
  /// On the whole specification, since with delivery Scrape there is no spool.
  static let storageHoldsSpool = ValidationRule(
    "storage-holds-spool", cel: nil, field: ["nodeAgent", "resources", "limits"],
    message: "spec.nodeAgent.resources.limits.ephemeral-storage must be at least "
      + "\((SpoolBounds.slack + SpoolBounds.logs) >> 20)Mi above spec.nodeAgent.spool.size, or the agent is evicted before "
      + "its spool is full: raise the limit, leave it out, or lower the size"
  ) { spec in
    let agent = spec["nodeAgent"]
    guard spec["metrics"]?["delivery"] == "Push", let size = agent?["spool"]?["size"]?.quantity?.value,
      let limit = agent?["resources"]?["limits"]?["ephemeral-storage"]?.quantity?.value
    else { return true }
    return limit >= SpoolBounds(size: size).leastStorageLimit
  }
}

/// Sizes of what is kept on disk.
enum SizeSchema {
  /// The smallest spool or queue: less would hold no more than a few minutes.
  static let smallest = "16Mi"

  /// A size of at least 16Mi.
  static func size(_ description: String, default defaultValue: String) -> Schema {
    .text(description, .size, default: defaultValue).demanding(
      ValidationRule(
        "size-holds-minutes", cel: "quantity(self).compareTo(quantity('\(smallest)')) >= 0",
        message: "the size must be at least \(smallest), such as \(defaultValue): less is full within minutes"
      ) { value in
        guard let size = value.string.flatMap({ Quantity($0) }), let least = Quantity(smallest) else { return false }
        return size >= least
      })
  }
}
