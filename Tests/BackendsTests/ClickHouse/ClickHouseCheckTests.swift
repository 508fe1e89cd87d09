// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import ObservabilityAPI
import Testing

@testable import Backends

private func check(
  _ fake: FakeClickHouse, _ demand: ClickHouseDemand = .own(), _ access: ClickHouseAccess = .example()
) async -> ClickHouseVerdict {
  await ClickHouseCheck(transport: fake).run(access, demand)
}

@Suite struct ClickHouseCheckTests {
  @Test("The first check makes the database and the tables with nine requests")
  func firstCheck() async {
    let fake = FakeClickHouse(database: nil)
    let verdict = await check(fake)
    #expect(
      verdict
        == .ready(
          .init(
            version: "24.9.2.42", database: "otel", cluster: nil, ignored: [],
            changes: [
              "created database otel", "created table otel_traces", "created table otel_traces_trace_id_ts",
              "created view otel_traces_trace_id_ts_mv", "created table otel_logs",
            ])), "\(verdict.sentence)")
    #expect(
      fake.statements.map { String($0.prefix(25)) } == [
        "SELECT 'version' AS kind,", "SELECT 'disk' AS kind, na", "CREATE DATABASE IF NOT EX",
        "CREATE TABLE IF NOT EXIST", "INSERT INTO `otel`.`obser", "CREATE TABLE IF NOT EXIST",
        "CREATE TABLE IF NOT EXIST", "CREATE MATERIALIZED VIEW ", "CREATE TABLE IF NOT EXIST",
      ])
  }

  @Test("At rest a check costs three requests and changes nothing", arguments: ["24.9.2.42", "26.9.2.1"])
  func atRest(_ version: String) async {
    let probe = FakeClickHouse.row("table", ClickHouseSchema.probe, "Memory", "Memory")
    let fake = FakeClickHouse(version: version, survey: FakeClickHouse.tables() + [probe])
    let verdict = await check(fake)
    #expect(
      verdict == .ready(.init(version: version, database: "otel", cluster: nil, ignored: [], changes: [])))
    #expect(fake.requests.count == 3)
    #expect(!fake.statements.contains { $0.hasPrefix("CREATE") || $0.hasPrefix("ALTER") || $0.contains("DROP") })
  }

  @Test("Keeper costs no request of its own while it answers")
  func asksKeeperWithTheDisks() async {
    let fake = FakeClickHouse(version: "26.9.2.1", survey: FakeClickHouse.tables(), keeper: true)
    #expect(await check(fake).isReady)
    #expect(fake.requests.count == 3)
    #expect(fake.statements[1].contains("system.disks") && fake.statements[1].contains("system.zookeeper"))
  }

  @Test("A server without disks and Keeper is asked once less")
  func oldServersCostLess() async {
    let fake = FakeClickHouse(version: "18.16.1", disks: [])
    let verdict = await check(fake, .coroot(ignore: [.versionTooOld]))
    #expect(verdict.isReady && verdict.sentence.hasSuffix("ignored as spec.clickHouse.ignore says: VersionTooOld"))
    #expect(fake.requests.count == 3)
  }

  @Test("Every request is a POST with the login in fields and its limits set")
  func shapesRequests() async {
    let fake = FakeClickHouse(database: nil)
    _ = await check(fake, .own(), .example(isTLS: true, ca: [1, 2]))
    let limits = ClickHouseSession.Limits()
    #expect(!fake.requests.isEmpty)
    for (request, statement) in zip(fake.requests, fake.statements) {
      let reads = statement.hasPrefix("SELECT")
      #expect(request.method == "POST")
      #expect(request.url.hasPrefix("https://clickhouse.test:8123/?wait_end_of_query=1&default_format=JSONEachRow"))
      #expect(!request.url.contains("hunter2") && !statement.contains("hunter2") && !request.url.contains("otel@"))
      #expect(request.headers.contains(HTTPField("X-ClickHouse-User", "otel")))
      #expect(request.headers.contains(HTTPField("X-ClickHouse-Key", "hunter2")))
      #expect(request.tls.certificateAuthorities == [1, 2] && request.tls.requiresAlternativeName)
      #expect(request.refusesLinkLocal && request.bodyLimit == ClickHouseSession.bodyLimit)
      #expect(request.deadlines == (reads ? limits.reading : limits.changing))
    }
    #expect(fake.requests.last?.url.hasSuffix("&database=otel") == true)
    // The user's own database may be missing, and the wanted one is not made yet.
    #expect(fake.requests.first?.url.contains("database") == false)
  }

  @Test("The database's name is encoded in the URL and quoted in statements")
  func quotesTheDatabase() async {
    let fake = FakeClickHouse(database: nil)
    var demand = ClickHouseDemand.own()
    demand.database = "a`b&c ö"
    #expect(await check(fake, demand).isReady)
    #expect(fake.requests.last?.url.hasSuffix("&database=a%60b%26c%20%C3%B6") == true)
    #expect(fake.statements[2] == #"CREATE DATABASE IF NOT EXISTS `a\`b&c ö`"#)
  }

  @Test("On a cluster everything is made on every host, in bounded time")
  func usesTheCluster() async {
    let hosts = ["0", "1"].map { FakeClickHouse.row("cluster", "clickhouse", "1", $0, "h\($0):9000", $0) }
    let macros = ["shard", "replica"].map { FakeClickHouse.row("macro", $0, "x") }
    let fake = FakeClickHouse(database: nil, survey: hosts + macros, keeper: true)
    let verdict = await check(fake)
    #expect(verdict.isReady && verdict.sentence.contains("on cluster clickhouse"), "\(verdict.sentence)")
    let made = zip(fake.requests, fake.statements).filter { $1.contains("ON CLUSTER `clickhouse`") }
    #expect(made.count == 5)
    #expect(made.allSatisfy { $0.0.url.contains("distributed_ddl_task_timeout=20") })
    #expect(!fake.requests.prefix(2).contains { $0.url.contains("distributed_ddl_task_timeout") })
  }

  @Test("Where CHECK GRANT is known, the missing rights are named one by one")
  func namesMissingRights() async {
    let fake = FakeClickHouse(
      version: "25.3.1",
      [
        ("GRANT CREATE TABLE, CREATE VIEW, INSERT, SELECT ON", .rows([#"{"result":0}"#])),
        ("GRANT INSERT ON", .rows([#"{"result":"0"}"#])), ("GRANT CREATE VIEW ON", .rows([#"{"check_grant":0}"#])),
      ])
    let verdict = await check(fake)
    #expect(verdict == .missingGrant(user: "otel", grants: ["CREATE VIEW ON otel.*", "INSERT ON otel.*"]))
    #expect(verdict.remedy.hasPrefix("Run GRANT CREATE VIEW ON otel.* TO otel; GRANT INSERT ON otel.* TO otel, or"))
    #expect(!fake.statements.contains { $0.hasPrefix("CREATE") })
  }

  @Test("A server that does not know CHECK GRANT is proved by the probe table")
  func fallsBackToTheProbe() async {
    let fake = FakeClickHouse(version: "25.3.1", [("CHECK GRANT", .exception(62, "Syntax error"))])
    #expect(await check(fake).isReady)
    #expect(fake.statements.contains { $0.contains("observability_probe") })
  }

  @Test("A user without rights on system tables is surveyed in parts")
  func surveysInParts() async {
    let denied = FakeClickHouse.Reply.exception(497, "Not enough privileges")
    let rules = [("UNION ALL SELECT 'cluster'", denied), ("FROM system.clusters", denied)]
    let fake = FakeClickHouse(survey: FakeClickHouse.tables(), rules)
    let verdict = await check(fake)
    #expect(verdict == .missingGrant(user: "otel", grants: ["SELECT ON system.clusters"]))
    #expect(fake.requests.count == 6)
    let ignoring = FakeClickHouse(survey: FakeClickHouse.tables(), rules)
    #expect(await check(ignoring, .own(ignore: [.missingGrant])).isReady)
  }
}
