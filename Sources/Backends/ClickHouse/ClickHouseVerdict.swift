// SPDX-License-Identifier: Apache-2.0

public import HTTPTransport

/// How a ClickHouse was found.
public enum ClickHouseVerdict: Hashable, Sendable {
  /// What is known of a server that does what is demanded.
  public struct Ready: Hashable, Sendable {
    /// The server's version; nil if it did not say.
    public var version: String?
    /// The database.
    public var database: String
    /// The cluster on which the tables are; nil for the answering server alone.
    public var cluster: String?
    /// Findings that `spec.clickHouse.ignore` switched off.
    public var ignored: [ClickHouseConcern]
    /// What this check changed, as phrases: `created table otel_logs`.
    public var changes: [String]

    /// What is known, made of its parts.
    public init(version: String?, database: String, cluster: String?, ignored: [ClickHouseConcern], changes: [String]) {
      self.version = version
      self.database = database
      self.cluster = cluster
      self.ignored = ignored
      self.changes = changes
    }
  }

  /// What is demanded works.
  case ready(Ready)
  /// No answer, or not in time.
  case unreachable(address: String, cause: String)
  /// The host has only link-local addresses, which are never queried.
  case addressRefused(address: String, cause: String)
  /// It was reached, but TLS with it failed.
  case tlsFailed(address: String, cause: String, fault: TLSFault, hasAuthorities: Bool)
  /// Another server answers than ClickHouse's HTTP interface; `isNativePort` if it is the native port.
  case notClickHouse(address: String, answered: String, isNativePort: Bool)
  /// The user and password are not accepted, or cannot be sent.
  case authenticationFailed(address: String, user: String, cause: String)
  /// The user lacks rights, in the words of a `GRANT` statement: `INSERT ON otel.*`.
  case missingGrant(user: String, grants: [String])
  /// The database does not exist and could not be made.
  case databaseMissing(database: String, user: String, cause: String)
  /// The server is older than ``ClickHouseVersion/floor``.
  case versionTooOld(found: String)
  /// It is not clear which cluster is meant, or the choice would lose or hide rows.
  case ambiguousCluster(cause: String, clusters: [String])
  /// Keeper is needed and does not answer, or is not configured.
  case keeperUnresolvable(cause: String)
  /// Replicas of the database's tables take no writes.
  case readOnlyReplica(database: String, tables: [String])
  /// The disk is full, or nearly.
  case diskFull(cause: String)
  /// It answers that it cannot serve now, or not in time.
  case overloaded(address: String, answered: String)
  /// A table of the schema's name exists with other columns.
  case schemaConflict(database: String, table: String, missing: [String])
  /// It refuses a statement for another reason.
  case queryFailed(doing: String, answered: String)

  /// Whether what is demanded works.
  public var isReady: Bool { if case .ready = self { true } else { false } }

  /// The verdict as one word in CamelCase.
  public var reason: String {
    switch self {
    case .ready: "Ready"
    case .unreachable: "Unreachable"
    case .addressRefused: "AddressRefused"
    case .tlsFailed: "TLSFailed"
    case .notClickHouse: "NotClickHouse"
    case .authenticationFailed: "AuthenticationFailed"
    case .missingGrant: "MissingGrant"
    case .databaseMissing: "DatabaseMissing"
    case .versionTooOld: "VersionTooOld"
    case .ambiguousCluster: "AmbiguousCluster"
    case .keeperUnresolvable: "KeeperUnresolvable"
    case .readOnlyReplica: "ReadOnlyReplica"
    case .diskFull: "DiskFull"
    case .overloaded: "Overloaded"
    case .schemaConflict: "SchemaConflict"
    case .queryFailed: "QueryFailed"
    }
  }
}
