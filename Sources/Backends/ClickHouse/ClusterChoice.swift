// SPDX-License-Identifier: Apache-2.0

/// The cluster that Coroot would choose for its tables, and why that may be wrong.
///
/// Coroot has no option for it. It asks whether `system.zookeeper` exists, then for `cloud_mode_engine`, then for the
/// clusters, and takes the only one, else `coroot`, else `default` (Coroot 1.24.5, `ch/client.go` info).
public struct ClusterChoice: Hashable, Sendable {
  /// What Coroot does.
  public enum Outcome: Hashable, Sendable {
    /// It makes plain tables on the server that answers; the cause is a phrase.
    case unclustered(cause: String)
    /// It makes replicated tables on that cluster.
    case cluster(String)
    /// It fails: there are several clusters, and none has a name that it knows.
    case undecidable
  }

  /// What Coroot does.
  public let outcome: Outcome
  /// Why its choice would fail, or lose or hide rows, as phrases; empty if it is safe.
  public let hazards: [String]

  /// The choice by what the server reports.
  ///
  /// - Parameter wanted: the cluster that is meant to be used, if one is.
  public static func coroot(_ survey: ClickHouseSurvey, wanted: String? = nil) -> ClusterChoice {
    let outcome = outcome(survey)
    var hazards: [String] = []
    switch outcome {
    case .undecidable:
      hazards.append("Coroot fails with several clusters of which none is called coroot or default")
    case .unclustered:
      if survey.keeper == .absent, !survey.isCloud, let wide = Topology.around(survey).first {
        hazards.append(
          "Coroot makes its tables on one of the \(wide.hosts.count) hosts of cluster \(wide.name) only, because the "
            + "server has no Keeper")
      }
    case .cluster(let name): hazards = self.hazards(of: name, survey)
    }
    if let wanted, outcome != .cluster(wanted) { hazards.append("Coroot would not choose cluster \(wanted)") }
    return ClusterChoice(outcome: outcome, hazards: hazards)
  }

  private static func outcome(_ survey: ClickHouseSurvey) -> Outcome {
    if survey.keeper == .absent { return .unclustered(cause: "the server has no Keeper") }
    if survey.isCloud { return .unclustered(cause: "it is ClickHouse Cloud") }
    if survey.clusters.isEmpty { return .unclustered(cause: "the server has no cluster") }
    if survey.clusters.count == 1, let only = survey.clusters.keys.first { return .cluster(only) }
    return ["coroot", "default"].first { survey.clusters[$0] != nil }.map { .cluster($0) } ?? .undecidable
  }

  private static func hazards(of name: String, _ survey: ClickHouseSurvey) -> [String] {
    guard let members = survey.clusters[name] else { return [] }
    let chosen = Topology(name: name, members: members)
    var hazards: [String] = []
    if ClickHouseSQL.readable(name) != name {
      hazards.append("Coroot writes the cluster's name \(name) without quotes, which ClickHouse does not accept")
    }
    if chosen.hosts.count < 2, let wide = Topology.around(survey).first {
      hazards.append(
        "Coroot would choose cluster \(name) with one host, and the other hosts of cluster \(wide.name) would get no tables"
      )
    }
    if chosen.shards > 1 {
      hazards.append("cluster \(name) has \(chosen.shards) shards, which Coroot does not support")
    }
    hazards += Topology.missingMacros(survey)
    if survey.databaseEngine == "Replicated" {
      hazards.append("the database's engine is Replicated, which does not take Coroot's ON CLUSTER")
    }
    return hazards
  }
}

/// The shape of one cluster.
struct Topology {
  let name: String
  let members: [ClickHouseSurvey.Member]

  /// The hosts with their ports.
  var hosts: Set<String> { Set(members.map(\.host)) }
  var shards: Int { Set(members.map(\.shard)).count }

  /// Clusters of more than one host that the answering server belongs to, by name. The example clusters of ClickHouse's own
  /// configuration lie on loopback addresses, and the clusters that Altinity's operator adds (`all-replicated` and its
  /// like) repeat the hosts of the others.
  static func around(_ survey: ClickHouseSurvey) -> [Topology] {
    let wide = survey.clusters.map { Topology(name: $0.key, members: $0.value) }
      .filter { $0.remoteHosts.count > 1 && $0.members.contains(where: \.isLocal) }.sorted { $0.name < $1.name }
    let named = wide.filter { !altinity.contains($0.name) }
    return named.isEmpty ? wide : named
  }

  /// Why replicated tables cannot name their replica.
  static func missingMacros(_ survey: ClickHouseSurvey) -> [String] {
    guard !survey.unreadable.contains("macros") else { return [] }
    return ["shard", "replica"].filter { survey.macros[$0] == nil }
      .map { "the server has no macro {\($0)}, which replicated tables need" }
  }

  private static let altinity: Set<String> = ["all-replicated", "all-sharded", "all-clusters"]

  private var remoteHosts: Set<String> {
    hosts.filter { host in
      !host.hasPrefix("127.") && !["localhost:", "::1:", "[::1]:"].contains { host.hasPrefix($0) }
    }
  }

  /// Which host is which replica of which shard, without the cluster's name.
  var layout: Set<String> { Set(members.map { "\($0.shard)/\($0.replica)/\($0.host)" }) }
}
