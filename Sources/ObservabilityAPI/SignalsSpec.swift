// SPDX-License-Identifier: Apache-2.0

/// Where traces go.
public struct Traces: Hashable, Sendable {
  /// What keeps them.
  public enum Destination: String, CaseIterable, Hashable, Sendable {
    case none = "None"
    case clickHouse = "ClickHouse"
    case victoriaTraces = "VictoriaTraces"
    case otlp = "OTLP"
  }
  /// What keeps them.
  public var destination: Destination
  /// How it is reached.
  public var route: SignalRoute
  /// A share of 1, as text.
  public var sampling: String
}

/// Where logs go.
public struct Logs: Hashable, Sendable {
  /// What keeps them.
  public enum Destination: String, CaseIterable, Hashable, Sendable {
    case none = "None"
    case clickHouse = "ClickHouse"
    case victoriaLogs = "VictoriaLogs"
    case otlp = "OTLP"
  }
  /// What keeps them.
  public var destination: Destination
  /// How it is reached.
  public var route: SignalRoute
}

/// How the destination of a signal is reached, and for how long it keeps what it gets.
public struct SignalRoute: Hashable, Sendable {
  /// A VictoriaLogs or VictoriaTraces of Cozystack's monitoring stack.
  public struct Tenant: Hashable, Sendable {
    /// The namespace of the stack.
    public var namespace: String
    /// The name of the storage.
    public var storage: String
  }

  /// The address: of OTLP/HTTP as a whole, of VictoriaLogs and VictoriaTraces without the path.
  public var endpoint: String?
  /// The storage, without an address.
  public var tenant: Tenant?
  /// A Secret in the children's namespace whose keys are the names of headers.
  public var headersSecretRef: SecretReference?
  /// A Secret in the children's namespace with certificate authorities.
  public var caSecretRef: SecretReference?
  /// How long ClickHouse keeps what is written to it, as days: `7d`.
  public var retention: String
}

extension ObservabilitySpec {
  /// Whether agents send traces to the gateway: with mode `Full` always, since the Coroot server takes them.
  public var sendsTraces: Bool { mode == .full || traces.destination != .none }
  /// Whether agents send logs to the gateway: with mode `Full` always, since the Coroot server takes them.
  public var sendsLogs: Bool { mode == .full || logs.destination != .none }
  /// Whether agents count log messages. They do for each log that they read, so with a destination too.
  public var countsLogMessages: Bool { nodeAgent.features.logMetrics || sendsLogs }
  /// Whether agents count log messages by pattern, not only by level. The Coroot server shows patterns from these series.
  public var countsLogPatterns: Bool { nodeAgent.features.logMetrics || mode == .full }
  /// Whether agents send anything to the gateway.
  public var sendsSignals: Bool { sendsTraces || sendsLogs }
  /// Whether agents send profiles to the Coroot server.
  public var sendsProfiles: Bool { mode == .full && profiles.enabled }
  /// Whether anything is kept in ClickHouse by the gateway.
  public var keepsInClickHouse: Bool { traces.destination == .clickHouse || logs.destination == .clickHouse }
}
