// SPDX-License-Identifier: Apache-2.0

public import JSON

/// What an `Observability` object asks for.
public struct ObservabilitySpec: Hashable, Sendable {
  /// How much of Coroot runs.
  public enum Mode: String, CaseIterable, Hashable, Sendable {
    case agentsOnly = "AgentsOnly"
    case full = "Full"
  }

  public var mode: Mode
  /// Where the namespaced children live.
  public var namespace: String
  public var images: Images
  public var nodeAgent: NodeAgent
  public var metrics: Metrics
  public var traces: Traces
  public var logs: Logs
  public var profiles: Profiles
  public var clickHouse: ClickHouse?
  public var gateway: Gateway
  public var coroot: Coroot
  public var dashboards: Dashboards
  public var alerts: Alerts
}

/// Which images run.
public struct Images: Hashable, Sendable {
  /// One image; what is nil or empty is taken from the operator's release.
  public struct Image: Hashable, Sendable {
    public var repository: String?
    public var tag: String?
    public var digest: String?
    public var pullPolicy: String?
  }

  /// Replaces the host part of every image; empty for the image's own.
  public var registry: String
  /// The names of Secrets in the children's namespace.
  public var pullSecrets: [String]
  public var nodeAgent: Image
  public var clusterAgent: Image
  public var coroot: Image
  public var gateway: Image
  public var `operator`: Image
}

/// The agent that runs on every node.
public struct NodeAgent: Hashable, Sendable {
  /// What the agent looks at. Each costs capabilities, mounts or memory.
  public struct Features: Hashable, Sendable {
    public var l7: Bool
    public var ping: Bool
    public var jvm: Bool
    public var dotnet: Bool
    public var goHeap: Bool
    public var gpu: Bool
    public var diskDelay: Bool
  }

  /// How the agent's containers are confined.
  public struct Security: Hashable, Sendable {
    public enum Mode: String, CaseIterable, Hashable, Sendable {
      case minimal = "Minimal"
      case privileged = "Privileged"
    }
    public struct Seccomp: Hashable, Sendable {
      public enum Kind: String, CaseIterable, Hashable, Sendable {
        case runtimeDefault = "RuntimeDefault"
        case localhost = "Localhost"
      }
      public var type: Kind
      /// Below the kubelet's seccomp folder; set with `Localhost` only.
      public var localhostProfile: String?
    }
    public var mode: Mode
    public var seccomp: Seccomp
  }

  /// Which containers are reported.
  public struct Containers: Hashable, Sendable {
    public var allow: [String]
    public var deny: [String]
    /// A Go duration.
    public var minAge: String
  }

  public var features: Features
  public var security: Security
  /// What is kept on the node while the metrics backend is away, as a quantity.
  public var spoolSize: String
  /// A `ResourceRequirements` as Kubernetes has it; defaults are filled in.
  public var resources: JSONObject
  /// CIDRs of public networks to follow.
  public var trackPublicNetworks: [String]
  public var containers: Containers
  /// `Toleration`s as Kubernetes has them.
  public var tolerations: [JSONObject]
  public var nodeSelector: [String: String]
  public var priorityClassName: String
  /// A number or a percentage: `10%`.
  public var maxUnavailable: JSONValue
  /// `EnvVar`s as Kubernetes has them.
  public var env: [JSONObject]
}

/// Where metrics go.
public struct Metrics: Hashable, Sendable {
  public enum Delivery: String, CaseIterable, Hashable, Sendable {
    /// The agent writes to the backend.
    case push = "Push"
    /// The platform's vmagent reads from the agent.
    case scrape = "Scrape"
  }

  public var delivery: Delivery
  /// A Go duration, at least 5 s.
  public var interval: String
  /// Labels put on every series.
  public var labels: [String: String]
  public var victoriaMetrics: VictoriaMetrics
}

/// The VictoriaMetrics that metrics are written to and read from.
public struct VictoriaMetrics: Hashable, Sendable {
  /// A storage of Cozystack's monitoring stack.
  public struct Tenant: Hashable, Sendable {
    public var namespace: String
    public var storage: String
  }

  /// Set unless URLs are.
  public var tenant: Tenant?
  public var writeURL: String?
  public var readURL: String?
  /// A Secret in the children's namespace with keys `username` and `password`.
  public var credentialsSecretRef: SecretReference?
  /// A Secret in the children's namespace; the key defaults to `ca.crt`.
  public var caSecretRef: SecretReference?
}

/// A key of a Secret in the children's namespace.
public struct SecretReference: Hashable, Sendable {
  public var name: String
  /// Nil where the keys are fixed.
  public var key: String?
}

/// Where traces go.
public struct Traces: Hashable, Sendable {
  public enum Destination: String, CaseIterable, Hashable, Sendable {
    case none = "None"
    case clickHouse = "ClickHouse"
    case otlp = "OTLP"
  }
  public var destination: Destination
  /// The OTLP/HTTP endpoint, with `OTLP` only.
  public var endpoint: String?
  /// A share of 1, as text.
  public var sampling: String
}

/// Where logs go.
public struct Logs: Hashable, Sendable {
  public enum Destination: String, CaseIterable, Hashable, Sendable {
    case none = "None"
    case clickHouse = "ClickHouse"
    case victoriaLogs = "VictoriaLogs"
    case otlp = "OTLP"
  }
  public var destination: Destination
  /// The OTLP/HTTP endpoint, with `OTLP` only.
  public var endpoint: String?
}

/// Whether profiles are taken.
public struct Profiles: Hashable, Sendable {
  public var enabled: Bool
}

/// Whether Grafana dashboards are published, and where.
public struct Dashboards: Hashable, Sendable {
  public var enabled: Bool
  public var namespace: String
}

/// Whether alerting rules are published.
public struct Alerts: Hashable, Sendable {
  public var enabled: Bool
}
