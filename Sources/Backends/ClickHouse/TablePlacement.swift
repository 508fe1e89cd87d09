// SPDX-License-Identifier: Apache-2.0

/// Where the operator makes its own tables, and what speaks against it.
struct TablePlacement: Hashable {
  /// What to do if nothing speaks against it, or if it is not to count.
  var placement: ClickHouseSchema.Placement
  /// What speaks against it.
  var objection: ClickHouseVerdict?

  /// The placement by what the server reports.
  ///
  /// - Parameter wanted: the cluster of `spec.clickHouse.cluster`; it is taken though it has shards.
  static func choose(_ survey: ClickHouseSurvey, user: String, wanted: String?) -> TablePlacement {
    if survey.databaseEngine == "Replicated" { return TablePlacement(placement: .replicatedDatabase) }
    if survey.isCloud { return TablePlacement(placement: .local) }
    if let wanted { return named(wanted, survey) }
    if survey.unreadable.contains("clusters") {
      return TablePlacement(
        placement: .local, objection: .missingGrant(user: user, grants: ["SELECT ON system.clusters"]))
    }
    let around = Topology.around(survey)
    guard let first = around.first else { return TablePlacement(placement: .local) }
    let names = around.map(\.name)
    guard survey.keeper != .absent else {
      return ambiguous(
        "the server is one of the \(first.hosts.count) hosts of cluster \(first.name) and has no Keeper, so tables would "
          + "exist on one host only while a Service spreads requests over all", names, .local)
    }
    guard around.allSatisfy({ $0.layout == first.layout }) else {
      return ambiguous("the server belongs to several clusters: \(names.joined(separator: ", "))", names, .local)
    }
    guard first.shards == 1 else {
      return ambiguous(
        "cluster \(first.name) has \(first.shards) shards, and without Distributed tables each shows only the rows that it "
          + "took in", names, .cluster(first.name))
    }
    return replicated(on: first.name, survey)
  }

  private static func named(_ name: String, _ survey: ClickHouseSurvey) -> TablePlacement {
    let names = survey.clusters.keys.sorted()
    guard survey.clusters[name] != nil || survey.unreadable.contains("clusters") else {
      let others = names.isEmpty ? "it has none" : "it has \(names.joined(separator: ", "))"
      return ambiguous("the server has no cluster \(name): \(others)", names, .local)
    }
    guard survey.keeper != .absent || survey.unreadable.contains("clusters") else {
      let cause = "the server has no Keeper configured, without which cluster \(name) cannot replicate"
      return TablePlacement(placement: .local, objection: .keeperUnresolvable(cause: cause))
    }
    return replicated(on: name, survey)
  }

  private static func replicated(on name: String, _ survey: ClickHouseSurvey) -> TablePlacement {
    if case .dead(let cause) = survey.keeper {
      return TablePlacement(placement: .local, objection: .keeperUnresolvable(cause: cause))
    }
    let missing = Topology.missingMacros(survey)
    guard missing.isEmpty else {
      return ambiguous(missing.joined(separator: "; "), [name], .local)
    }
    return TablePlacement(placement: .cluster(name))
  }

  private static func ambiguous(
    _ cause: String, _ clusters: [String], _ placement: ClickHouseSchema.Placement
  ) -> TablePlacement {
    TablePlacement(placement: placement, objection: .ambiguousCluster(cause: cause, clusters: clusters))
  }
}
