// SPDX-License-Identifier: Apache-2.0

/// The ClickHouse that traces, logs and profiles are kept in.
public struct ClickHouse: Hashable, Sendable {
  /// A Cozystack ClickHouse application.
  public struct Application: Hashable, Sendable {
    /// The application's namespace.
    public var namespace: String
    /// The application's name.
    public var name: String
    /// The user.
    public var user: String

    /// An application by its name, and one of its users.
    public init(namespace: String, name: String, user: String) {
      self.namespace = namespace
      self.name = name
      self.user = user
    }
  }

  /// A ClickHouse of any other origin.
  public struct Endpoint: Hashable, Sendable {
    /// The host's name or address.
    public var host: String
    /// The port of the native protocol.
    public var port: Int64
    /// The port of the HTTP interface.
    public var httpPort: Int64
    /// The user.
    public var user: String
    /// The user's password; nil for none.
    public var passwordSecretRef: SecretReference?
    /// Whether connections use TLS.
    public var tls: Bool
    /// The certificate authorities to trust; nil for the system's.
    public var caSecretRef: SecretReference?
  }

  /// What the check of a ClickHouse may be told to let pass; named as the reasons of `ClickHouseReady`.
  public enum Doubt: String, CaseIterable, Hashable, Sendable {
    /// The user lacks a right.
    case missingGrant = "MissingGrant"
    /// The server is older than the oldest version that is supported.
    case versionTooOld = "VersionTooOld"
    /// It is not clear which cluster is meant, or the choice would lose or hide rows.
    case ambiguousCluster = "AmbiguousCluster"
    /// The server has a Keeper configured that does not answer, or needs one that is not configured.
    case keeperUnresolvable = "KeeperUnresolvable"
    /// Tables of the database take no writes.
    case readOnlyReplica = "ReadOnlyReplica"
    /// The disk is nearly full.
    case diskFull = "DiskFull"
  }

  /// Set unless an endpoint is.
  public var application: Application?
  /// Set unless an application is.
  public var endpoint: Endpoint?
  /// The database of the tables that the operator makes.
  public var database = ClickHouse.defaultDatabase
  /// The cluster to use, as in `system.clusters`; nil leaves the choice to the operator.
  public var cluster: String?
  /// What is let pass.
  public var ignore: Set<Doubt> = []

  /// The database when none is given.
  public static let defaultDatabase = "otel"
}

/// The OpenTelemetry Collector between agents and storage.
public struct Gateway: Hashable, Sendable {
  /// How many run.
  public var replicas: Int64
  /// The most that is kept on disk, as a quantity.
  public var queueSize: String
  /// Nil for the cluster's default class.
  public var queueStorageClassName: String?
}
