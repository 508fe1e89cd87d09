// SPDX-License-Identifier: Apache-2.0

public import JSON

/// What an `Observability` object asks for.
public struct ObservabilitySpec: Hashable, Sendable {
  /// How much of Coroot runs.
  public enum Mode: String, CaseIterable, Hashable, Sendable {
    case agentsOnly = "AgentsOnly"
    case full = "Full"
  }

  /// How much of Coroot runs.
  public var mode: Mode
  /// Where the namespaced children live.
  public var namespace: String
  /// Which images run.
  public var images: Images
  /// The agent on every node.
  public var nodeAgent: NodeAgent
  /// Where metrics go.
  public var metrics: Metrics
  /// Where traces go.
  public var traces: Traces
  /// Where logs go.
  public var logs: Logs
  /// Whether profiles are taken.
  public var profiles: Profiles
  /// The ClickHouse of traces, logs and profiles; nil for none.
  public var clickHouse: ClickHouse?
  /// The OpenTelemetry Collector between agents and storage.
  public var gateway: Gateway
  /// The Coroot server.
  public var coroot: Coroot
  /// Whether Grafana dashboards are published, and where.
  public var dashboards: Dashboards
  /// Whether alerting rules are published.
  public var alerts: Alerts

  /// The namespace of the children when none is given.
  public static let defaultNamespace = "cozy-coroot"
}

/// Which images run.
public struct Images: Hashable, Sendable {
  /// One image; what is nil or empty is taken from the operator's release.
  public struct Image: Hashable, Sendable {
    /// Host and path.
    public var repository: String?
    /// The tag.
    public var tag: String?
    /// The digest; it wins over the tag.
    public var digest: String?
    /// `Always`, `IfNotPresent` or `Never`.
    public var pullPolicy: String?
  }

  /// Replaces the host of every image that names no repository; empty for the image's own.
  public var registry: String
  /// The names of Secrets in the children's namespace.
  public var pullSecrets: [String]
  /// The image of the agent on every node.
  public var nodeAgent: Image
  /// The image of Coroot's cluster-agent.
  public var clusterAgent: Image
  /// The image of the Coroot server.
  public var coroot: Image
  /// The image of the OpenTelemetry Collector.
  public var gateway: Image
  /// The image of the OAuth2 proxy before the user interface.
  public var gatekeeper: Image
  /// The image of this operator, for the init container.
  public var `operator`: Image
}

/// The agent that runs on every node.
public struct NodeAgent: Hashable, Sendable {
  /// What the agent looks at. Each costs capabilities, mounts or memory.
  public struct Features: Hashable, Sendable {
    /// Requests of HTTP, SQL and others, DNS, and bytes of connections.
    public var l7: Bool
    /// Round-trip times by ICMP.
    public var ping: Bool
    /// TLS and profiles of Java programs.
    public var jvm: Bool
    /// Runtime metrics of .NET programs.
    public var dotnet: Bool
    /// Heap profiles of Go programs.
    public var goHeap: Bool
    /// Use of NVIDIA GPUs.
    public var gpu: Bool
    /// Time that processes wait for disks.
    public var diskDelay: Bool
    /// Counts of log messages by level and pattern.
    public var logMetrics: Bool
  }

  /// How the agent's containers are confined.
  public struct Security: Hashable, Sendable {
    /// How tightly the containers are confined.
    public enum Mode: String, CaseIterable, Hashable, Sendable {
      case minimal = "Minimal"
      case privileged = "Privileged"
    }
    /// The system calls that the agent may make.
    public struct Seccomp: Hashable, Sendable {
      /// Where a profile comes from.
      public enum Kind: String, CaseIterable, Hashable, Sendable {
        case runtimeDefault = "RuntimeDefault"
        case localhost = "Localhost"
      }
      /// Where the profile comes from.
      public var type: Kind
      /// Below the kubelet's seccomp folder; set with `Localhost` only.
      public var localhostProfile: String?
    }
    /// How tightly the containers are confined.
    public var mode: Mode
    /// The system calls that the agent may make.
    public var seccomp: Seccomp
  }

  /// Which containers are reported.
  public struct Containers: Hashable, Sendable {
    /// Regular expressions of what is reported; all when empty.
    public var allow: [String]
    /// Regular expressions of what is left out.
    public var deny: [String]
    /// A Go duration.
    public var minAge: String
  }

  /// How much the agent writes to its own log.
  public struct Log: Hashable, Sendable {
    /// Lines a second, in the long run.
    public var perSecond: Int64
    /// Lines at once.
    public var burst: Int64

    /// What the agent has by itself (flags/flags.go, v1.35.6).
    public static let standard = Log(perSecond: 10, burst: 100)
  }

  /// What the agent looks at.
  public var features: Features
  /// How the agent is confined.
  public var security: Security
  /// What is kept on the node while the metrics backend is away, as a quantity.
  public var spoolSize: String
  /// A `ResourceRequirements` as Kubernetes has it; defaults are filled in, and amounts are canonical text.
  public var resources: JSONObject
  /// CIDRs of public networks to follow.
  public var trackPublicNetworks: [String]
  /// Which containers are reported.
  public var containers: Containers
  /// How much the agent writes to its own log.
  public var log: Log
  /// `Toleration`s as Kubernetes has them.
  public var tolerations: [JSONObject]
  /// Labels of the nodes that are observed.
  public var nodeSelector: [String: String]
  /// Empty for the cluster's default.
  public var priorityClassName: String
  /// Empty for the nodes' default runtime.
  public var runtimeClassName: String
  /// A number or a percentage: `10%`.
  public var maxUnavailable: JSONValue
  /// `EnvVar`s as Kubernetes has them.
  public var env: [JSONObject]
}

/// Where metrics go.
public struct Metrics: Hashable, Sendable {
  /// How metrics reach the backend.
  public enum Delivery: String, CaseIterable, Hashable, Sendable {
    /// The agent writes to the backend.
    case push = "Push"
    /// The platform's vmagent reads from the agent.
    case scrape = "Scrape"
  }

  /// How metrics reach the backend.
  public var delivery: Delivery
  /// A Go duration, at least 5 s.
  public var interval: String
  /// Labels put on every series.
  public var labels: [String: String]
  /// The backend.
  public var victoriaMetrics: VictoriaMetrics
}

/// The VictoriaMetrics that metrics are written to and read from.
public struct VictoriaMetrics: Hashable, Sendable {
  /// A storage of Cozystack's monitoring stack.
  public struct Tenant: Hashable, Sendable {
    /// The namespace of the stack.
    public var namespace: String
    /// The name of the storage.
    public var storage: String
  }

  /// Set unless URLs are.
  public var tenant: Tenant?
  /// Where agents write, by remote write.
  public var writeURL: String?
  /// The base of the query API.
  public var readURL: String?
  /// A Secret in the children's namespace with keys `username` and `password`.
  public var credentialsSecretRef: SecretReference?
  /// A Secret in the children's namespace; the key defaults to `ca.crt`.
  public var caSecretRef: SecretReference?
}

/// A key of a Secret in the children's namespace.
public struct SecretReference: Hashable, Sendable {
  /// The Secret's name.
  public var name: String
  /// Nil where the keys are fixed.
  public var key: String?

  /// A reference made of its parts.
  public init(name: String, key: String?) {
    self.name = name
    self.key = key
  }
}

/// Whether profiles are taken.
public struct Profiles: Hashable, Sendable {
  /// Whether it is switched on.
  public var enabled: Bool
}

/// Whether Grafana dashboards are published, and where.
public struct Dashboards: Hashable, Sendable {
  /// Whether it is switched on.
  public var enabled: Bool
  /// The namespace of the Grafana.
  public var namespace: String
}

/// Which alerting rules are published.
public struct Alerts: Hashable, Sendable {
  /// Whether those about agents, gateway and operator are.
  public var enabled: Bool
  /// Whether those about the applications that agents see are too.
  public var applications: Bool
  /// From how many series of agents on an alert says that they cost more than was planned.
  public var seriesLimit: Int64
}
