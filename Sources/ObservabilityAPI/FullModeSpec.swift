// SPDX-License-Identifier: Apache-2.0

public import JSON

/// The ClickHouse that traces, logs and profiles are kept in.
public struct ClickHouse: Hashable, Sendable {
  /// A Cozystack ClickHouse application.
  public struct Application: Hashable, Sendable {
    public var namespace: String
    public var name: String
    public var user: String
  }

  /// A ClickHouse of any other origin.
  public struct Endpoint: Hashable, Sendable {
    public var host: String
    public var port: Int64
    public var httpPort: Int64
    public var database: String
    public var user: String
    public var passwordSecretRef: SecretReference?
    public var tls: Bool
  }

  public var application: Application?
  public var endpoint: Endpoint?
}

/// The OpenTelemetry Collector between agents and storage.
public struct Gateway: Hashable, Sendable {
  public var replicas: Int64
  public var queueSize: String
  /// Nil for the cluster's default class.
  public var queueStorageClassName: String?
}

/// The Coroot server.
public struct Coroot: Hashable, Sendable {
  /// How long stored data is kept, as days: `7d`.
  public struct Retention: Hashable, Sendable {
    public var traces: String
    public var logs: String
    public var profiles: String
    public var cache: String
  }

  /// How the user interface is reached.
  public struct UI: Hashable, Sendable {
    public var host: String
    public var ingressClassName: String
    public var tls: JSONObject
    public var oidc: JSONObject?
  }

  public var storageSize: String
  public var retention: Retention
  public var replicas: Int64
  public var postgres: JSONObject?
  public var ui: UI
}
