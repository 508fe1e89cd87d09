// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Backends

/// Clusters as servers report them.
private enum Clusters {
  static func cluster(_ shards: Int, _ replicas: Int, local: Bool = true) -> [ClickHouseSurvey.Member] {
    (1...shards).flatMap { shard in
      (1...replicas).map { replica in
        ClickHouseSurvey.Member(
          shard: shard, replica: replica, host: "chi-\(shard)-\(replica):9000",
          isLocal: local && shard == 1 && replica == 1)
      }
    }
  }

  static let oneHost = [ClickHouseSurvey.Member(shard: 1, replica: 1, host: "localhost:9000", isLocal: true)]
  /// What ClickHouse's own configuration brings.
  static let examples = [
    "test_shard_localhost": oneHost,
    "test_cluster_two_shards": [
      ClickHouseSurvey.Member(shard: 1, replica: 1, host: "127.0.0.1:9000", isLocal: true),
      ClickHouseSurvey.Member(shard: 2, replica: 1, host: "127.0.0.2:9000", isLocal: false),
    ],
  ]
  /// Cozystack's application by default: Altinity's operator, two replicas.
  static let cozystack = [
    "clickhouse": cluster(1, 2), "all-replicated": cluster(1, 2), "all-sharded": cluster(2, 1),
    "default": oneHost,
  ]
}

private func survey(
  _ clusters: [String: [ClickHouseSurvey.Member]], _ keeper: ClickHouseSurvey.Keeper, macros: Bool = true,
  engine: String? = "Atomic", cloud: Bool = false
) -> ClickHouseSurvey {
  var survey = ClickHouseSurvey()
  survey.clusters = clusters
  survey.keeper = keeper
  survey.macros = macros ? ["shard": "0", "replica": "r0"] : [:]
  survey.databaseEngine = engine
  survey.isCloud = cloud
  return survey
}

@Suite struct ClusterChoiceTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var survey: ClickHouseSurvey
    var outcome: ClusterChoice.Outcome
    /// Words of each hazard, in order.
    var hazards: [String] = []
    var wanted: String?
  }

  static let cases = [
    Case(
      testDescription: "no Keeper", survey: survey(Clusters.examples, .absent),
      outcome: .unclustered(cause: "the server has no Keeper")),
    Case(
      testDescription: "no Keeper, but two replicas", survey: survey(Clusters.cozystack, .absent),
      outcome: .unclustered(cause: "the server has no Keeper"), hazards: ["one of the 2 hosts of cluster clickhouse"]),
    Case(
      testDescription: "Cloud", survey: survey(["default": Clusters.cluster(1, 3)], .alive, cloud: true),
      outcome: .unclustered(cause: "it is ClickHouse Cloud")),
    Case(
      testDescription: "Keeper and no cluster", survey: survey([:], .alive),
      outcome: .unclustered(cause: "the server has no cluster")),
    Case(
      testDescription: "one cluster of any name", survey: survey(["x": Clusters.cluster(1, 2)], .alive),
      outcome: .cluster("x")),
    Case(
      testDescription: "several with coroot",
      survey: survey(["coroot": Clusters.cluster(1, 2), "default": Clusters.oneHost, "x": Clusters.oneHost], .alive),
      outcome: .cluster("coroot")),
    Case(
      testDescription: "Cozystack's default", survey: survey(Clusters.cozystack, .alive), outcome: .cluster("default"),
      hazards: ["cluster default with one host"]),
    Case(
      testDescription: "several without a known name",
      survey: survey(["a": Clusters.cluster(1, 2), "b": Clusters.cluster(1, 2)], .alive), outcome: .undecidable,
      hazards: ["Coroot fails with several clusters"]),
    Case(
      testDescription: "a name that needs quotes", survey: survey(["my-cluster": Clusters.cluster(1, 2)], .alive),
      outcome: .cluster("my-cluster"), hazards: ["without quotes"]),
    Case(
      testDescription: "shards", survey: survey(["coroot": Clusters.cluster(3, 2)], .alive),
      outcome: .cluster("coroot"), hazards: ["3 shards"]),
    Case(
      testDescription: "no macros", survey: survey(["coroot": Clusters.cluster(1, 2)], .alive, macros: false),
      outcome: .cluster("coroot"), hazards: ["{shard}", "{replica}"]),
    Case(
      testDescription: "a database that spreads itself",
      survey: survey(["coroot": Clusters.cluster(1, 2)], .alive, engine: "Replicated"), outcome: .cluster("coroot"),
      hazards: ["engine is Replicated"]),
    Case(
      testDescription: "another cluster is wanted", survey: survey(Clusters.cozystack, .alive),
      outcome: .cluster("default"), hazards: ["one host", "would not choose cluster clickhouse"], wanted: "clickhouse"),
    Case(
      testDescription: "the chosen cluster is wanted", survey: survey(["x": Clusters.cluster(1, 2)], .alive),
      outcome: .cluster("x"), wanted: "x"),
    Case(
      testDescription: "a dead Keeper is still configured", survey: survey(["x": Clusters.cluster(1, 2)], .unknown),
      outcome: .cluster("x")),
  ]

  @Test("Coroot's choice and its hazards", arguments: cases)
  func choosesAsCorootDoes(_ example: Case) {
    let choice = ClusterChoice.coroot(example.survey, wanted: example.wanted)
    #expect(choice.outcome == example.outcome)
    #expect(choice.hazards.count == example.hazards.count, "\(choice.hazards)")
    for (hazard, words) in zip(choice.hazards, example.hazards) { #expect(hazard.contains(words)) }
  }

  struct Placement: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var survey: ClickHouseSurvey
    var wanted: String?
    var placement: ClickHouseSchema.Placement
    var reason: String?
    var words = ""
  }

  static let placements = [
    Placement(testDescription: "alone", survey: survey([:], .absent), placement: .local),
    Placement(
      testDescription: "ClickHouse's own examples", survey: survey(Clusters.examples, .alive), placement: .local),
    Placement(
      testDescription: "Cozystack with Keeper", survey: survey(Clusters.cozystack, .alive),
      placement: .cluster("clickhouse")),
    Placement(
      testDescription: "Cozystack with a Keeper that is not found",
      survey: survey(Clusters.cozystack, .dead(cause: "code 999")), placement: .local, reason: "KeeperUnresolvable",
      words: "code 999"),
    Placement(
      testDescription: "replicas without Keeper", survey: survey(Clusters.cozystack, .absent), placement: .local,
      reason: "AmbiguousCluster", words: "one of the 2 hosts of cluster clickhouse and has no Keeper"),
    Placement(
      testDescription: "shards", survey: survey(["x": Clusters.cluster(2, 2)], .alive), placement: .cluster("x"),
      reason: "AmbiguousCluster", words: "2 shards"),
    Placement(
      testDescription: "shards by name", survey: survey(["x": Clusters.cluster(2, 2)], .alive), wanted: "x",
      placement: .cluster("x")),
    Placement(
      testDescription: "two clusters of other layout",
      survey: survey(["a": Clusters.cluster(1, 2), "b": Clusters.cluster(1, 3)], .alive), placement: .local,
      reason: "AmbiguousCluster", words: "several clusters: a, b"),
    Placement(
      testDescription: "two names for one layout",
      survey: survey(["b": Clusters.cluster(1, 2), "a": Clusters.cluster(1, 2)], .alive), placement: .cluster("a")),
    Placement(
      testDescription: "a cluster of others", survey: survey(["far": Clusters.cluster(1, 3, local: false)], .alive),
      placement: .local),
    Placement(
      testDescription: "an unknown name", survey: survey(["a": Clusters.cluster(1, 2)], .alive), wanted: "b",
      placement: .local, reason: "AmbiguousCluster", words: "no cluster b: it has a"),
    Placement(
      testDescription: "a name without Keeper", survey: survey(["a": Clusters.cluster(1, 2)], .absent), wanted: "a",
      placement: .local, reason: "KeeperUnresolvable", words: "no Keeper configured"),
    Placement(
      testDescription: "no macros", survey: survey(["a": Clusters.cluster(1, 2)], .alive, macros: false),
      placement: .local, reason: "AmbiguousCluster", words: "no macro {shard}"),
    Placement(
      testDescription: "a database that spreads itself",
      survey: survey(Clusters.cozystack, .alive, engine: "Replicated"), placement: .replicatedDatabase),
    Placement(
      testDescription: "Cloud", survey: survey(Clusters.cozystack, .alive, cloud: true), placement: .local),
  ]

  @Test("The operator's own tables go where all their readers find them", arguments: placements)
  func placesOwnTables(_ example: Placement) {
    let choice = TablePlacement.choose(example.survey, user: "otel", wanted: example.wanted)
    #expect(choice.placement == example.placement)
    #expect(choice.objection?.reason == example.reason)
    #expect(choice.objection.map { $0.sentence.contains(example.words) } ?? true, "\(choice.objection?.sentence ?? "")")
  }
}
