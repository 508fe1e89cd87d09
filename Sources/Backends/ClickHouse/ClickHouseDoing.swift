// SPDX-License-Identifier: Apache-2.0

import JSON

/// The steps of a check that change something or try whether they may.
struct ClickHouseDoing {
  let session: ClickHouseSession
  let demand: ClickHouseDemand
  let survey: ClickHouseSurvey
  let placement: ClickHouseSchema.Placement

  private var database: String { demand.database }
  private var scope: String { "\(ClickHouseSQL.readable(database)).*" }
  private var isOnCluster: Bool { if case .cluster = placement { true } else { false } }

  /// Makes the database.
  func createDatabase() async throws(Stop) -> String {
    let statement = ClickHouseSchema.createDatabase(database, placement)
    do throws(ClickHouseSession.Failure) {
      _ = try await session.run(statement, changes: true, onCluster: isOnCluster)
    } catch {
      if case .exception(let exception) = error, exception.kind == .privilege {
        let cause = exception.description
        throw Stop(verdict: .databaseMissing(database: database, user: session.access.user, cause: cause))
      }
      throw stop(error, doing: "create database \(database)", grant: "CREATE DATABASE ON \(scope)", table: "")
    }
    return "created database \(database)"
  }

  /// Asks for the rights that are needed now, or proves them; nil if none is missing.
  func findMissingRights() async throws(Stop) -> ClickHouseVerdict? {
    if let version = survey.version, version >= .checkGrant {
      do throws(ClickHouseSession.Failure) {
        let missing = try await missingPrivileges()
        guard !missing.isEmpty else { return nil }
        return .missingGrant(user: session.access.user, grants: missing.map { "\($0) ON \(scope)" })
      } catch {
        guard case .exception(let exception) = error, exception.kind == .statement else {
          throw stop(error, doing: "report the user's rights", grant: "", table: "")
        }
      }
    }
    return try await probe()
  }

  /// The privileges that the demand takes while tables are still to be made, or once they are there.
  private var privileges: [String] {
    switch demand.purpose {
    case .coroot: ["CREATE TABLE", "CREATE VIEW", "ALTER ADD COLUMN", "ALTER ADD INDEX", "INSERT", "SELECT"]
    case .ownSchema: (tables.changes.isEmpty ? [] : ["CREATE TABLE", "CREATE VIEW"]) + ["INSERT", "SELECT"]
    }
  }

  private func missingPrivileges() async throws(ClickHouseSession.Failure) -> [String] {
    if try await isGranted(privileges) { return [] }
    var missing: [String] = []
    for privilege in privileges where try await !isGranted([privilege]) { missing.append(privilege) }
    return missing
  }

  private func isGranted(_ privileges: [String]) async throws(ClickHouseSession.Failure) -> Bool {
    let target = "\(ClickHouseSQL.identifier(database)).*"
    let rows = try await session.run("CHECK GRANT \(privileges.joined(separator: ", ")) ON \(target)")
    // Its column has had other names than `result`.
    let value = rows.first?.object?.sortedByName().first?.value
    return value?.integer == 1 || value?.string == "1" || value?.bool == true
  }

  /// Proves that a table can be made, written and read, with one that stays empty.
  private func probe() async throws(Stop) -> ClickHouseVerdict? {
    let name = ClickHouseSQL.table(database, ClickHouseSchema.probe)
    var steps = [("INSERT, SELECT", "INSERT INTO \(name) SELECT x FROM \(name) WHERE x > 0")]
    if survey.tables[ClickHouseSchema.probe] == nil {
      steps.insert(("CREATE TABLE", "CREATE TABLE IF NOT EXISTS \(name) (x UInt8) ENGINE = Memory"), at: 0)
    }
    for (privilege, statement) in steps {
      do throws(ClickHouseSession.Failure) {
        _ = try await session.run(statement, database: database, changes: true)
      } catch {
        let doing = "try \(privilege) on table \(ClickHouseSchema.probe)"
        let stop = stop(error, doing: doing, grant: "\(privilege) ON \(scope)", table: ClickHouseSchema.probe)
        guard case .missingGrant = stop.verdict else { throw stop }
        return stop.verdict
      }
    }
    return nil
  }

  private var tables: ClickHouseTables {
    guard case .ownSchema(let traces, let logs) = demand.purpose else {
      return ClickHouseTables(survey, database: database, traces: nil, logs: nil, placement)
    }
    return ClickHouseTables(survey, database: database, traces: traces, logs: logs, placement)
  }

  /// Makes and changes the operator's tables.
  ///
  /// - Returns: what was changed, as phrases.
  func makeTables() async throws(Stop) -> [String] {
    let tables = tables
    if let conflict = tables.conflict { throw Stop(verdict: conflict) }
    for change in tables.changes {
      do throws(ClickHouseSession.Failure) {
        _ = try await session.run(change.statement, database: database, changes: true, onCluster: isOnCluster)
      } catch {
        throw stop(error, doing: change.doing, grant: change.grant, table: change.table)
      }
    }
    return tables.changes.map(\.done)
  }

  private func stop(_ failure: ClickHouseSession.Failure, doing: String, grant: String, table: String) -> Stop {
    switch failure {
    case .verdict(let verdict): Stop(verdict: verdict)
    case .timedOut(let cause):
      Stop(verdict: .overloaded(address: session.access.address, answered: "\(cause), asked to \(doing)"))
    case .exception(let exception):
      Stop(
        verdict: exception.verdict(
          for: session.access, doing: doing, database: database, table: table, grant: grant, version: survey.version))
    }
  }
}

extension ClickHouseException {
  /// What the error means for the statement that it refused.
  func verdict(
    for access: ClickHouseAccess, doing: String, database: String, table: String, grant: String,
    version: ClickHouseVersion?
  ) -> ClickHouseVerdict {
    switch kind {
    case .authentication:
      let suspicion = ClickHouseLogin.suspicion(password: access.password).map { "; \($0)" } ?? ""
      return .authenticationFailed(address: access.address, user: access.user, cause: description + suspicion)
    case .databaseMissing: return .databaseMissing(database: database, user: access.user, cause: description)
    case .privilege: return .missingGrant(user: access.user, grants: [self.grant ?? grant])
    case .keeper: return .keeperUnresolvable(cause: description)
    case .cluster: return .ambiguousCluster(cause: description, clusters: [])
    case .readOnly: return .readOnlyReplica(database: database, tables: [table])
    case .diskFull: return .diskFull(cause: description)
    case .transient: return .overloaded(address: access.address, answered: "\(description), asked to \(doing)")
    case .statement:
      guard let version, version < .floor else { return .queryFailed(doing: doing, answered: description) }
      return .versionTooOld(found: version.description)
    case .other: return .queryFailed(doing: doing, answered: description)
    }
  }
}
