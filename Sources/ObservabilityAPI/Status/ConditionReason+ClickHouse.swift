// SPDX-License-Identifier: Apache-2.0

/// Reasons of ClickHouseReady.
extension ConditionReason {
  /// ClickHouse does not accept user and password.
  public static let authenticationFailed = reason(
    "AuthenticationFailed", "ClickHouse does not accept user and password.",
    "Correct the Secret that the message names; a change is seen at once.")
  /// The user lacks a right.
  public static let missingGrant = reason(
    "MissingGrant", "The user may not do what is needed in the database.",
    "Run the GRANT that the message has, or choose another user.")
  /// The database is not there and cannot be made.
  public static let databaseMissing = reason(
    "DatabaseMissing", "The database is not there, and the user may not create it.",
    "Create the database, or grant CREATE DATABASE.")
  /// The server is older than what is supported.
  public static let versionTooOld = reason(
    "VersionTooOld", "The server is older than the oldest version that is supported.",
    "Upgrade ClickHouse; spec.clickHouse.ignore lets it pass at your own risk.")
  /// Which cluster is to be used cannot be told.
  public static let ambiguousCluster = reason(
    "AmbiguousCluster", "The server knows several clusters, and which one is to be used cannot be told.",
    "Set spec.clickHouse.cluster to one of those that the message names.")
  /// Keeper is configured and cannot be reached.
  public static let keeperUnresolvable = reason(
    "KeeperUnresolvable", "The server is configured with a Keeper that it cannot reach.",
    "Repair Keeper, or run the ClickHouse application without it (clickhouseKeeper.enabled: false, one replica).")
  /// Tables cannot be written to.
  public static let readOnlyReplica = reason(
    "ReadOnlyReplica", "Replicated tables of the server are read-only.",
    "Repair Keeper, and see system.replicas.")
  /// Next to nothing is free on the disk.
  public static let diskFull = reason(
    "DiskFull", "Next to nothing is free on a disk of the server.",
    "Enlarge the volume, or shorten spec.traces.retention and spec.logs.retention.")
  /// What answers is not ClickHouse's HTTP interface.
  public static let notClickHouse = reason(
    "NotClickHouse", "What answers is not the HTTP interface of ClickHouse.",
    "Set spec.clickHouse.endpoint.httpPort to the port of the HTTP interface, 8123 or 8443 with TLS.")
  /// A table of that name has other columns.
  public static let schemaConflict = reason(
    "SchemaConflict", "A table of the same name is there already and lacks columns.",
    "Set spec.clickHouse.database to a database of its own; that of a Coroot server has tables of the same names.")

  private static func reason(_ name: String, _ meaning: String, _ remedy: String) -> ConditionReason {
    ConditionReason(name, [.clickHouseReady], status: "False", meaning: meaning, remedy: remedy)
  }
}
