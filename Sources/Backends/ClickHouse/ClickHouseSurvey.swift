// SPDX-License-Identifier: Apache-2.0

import JSON

/// What a server reports of itself. Tables that an old server does not have, or that the user may not read, leave their
/// part empty.
public struct ClickHouseSurvey: Hashable, Sendable {
  /// One host of a cluster, as one replica of one shard.
  public struct Member: Hashable, Sendable {
    /// The shard's number, from 1.
    public var shard: Int
    /// The replica's number, from 1.
    public var replica: Int
    /// The host and its native port: `chi-x-0-0:9000`.
    public var host: String
    /// Whether it is the server that answered.
    public var isLocal: Bool
  }

  /// A disk, in bytes.
  public struct Disk: Hashable, Sendable {
    /// The disk's name in the storage configuration.
    public var name: String
    /// What is free.
    public var free: UInt64
    /// The size; object storage reports the largest number there is.
    public var total: UInt64
  }

  /// Keeper or ZooKeeper, as far as the server knows.
  public enum Keeper: Hashable, Sendable {
    /// The server is configured without one.
    case absent
    /// It answers.
    case alive
    /// It is configured and does not answer; the cause is a phrase.
    case dead(cause: String)
    /// It is configured and was not queried.
    case unknown
  }

  /// A table of the database in question.
  public struct Table: Hashable, Sendable {
    /// The engine's name.
    public var engine: String
    /// The engine with its parameters, its order, its TTL and its settings.
    public var definition: String
    /// The columns.
    public var columns: Set<String> = []
  }

  /// The version; nil if it could not be read.
  public var version: ClickHouseVersion?
  /// The clusters by name.
  public var clusters: [String: [Member]] = [:]
  /// The server's macros.
  public var macros: [String: String] = [:]
  /// Keeper's state.
  public var keeper = Keeper.absent
  /// Whether tables are shared by the service itself: ClickHouse Cloud.
  public var isCloud = false
  /// Tables of the database whose replica is read-only.
  public var readOnlyTables: [String] = []
  /// The disks; empty where the server does not report them.
  public var disks: [Disk] = []
  /// The database's engine; nil if the database does not exist.
  public var databaseEngine: String?
  /// The database's tables of the schema, and the probe.
  public var tables: [String: Table] = [:]
  /// System tables that the user may not read.
  public var unreadable: Set<String> = []
  /// Whether the server has `system.disks`.
  var hasDisks = false

  /// An empty survey.
  public init() {}

  /// Takes in the rows of ``ClickHouseSurveyQuery``. Numbers may come as such or as strings; a row that is not understood
  /// is passed over.
  mutating func add(_ rows: [JSONValue]) {
    for row in rows {
      let values = ["a", "b", "c", "d", "e"].map { Self.text(row[$0]) }
      switch Self.text(row["kind"]) {
      case "version": version = ClickHouseVersion(values[0])
      case "system": addSystemTable(values[0])
      case "cloud": isCloud = (Int(values[0]) ?? 0) >= 2
      case "database": databaseEngine = values[1]
      case "table": tables[values[0], default: Table(engine: "", definition: "")].set(values[1], values[2])
      case "column": tables[values[0], default: Table(engine: "", definition: "")].columns.insert(values[1])
      case "readonly": readOnlyTables.append(values[0])
      case "macro": macros[values[0]] = values[1]
      case "cluster":
        let member = Member(
          shard: Int(values[1]) ?? 1, replica: Int(values[2]) ?? 1, host: values[3], isLocal: values[4] == "1")
        clusters[values[0], default: []].append(member)
      case "disk":
        guard let free = UInt64(values[1]), let total = UInt64(values[2]) else { continue }
        disks.append(Disk(name: values[0], free: free, total: total))
      case "keeper": keeper = .alive
      default: continue
      }
    }
  }

  private mutating func addSystemTable(_ name: String) {
    if name == "disks" { hasDisks = true }
    if name == "zookeeper", keeper == .absent { keeper = .unknown }
  }

  private static func text(_ value: JSONValue?) -> String {
    switch value {
    case .string(let text): text
    case let value?: value.integer.map(String.init) ?? (value.bool == true ? "1" : "")
    case nil: ""
    }
  }
}

extension ClickHouseSurvey.Table {
  fileprivate mutating func set(_ engine: String, _ definition: String) {
    (self.engine, self.definition) = (engine, definition)
  }

  /// The days after which rows are deleted, as the definition says; nil without a TTL of days.
  var retentionDays: Int? {
    definition.firstMatch(of: /\bTTL\b[^,]*?toIntervalDay\((\d+)\)/).flatMap { Int($0.1) }
  }

  /// Whether rows are deleted by age at all.
  var hasTTL: Bool { definition.contains(/\bTTL\b/) }
}
