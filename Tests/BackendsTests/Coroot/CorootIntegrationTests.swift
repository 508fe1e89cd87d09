// SPDX-License-Identifier: Apache-2.0

import Backends
import CorootStub
import ObservabilityAPI
import Testing

@Suite struct CorootIntegrationTests {
  @Test("A VictoriaMetrics that the server cannot query is refused, and ClickHouse is put nevertheless")
  func prometheusRefused() async throws {
    let fixture = try CorootFixture()
    fixture.server.backends.prometheus["vmselect:8481"] = .init(.refuses(address: "10.1.1.1:8481"))
    let verdict = await fixture.run()
    let text =
      "status 400, Post \"http://vmselect:8481/select/0/prometheus/api/v1/query_range\": "
      + "dial tcp 10.1.1.1:8481: connect: connection refused"
    #expect(verdict.outcome == .integrationRefused(.prometheus, answered: text))
    #expect(verdict.changed == [.clickhouse] && verdict.status != nil)
    #expect(verdict.requests == 10)
  }

  /// How a backend can be, and the outcome's reason.
  static let clickHouses: [(StubBackends.ClickHouse, String)] = [
    (.init(.refuses), "ClickHouseRefused"),
    (.init(.hangs), "ClickHouseRefused"),
    (.init(passwords: ["coroot": "another"]), "ClickHouseRefused"),
    (.init(databases: ["absent"]), "ClickHouseRefused"),
    (.init(isTLS: true), "ClickHouseRefused"),
    (.init(.failsMigration("ACCESS_DENIED")), "MigrationFailed"),
  ]

  @Test("A ClickHouse that cannot be used is named, and stored only if it passed the test", arguments: clickHouses)
  func clickHouse(_ behaviour: StubBackends.ClickHouse, reason: String) async throws {
    let fixture = try CorootFixture()
    fixture.server.backends.clickHouse["ch:9000"] = behaviour
    let verdict = await fixture.run()
    #expect(verdict.outcome.reason == reason)
    let isStored = reason == "MigrationFailed"
    #expect(verdict.changed == (isStored ? [.prometheus, .clickhouse] : [.prometheus]))
    // What was not stored is tried again by the next run; what was stored is not put again by itself.
    fixture.server.backends.clickHouse["ch:9000"] = .init()
    #expect(await fixture.run().changed == (isStored ? [] : [.clickhouse]))
  }

  @Test("A migration that failed is repeated by putting the integration again") func putAgain() async throws {
    var fixture = try CorootFixture()
    fixture.server.backends.clickHouse["ch:9000"]?.behaviour = .failsMigration("ACCESS_DENIED")
    let failed = await fixture.run()
    #expect(failed.outcome == .savedButFailed(.clickhouse, answered: "status 500, Clickhouse error: ACCESS_DENIED"))
    fixture.demand.putAgain = failed.putAgain
    let again = await fixture.run()
    #expect(again.outcome == failed.outcome && again.wasUnset.isEmpty && again.requests == 9)
    fixture.server.backends.clickHouse["ch:9000"]?.behaviour = .answers
    let verdict = await fixture.run()
    #expect(verdict.outcome == .ready && verdict.changed == [.clickhouse])
    fixture.demand.clickHouseKnownFor = verdict.projectID
    #expect(await fixture.run().changed == [.clickhouse], "what is to be put again is read although it is known")
  }

  @Test("Moved storage is followed although the old ClickHouse is gone") func movedStorage() async throws {
    var fixture = try await CorootFixture.settled()
    fixture.server.backends.clickHouse["ch:9000"] = nil
    fixture.demand.clickHouse.address = "new-ch:9000"
    fixture.demand.prometheus.url = try HTTPURL("http://other:8481")
    // Prometheus' put is answered with 500, because ClickHouse is still the old one; that of ClickHouse repairs it.
    let verdict = await fixture.run()
    #expect(verdict.outcome == .ready)
    #expect(verdict.changed == [.prometheus, .clickhouse] && verdict.wasUnset.isEmpty)
  }

  @Test("Where the new ClickHouse is refused, that is the outcome, and not the failed migration of the old one")
  func refusedAfterMigration() async throws {
    var fixture = try await CorootFixture.settled()
    fixture.server.backends.clickHouse["ch:9000"] = nil
    fixture.demand.clickHouse.address = "nowhere:9000"
    fixture.demand.prometheus.url = try HTTPURL("http://other:8481")
    let refused = await fixture.run()
    #expect(refused.outcome.reason == "ClickHouseRefused" && refused.changed == [.prometheus])
    #expect(refused.putAgain.isEmpty, "the put of ClickHouse, which still differs, repeats the migration")
    fixture.demand.clickHouse.address = "new-ch:9000"
    fixture.server.backends.clickHouse["new-ch:9000"]?.behaviour = .failsMigration("ACCESS_DENIED")
    let failed = await fixture.run()
    #expect(failed.outcome.reason == "MigrationFailed" && failed.putAgain == [.clickhouse])
  }

  @Test("Prometheus is stored while ClickHouse is down, and the outcome says what failed") func storedWhileDown()
    async throws
  {
    var fixture = try await CorootFixture.settled()
    fixture.server.backends.clickHouse["ch:9000"]?.behaviour = .refuses
    fixture.demand.prometheus.url = try HTTPURL("http://other:8481")
    let verdict = await fixture.run()
    let text = "status 500, Clickhouse error: dial: dial tcp ch:9000: connect: connection refused"
    #expect(verdict.outcome == .savedButFailed(.prometheus, answered: text))
    #expect(verdict.changed == [.prometheus] && verdict.requests == 9)
    #expect(verdict.putAgain == [.prometheus])
  }

  @Test("A rotated password of the backends is put") func rotatedPasswords() async throws {
    var fixture = try await CorootFixture.settled()
    fixture.server.backends.clickHouse["ch:9000"]?.passwords = ["coroot": "second"]
    fixture.server.backends.prometheus["vmselect:8481"]?.login = "vm:second"
    fixture.demand.clickHouse.password = CorootSecret("second")
    fixture.demand.prometheus.basicAuth = BasicCredentials(username: "vm", password: "second")
    let verdict = await fixture.run()
    #expect(verdict.outcome == .ready && verdict.changed == [.prometheus, .clickhouse])
    #expect(await fixture.run().changed.isEmpty)
  }

  /// What becomes of the put of Prometheus on a settled server, and the outcome.
  static let puts: [(CorootServer.Fault, String, Set<CorootIntegration>)] = [
    (.losesAnswer, "MigrationFailed", [.prometheus]),
    (.hangs, "Unreachable", []),
    (.refuses, "Unreachable", []),
    (.answers(500, "text/plain; charset=utf-8", "\n"), "ServerError", []),
    (.answers(200, "", ""), "PrometheusNotKept", []),
    (.answers(200, "text/html; charset=utf-8", "<!doctype html>"), "NotCoroot", []),
    (.answers(400, "text/plain; charset=utf-8", "invalid data\n"), "PrometheusRefused", []),
    (.answers(403, "text/plain; charset=utf-8", "You are not allowed\n"), "NotAdmin", []),
    (.answers(404, "text/html", "<html>"), "NotCoroot", []),
  ]

  @Test("What became of a put is read back before it is judged", arguments: puts)
  func readsBack(_ fault: CorootServer.Fault, reason: String, changed: Set<CorootIntegration>) async throws {
    var fixture = try await CorootFixture.settled()
    fixture.demand.prometheus.url = try HTTPURL("http://other:8481")
    fixture.fail("PUT /prometheus", fault)
    let verdict = await fixture.run()
    #expect(verdict.outcome.reason == reason, "\(verdict.outcome)")
    #expect(verdict.changed == changed)
  }

  @Test("Fields that were not kept are named") func namesFields() async throws {
    var fixture = try await CorootFixture.settled()
    fixture.demand.prometheus.extraSelector = #"{a="b"}"#
    fixture.demand.prometheus.url = try HTTPURL("http://other:8481")
    fixture.fail("PUT /prometheus", .answers(200, "", ""))
    #expect(await fixture.run().outcome == .integrationNotKept(.prometheus, fields: ["extra_selector", "url"]))
  }

  @Test("Limits of time cover what hanging backends and clusters cost") func deadlines() async throws {
    let fixture = try CorootFixture()
    // The stub compares each request's deadline with what the server takes, and nothing waits: 180 s for a migration on a
    // cluster, 20 s for a read of a ClickHouse that hangs.
    fixture.server.backends.clickHouse["ch:9000"]?.migrationTime = .seconds(180)
    #expect(await fixture.run().outcome == .ready)
    fixture.server.backends.clickHouse["ch:9000"]?.behaviour = .hangs
    let verdict = await fixture.run()
    #expect(verdict.outcome == .ready && verdict.changed.isEmpty)
  }

  @Test("A migration that takes longer than a put may is read back") func endlessMigration() async throws {
    let fixture = try CorootFixture()
    fixture.server.backends.clickHouse["ch:9000"]?.migrationTime = .seconds(300)
    let verdict = await fixture.run()
    #expect(verdict.outcome.reason == "MigrationFailed")
    #expect(verdict.changed == [.prometheus, .clickhouse] && verdict.putAgain == [.clickhouse])
  }
}
