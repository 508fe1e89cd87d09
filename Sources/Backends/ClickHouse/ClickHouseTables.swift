// SPDX-License-Identifier: Apache-2.0

/// What must be changed so that a database has the tables of the schema.
struct ClickHouseTables: Hashable {
  /// One statement.
  struct Change: Hashable {
    /// What it does, for a message that begins with `refused to`: `create table otel_logs`.
    var doing: String
    /// What it did, for an Event: `created table otel_logs`.
    var done: String
    var statement: String
    /// The right that it takes, in the words of `GRANT`.
    var grant: String
    var table: String
  }

  /// The statements in order; empty if all is as wanted.
  var changes: [Change] = []
  /// A table of that name that the exporter cannot write to.
  var conflict: ClickHouseVerdict?

  /// Compares what the survey found with what is wanted. Nothing is ever dropped.
  init(
    _ survey: ClickHouseSurvey, database: String, traces: ClickHouseDemand.Retention?,
    logs: ClickHouseDemand.Retention?,
    _ placement: ClickHouseSchema.Placement
  ) {
    for name in ClickHouseSchema.tables {
      guard let retention = name == ClickHouseSchema.logs ? logs : traces else { continue }
      guard let found = survey.tables[name] else {
        add(create: name, database, retention, placement)
        continue
      }
      let missing = ClickHouseSchema.columns(of: name).filter {
        !Self.optional.contains($0) && !found.columns.contains($0)
      }
      let isView = name == ClickHouseSchema.traceTimesView
      guard missing.isEmpty, isView == (found.engine == "MaterializedView") else {
        conflict = conflict ?? .schemaConflict(database: database, table: name, missing: missing)
        continue
      }
      if !isView, !Self.keeps(found, retention) { add(retention: retention, of: name, database, placement) }
    }
  }

  /// Columns that the exporter fills only if they are there.
  private static let optional: Set<String> = ["TimestampTime", "EventName"]

  private static func keeps(_ table: ClickHouseSurvey.Table, _ retention: ClickHouseDemand.Retention) -> Bool {
    retention.ttlDays.map { table.retentionDays == $0 } ?? !table.hasTTL
  }

  private mutating func add(
    create name: String, _ database: String, _ retention: ClickHouseDemand.Retention,
    _ placement: ClickHouseSchema.Placement
  ) {
    guard let statement = ClickHouseSchema.create(name, in: database, placement, keeping: retention) else { return }
    let isView = name == ClickHouseSchema.traceTimesView
    let kind = isView ? "view" : "table"
    changes.append(
      Change(
        doing: "create \(kind) \(name)", done: "created \(kind) \(name)", statement: statement,
        grant: "CREATE \(isView ? "VIEW" : "TABLE") ON \(ClickHouseSQL.readable(database)).*", table: name))
  }

  private mutating func add(
    retention: ClickHouseDemand.Retention, of name: String, _ database: String,
    _ placement: ClickHouseSchema.Placement
  ) {
    guard let statement = ClickHouseSchema.setRetention(of: name, in: database, placement, to: retention) else {
      return
    }
    let length = retention.ttlDays.map { "for \($0) days" } ?? "for ever"
    changes.append(
      Change(
        doing: "keep the rows of table \(name) \(length)", done: "keeps the rows of table \(name) \(length)",
        statement: statement, grant: "ALTER TTL ON \(ClickHouseSQL.readable(database)).*", table: name))
  }
}
