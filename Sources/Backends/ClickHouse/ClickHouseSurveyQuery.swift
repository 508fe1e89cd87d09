// SPDX-License-Identifier: Apache-2.0

/// The statements that a ``ClickHouseSurvey`` is read with.
///
/// All parts are one statement, so that a survey costs one request. Each row has its part's name as `kind` and up to five
/// texts; every column read here is in 18.16 as well as in 26.9.
enum ClickHouseSurveyQuery {
  /// What a user without any right on `system` may read on a server that demands such rights.
  private static func open(_ database: String) -> [String] {
    let name = ClickHouseSQL.literal(database)
    let tables = ClickHouseSQL.list(ClickHouseSchema.tables + [ClickHouseSchema.probe])
    return [
      "SELECT 'version' AS kind, version() AS a, '' AS b, '' AS c, '' AS d, '' AS e",
      "SELECT 'system', name, '', '', '', '' FROM system.tables"
        + " WHERE database = 'system' AND name IN ('disks', 'zookeeper')",
      "SELECT 'cloud', value, '', '', '', '' FROM system.settings WHERE name = 'cloud_mode_engine'",
      "SELECT 'database', name, engine, '', '', '' FROM system.databases WHERE name = \(name)",
      "SELECT 'table', name, engine, engine_full, '', '' FROM system.tables"
        + " WHERE database = \(name) AND name IN (\(tables))",
      "SELECT 'column', table, name, '', '', '' FROM system.columns"
        + " WHERE database = \(name) AND table IN (\(tables))",
    ]
  }

  /// What a right is needed for where the server demands one, by the name of the table.
  static func restricted(_ database: String) -> [(table: String, statement: String)] {
    [
      (
        "clusters",
        "SELECT 'cluster' AS kind, cluster AS a, toString(shard_num) AS b, toString(replica_num) AS c,"
          + " concat(host_name, ':', toString(port)) AS d, toString(is_local) AS e FROM system.clusters"
      ),
      ("macros", "SELECT 'macro' AS kind, macro AS a, substitution AS b, '' AS c, '' AS d, '' AS e FROM system.macros"),
      (
        "replicas",
        "SELECT 'readonly' AS kind, table AS a, '' AS b, '' AS c, '' AS d, '' AS e FROM system.replicas"
          + " WHERE database = \(ClickHouseSQL.literal(database)) AND is_readonly = 1"
      ),
    ]
  }

  /// Everything.
  static func everything(_ database: String) -> String {
    (open(database) + restricted(database).map(\.statement)).joined(separator: "\nUNION ALL ")
  }

  /// Without what a right may be needed for.
  static func unrestricted(_ database: String) -> String { open(database).joined(separator: "\nUNION ALL ") }

  /// The disks.
  static let disks =
    "SELECT 'disk' AS kind, name AS a, toString(free_space) AS b, toString(total_space) AS c FROM system.disks"

  /// Makes the server ask Keeper.
  static let keeper =
    "SELECT 'keeper' AS kind, toString(count()) AS a, '' AS b, '' AS c FROM system.zookeeper WHERE path = '/'"
}
