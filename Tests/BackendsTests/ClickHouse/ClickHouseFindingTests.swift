// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import ObservabilityAPI
import Testing

@testable import Backends

@Suite struct ClickHouseFindingTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var fake: FakeClickHouse
    var demand = ClickHouseDemand.own()
    var reason: String
    /// Words of sentence and remedy.
    var words: String
  }

  private static func failure(
    _ kind: TransportError.Kind, _ phase: TransportError.Phase = .connect, _ fault: TLSFault? = nil
  ) -> FakeClickHouse.Reply {
    .failure(TransportError(kind: kind, phase: phase, host: "h", cause: "\(phase): \(kind)", tlsFault: fault))
  }

  private static func first(_ reply: FakeClickHouse.Reply) -> FakeClickHouse { FakeClickHouse([("", reply)]) }

  private static let keeperRules: [(text: String, reply: FakeClickHouse.Reply)] = [
    ("system.zookeeper WHERE", .exception(999, "All connection tries failed"))
  ]
  private static let replicas =
    ["0", "1"].map { FakeClickHouse.row("cluster", "clickhouse", "1", $0, "h\($0):9000", $0) }
    + ["shard", "replica"].map { FakeClickHouse.row("macro", $0, "x") }

  static let cases = [
    Case(
      testDescription: "refused", fake: first(failure(.unreachable)), reason: "Unreachable",
      words: "connect: unreachable"
    ),
    Case(
      testDescription: "no name", fake: first(failure(.unresolved, .resolve)), reason: "Unreachable", words: "resolve"),
    Case(
      testDescription: "slow", fake: first(failure(.timedOut, .firstByte)), reason: "Unreachable", words: "timedOut"),
    Case(
      testDescription: "link-local", fake: first(failure(.addressRefused)), reason: "AddressRefused",
      words: "spec.clickHouse.endpoint.host"),
    Case(
      testDescription: "unknown authority", fake: first(failure(.untrusted, .tls, .unknownAuthority)),
      reason: "TLSFailed", words: "spec.clickHouse.endpoint.caSecretRef"),
    Case(
      testDescription: "wrong name", fake: first(failure(.untrusted, .tls, .wrongName)), reason: "TLSFailed",
      words: "Correct spec.clickHouse.endpoint.host"),
    Case(
      testDescription: "no TLS there", fake: first(failure(.broken, .tls, .notTLS)), reason: "TLSFailed",
      words: "spec.clickHouse.endpoint.tls to false"),
    Case(
      testDescription: "too long an answer", fake: first(failure(.tooLarge, .body)), reason: "NotClickHouse",
      words: "more than 1048576 bytes"),
    Case(
      testDescription: "native port", fake: first(.raw(400, "Port 9000 is for clickhouse-client program.")),
      reason: "NotClickHouse", words: "spec.clickHouse.endpoint.httpPort"),
    Case(
      testDescription: "a web page", fake: first(.raw(200, "<html>")), reason: "NotClickHouse", words: "status 200"),
    Case(
      testDescription: "an empty 200", fake: first(.raw(200, "")), reason: "NotClickHouse", words: "without a version"),
    Case(testDescription: "a 404", fake: first(.raw(404, "gone")), reason: "NotClickHouse", words: "\"gone\""),
    Case(testDescription: "a gateway", fake: first(.raw(503, "no")), reason: "Overloaded", words: "status 503"),
    Case(
      testDescription: "wrong password, new", fake: first(.exception(516, "otel: Authentication failed")),
      reason: "AuthenticationFailed", words: "spec.clickHouse.endpoint.passwordSecretRef"),
    Case(
      testDescription: "wrong password, old", fake: first(.oldException(401, 193, "Wrong password for user otel")),
      reason: "AuthenticationFailed", words: "Wrong password"),
    Case(
      testDescription: "too many queries", fake: first(.exception(202, "Too many simultaneous queries")),
      reason: "Overloaded", words: "it is queried again"),
    Case(
      testDescription: "an unknown error", fake: first(.exception(1001, "std::exception")), reason: "QueryFailed",
      words: "code 1001"),
    Case(
      testDescription: "the database is missing and may not be made",
      fake: FakeClickHouse(
        database: nil, [("CREATE DATABASE", .exception(497, "necessary to have the grant CREATE DATABASE ON otel.*"))]),
      reason: "DatabaseMissing", words: "GRANT CREATE DATABASE ON otel.* TO otel"),
    Case(
      testDescription: "the database is missing and the user is read-only",
      fake: FakeClickHouse(database: nil, [("CREATE DATABASE", .oldException(500, 164, "in readonly mode"))]),
      reason: "DatabaseMissing", words: "code 164"),
    Case(
      testDescription: "the database goes away meanwhile",
      fake: FakeClickHouse([("CREATE TABLE", .exception(81, "Database otel does not exist"))]),
      reason: "DatabaseMissing", words: "code 81"),
    Case(
      testDescription: "no right to write",
      fake: FakeClickHouse([
        (
          "INSERT",
          .exception(
            497, "Not enough privileges. To execute this query, it's necessary to have the grant INSERT(x) ON otel.p")
        )
      ]), reason: "MissingGrant", words: "INSERT(x) ON otel.p"),
    Case(
      testDescription: "read-only user", fake: FakeClickHouse([("CREATE TABLE", .oldException(500, 164, "readonly"))]),
      reason: "MissingGrant", words: "GRANT CREATE TABLE ON otel.* TO otel"),
    Case(
      testDescription: "too old", fake: FakeClickHouse(version: "23.8.1.1"), reason: "VersionTooOld",
      words: "23.8.1.1 is older than 24.3"),
    Case(
      testDescription: "too old for the survey",
      fake: FakeClickHouse(
        [("'version' AS kind", .oldException(404, 60, "no table")), ("version()", .rows([#"{"version":"1.1.54"}"#]))]),
      reason: "VersionTooOld", words: "1.1.54"),
    Case(
      testDescription: "too old for the schema, though ignored",
      fake: FakeClickHouse(
        version: "18.16.1", disks: [], [("EXISTS `otel`.`otel_traces`", .oldException(400, 62, "Syntax error"))]),
      demand: .own(ignore: [.versionTooOld]), reason: "VersionTooOld", words: "18.16.1"),
    Case(
      testDescription: "a new server that does not understand",
      fake: FakeClickHouse([("MATERIALIZED VIEW", .exception(62, "Syntax error"))]), reason: "QueryFailed",
      words: "refused to create view otel_traces_trace_id_ts_mv"),
    Case(
      testDescription: "replicas without Keeper", fake: FakeClickHouse(survey: replicas), reason: "AmbiguousCluster",
      words: "spec.clickHouse.cluster to one of clickhouse"),
    Case(
      testDescription: "Coroot's choice", fake: FakeClickHouse(survey: replicas), demand: .coroot(),
      reason: "AmbiguousCluster", words: "one of the 2 hosts"),
    Case(
      testDescription: "the cluster is gone meanwhile",
      fake: FakeClickHouse(survey: replicas, keeper: true, [("ON CLUSTER", .exception(701, "not found"))]),
      reason: "AmbiguousCluster", words: "code 701"),
    Case(
      testDescription: "Keeper does not answer", fake: FakeClickHouse(survey: replicas, keeper: true, keeperRules),
      reason: "KeeperUnresolvable", words: "clickhouseKeeper.enabled: false"),
    Case(
      testDescription: "Keeper does not answer, for Coroot",
      fake: FakeClickHouse(survey: replicas, keeper: true, keeperRules), demand: .coroot(),
      reason: "KeeperUnresolvable", words: "code 999"),
    Case(
      testDescription: "Keeper hangs",
      fake: FakeClickHouse(survey: replicas, keeper: true, [("zookeeper WHERE", failure(.timedOut, .firstByte))]),
      reason: "KeeperUnresolvable", words: "timedOut"),
    Case(
      testDescription: "read-only replica",
      fake: FakeClickHouse(survey: [FakeClickHouse.row("readonly", "otel_logs")]), reason: "ReadOnlyReplica",
      words: "otel_logs"),
    Case(
      testDescription: "a replica becomes read-only",
      fake: FakeClickHouse([("EXISTS `otel`.`otel_logs`", .exception(242, "Table is in readonly mode"))]),
      reason: "ReadOnlyReplica", words: "otel_logs"),
    Case(
      testDescription: "full", fake: FakeClickHouse(disks: [FakeClickHouse.disk("default", free: 4, of: 100)]),
      reason: "DiskFull", words: "disk default has 4.0 GiB of 100.0 GiB free"),
    Case(
      testDescription: "full while writing",
      fake: FakeClickHouse([("INSERT", .exception(243, "Cannot reserve 1 MiB"))]),
      reason: "DiskFull", words: "code 243"),
    Case(
      testDescription: "slow while changing",
      fake: FakeClickHouse([("MATERIALIZED VIEW", failure(.timedOut, .firstByte))]), reason: "Overloaded",
      words: "asked to create view"),
    Case(
      testDescription: "the hosts of the cluster are slow",
      fake: FakeClickHouse(
        database: nil, survey: replicas, keeper: true, [("CREATE DATABASE", .exception(159, "20 s"))]),
      reason: "Overloaded", words: "code 159"),
    Case(
      testDescription: "tables of Coroot",
      fake: FakeClickHouse(survey: [
        FakeClickHouse.row("table", "otel_logs", "MergeTree", ""), FakeClickHouse.row("column", "otel_logs", "Body"),
      ]), reason: "SchemaConflict", words: "spec.clickHouse.database"),
  ]

  @Test("A finding has its reason, and its words name the field", arguments: cases)
  func finds(_ example: Case) async {
    let access = ClickHouseAccess.example(password: "hunter2")
    let verdict = await ClickHouseCheck(transport: example.fake).run(access, example.demand)
    #expect(verdict.reason == example.reason, "\(verdict.sentence)")
    let words = "\(verdict.sentence). \(verdict.remedy)"
    #expect(words.contains(example.words), "\(words)")
    #expect(!verdict.isReady && !verdict.sentence.isEmpty && !verdict.remedy.isEmpty)
    #expect(!words.contains("hunter2") && !verdict.sentence.hasSuffix(".") && !verdict.remedy.hasSuffix("."))
    #expect(!example.fake.statements.contains { $0.contains("DROP") })
  }

  /// A server with something to object to, by the concern.
  private static let objectionable: [(concern: ClickHouseConcern, fake: @Sendable () -> FakeClickHouse)] = [
    (.versionTooOld, { FakeClickHouse(version: "23.8.1.1") }),
    (.ambiguousCluster, { FakeClickHouse(survey: replicas) }),
    (.keeperUnresolvable, { FakeClickHouse(survey: replicas, keeper: true, keeperRules) }),
    (.readOnlyReplica, { FakeClickHouse(survey: [FakeClickHouse.row("readonly", "t")]) }),
    (.diskFull, { FakeClickHouse(disks: [FakeClickHouse.disk("default", free: 0, of: 10)]) }),
    (.missingGrant, { FakeClickHouse([("INSERT", .exception(497, "no"))]) }),
  ]

  @Test("What is ignored does not count, and is named in the sentence", arguments: ClickHouseConcern.allCases)
  func ignores(_ concern: ClickHouseConcern) async throws {
    let fake = try #require(Self.objectionable.first { $0.concern == concern }?.fake)
    let counted = await ClickHouseCheck(transport: fake()).run(.example(), .own())
    #expect(counted.reason == concern.rawValue)
    let others = Set(ClickHouseConcern.allCases).subtracting([concern])
    #expect(await ClickHouseCheck(transport: fake()).run(.example(), .own(ignore: others)).reason == concern.rawValue)
    let ignored = await ClickHouseCheck(transport: fake()).run(.example(), .own(ignore: [concern]))
    #expect(ignored.isReady && ignored.sentence.contains(concern.rawValue), "\(ignored.sentence)")
  }

  @Test("Every fault of TLS has a remedy that differs by what is set")
  func remediesOfTLS() {
    for fault in TLSFault.allCases {
      for hasAuthorities in [true, false] {
        let verdict = ClickHouseVerdict.tlsFailed(
          address: "h:8443", cause: "c", fault: fault, hasAuthorities: hasAuthorities)
        #expect(!verdict.remedy.isEmpty && verdict.reason == "TLSFailed")
      }
    }
  }

  @Test("A password that looks mistaken is hinted at when it is refused")
  func hintsAtThePassword() async {
    let hints = [("a\n", "ends with a line break"), ("", "the password is empty"), (" a", "begins with white space")]
    for (password, hint) in hints {
      let fake = Self.first(.exception(516, "Authentication failed"))
      let verdict = await ClickHouseCheck(transport: fake).run(.example(password: password), .own())
      #expect(verdict.sentence.contains(hint), "\(verdict.sentence)")
    }
  }
}
