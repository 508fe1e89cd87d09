// SPDX-License-Identifier: Apache-2.0

import ObservabilityAPI

/// What a survey means for a demand, before anything is changed.
struct ClickHouseAssessment: Hashable {
  /// The first finding that counts.
  var problem: ClickHouseVerdict?
  /// Findings that the demand ignores.
  var ignored: [ClickHouseConcern] = []
  /// Where the operator makes what it makes.
  var placement: ClickHouseSchema.Placement = .local

  /// Below this share of the disk ClickHouse cannot merge parts for long, in percent.
  static let leastFree: UInt64 = 5

  init(_ survey: ClickHouseSurvey, _ demand: ClickHouseDemand, user: String) {
    if let version = survey.version, version < .floor { note(.versionTooOld(found: version.description), demand) }
    switch demand.purpose {
    case .ownSchema:
      let choice = TablePlacement.choose(survey, user: user, wanted: demand.cluster)
      placement = choice.placement
      if let objection = choice.objection { note(objection, demand) }
    case .coroot: choose(forCoroot: survey, demand, user: user)
    }
    if !survey.readOnlyTables.isEmpty {
      note(.readOnlyReplica(database: demand.database, tables: survey.readOnlyTables.sorted()), demand)
    }
    if let disk = survey.disks.first(where: { $0.name == "default" }) ?? survey.disks.max(by: { $0.free < $1.free }),
      disk.total > 0, disk.free / max(1, disk.total / 100) < Self.leastFree
    {
      note(
        .diskFull(cause: "disk \(disk.name) has \(Self.gibibytes(disk.free)) of \(Self.gibibytes(disk.total)) free"),
        demand)
    }
  }

  /// Takes in a finding.
  mutating func note(_ verdict: ClickHouseVerdict, _ demand: ClickHouseDemand) {
    if let concern = ClickHouseConcern(rawValue: verdict.reason), demand.ignore.contains(concern) {
      if !ignored.contains(concern) { ignored.append(concern) }
    } else if problem == nil {
      problem = verdict
    }
  }

  private mutating func choose(forCoroot survey: ClickHouseSurvey, _ demand: ClickHouseDemand, user: String) {
    if survey.unreadable.contains("clusters") {
      note(.missingGrant(user: user, grants: ["SELECT ON system.clusters"]), demand)
    }
    let choice = ClusterChoice.coroot(survey, wanted: demand.cluster)
    if case .unclustered = choice.outcome {
    } else if case .dead(let cause) = survey.keeper {
      note(.keeperUnresolvable(cause: cause), demand)
    }
    if !choice.hazards.isEmpty {
      note(
        .ambiguousCluster(cause: choice.hazards.joined(separator: "; "), clusters: survey.clusters.keys.sorted()),
        demand)
    }
    // Only the database is the operator's to make, and where Coroot's choice is not to be trusted it is made here alone.
    if case .cluster(let name) = choice.outcome, survey.keeper == .alive, problem == nil { placement = .cluster(name) }
  }

  private static func gibibytes(_ bytes: UInt64) -> String {
    let tenths = bytes / ((1 << 30) / 10)
    return "\(tenths / 10).\(tenths % 10) GiB"
  }
}
