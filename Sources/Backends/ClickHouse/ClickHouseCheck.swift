// SPDX-License-Identifier: Apache-2.0

public import HTTPTransport
import JSON

/// Checks whether a ClickHouse can take what it is meant to, and makes the operator's own database and tables in it.
///
/// Everything goes over the HTTP interface. A check costs, if nothing fails: one request to survey the server, one for
/// disks and Keeper where it has them, one to create the database if it does not exist, one to ask for rights
/// (`CHECK GRANT`; two with a probe table the first time), and one for each table that is missing or keeps rows for
/// another time. At rest these are three. Nothing is ever dropped; a probe table, empty and in memory, stays.
public struct ClickHouseCheck: Sendable {
  private let transport: any HTTPTransport
  private let limits: ClickHouseSession.Limits

  /// A check over that transport.
  public init(transport: any HTTPTransport) {
    self.init(transport: transport, limits: ClickHouseSession.Limits())
  }

  init(transport: any HTTPTransport, limits: ClickHouseSession.Limits) {
    self.transport = transport
    self.limits = limits
  }

  /// Checks and prepares, and stops at the first finding that counts.
  ///
  /// Each statement has its deadline (10 s, or 30 s if it changes something); cancelling the task ends it.
  public func run(_ access: ClickHouseAccess, _ demand: ClickHouseDemand) async -> ClickHouseVerdict {
    do {
      let steps = ClickHouseSteps(
        session: try ClickHouseSession(access, over: transport, limits: limits), demand: demand)
      return try await steps.run()
    } catch {
      return ClickHouseSteps.verdict(onFirst: error, access)
    }
  }
}

/// One check: its session, and what it is to find.
struct ClickHouseSteps {
  let session: ClickHouseSession
  let demand: ClickHouseDemand

  private var access: ClickHouseAccess { session.access }

  func run() async throws(ClickHouseSession.Failure) -> ClickHouseVerdict {
    let survey = try await survey()
    var assessment = ClickHouseAssessment(survey, demand, user: access.user)
    if let problem = assessment.problem { return problem }
    let doing = ClickHouseDoing(session: session, demand: demand, survey: survey, placement: assessment.placement)
    var changes: [String] = []
    do throws(Stop) {
      if survey.databaseEngine == nil { changes.append(try await doing.createDatabase()) }
      if let missing = try await doing.findMissingRights() { assessment.note(missing, demand) }
      if let problem = assessment.problem { return problem }
      changes += try await doing.makeTables()
    } catch {
      return error.verdict
    }
    let cluster: String? = if case .cluster(let name) = assessment.placement { name } else { nil }
    return .ready(
      ClickHouseVerdict.Ready(
        version: survey.version?.description, database: demand.database, cluster: cluster, ignored: assessment.ignored,
        changes: changes))
  }

  /// Reads the server's state.
  private func survey() async throws(ClickHouseSession.Failure) -> ClickHouseSurvey {
    var survey = ClickHouseSurvey()
    do throws(ClickHouseSession.Failure) {
      survey.add(try await session.run(ClickHouseSurveyQuery.everything(demand.database)))
    } catch {
      switch error {
      case .exception(let exception) where exception.kind == .privilege:
        try await surveyWithoutRights(&survey)
      case .exception(let exception) where exception.kind == .statement:
        let rows = try await session.run("SELECT version() AS version")
        guard let version = rows.first?["version"]?.string else { throw error }
        throw ClickHouseVersion(version).map { $0 < .floor } == true
          ? .verdict(.versionTooOld(found: version)) : .exception(exception)
      default: throw error
      }
    }
    guard survey.version != nil else {
      let answered = "status 200 without a version, which is not shown"
      throw .verdict(.notClickHouse(address: access.address, answered: answered, isNativePort: false))
    }
    await surveyHealth(&survey)
    return survey
  }

  /// Reads part by part what a user without rights on `system` may read, and notes what it may not.
  private func surveyWithoutRights(_ survey: inout ClickHouseSurvey) async throws(ClickHouseSession.Failure) {
    survey.add(try await session.run(ClickHouseSurveyQuery.unrestricted(demand.database)))
    for part in ClickHouseSurveyQuery.restricted(demand.database) {
      do throws(ClickHouseSession.Failure) {
        survey.add(try await session.run(part.statement))
      } catch {
        guard case .exception(let exception) = error, exception.kind == .privilege else { throw error }
        survey.unreadable.insert(part.table)
      }
    }
  }

  /// Reads disks and Keeper: together if both are there, and Keeper's failure does not hide the disks. What is not
  /// answered stays unknown, but a Keeper that is not reached is noted.
  private func surveyHealth(_ survey: inout ClickHouseSurvey) async {
    let hasKeeper = survey.keeper == .unknown
    let parts =
      (survey.hasDisks ? [ClickHouseSurveyQuery.disks] : []) + (hasKeeper ? [ClickHouseSurveyQuery.keeper] : [])
    guard !parts.isEmpty else { return }
    do throws(ClickHouseSession.Failure) {
      survey.add(try await session.run(parts.joined(separator: "\nUNION ALL ")))
    } catch {
      guard hasKeeper else { return }
      switch error {
      case .exception(let exception) where exception.kind == .privilege: break
      case .exception(let exception): survey.keeper = .dead(cause: exception.description)
      case .timedOut(let cause): survey.keeper = .dead(cause: cause)
      case .verdict: return
      }
      if survey.hasDisks, let rows = try? await session.run(ClickHouseSurveyQuery.disks) { survey.add(rows) }
    }
  }

  /// What a failure of the first statements means.
  static func verdict(onFirst failure: ClickHouseSession.Failure, _ access: ClickHouseAccess) -> ClickHouseVerdict {
    switch failure {
    case .verdict(let verdict): verdict
    case .timedOut(let cause): .unreachable(address: access.address, cause: cause)
    case .exception(let exception):
      exception.verdict(
        for: access, doing: "describe itself", database: "default", table: "system", grant: "SELECT ON system.*",
        version: nil)
    }
  }
}

/// A verdict that ends the check.
struct Stop: Error {
  let verdict: ClickHouseVerdict
}
