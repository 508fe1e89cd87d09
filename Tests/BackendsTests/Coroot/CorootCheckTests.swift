// SPDX-License-Identifier: Apache-2.0

import Backends
import CorootStub
import Testing

@Suite struct CorootCheckTests {
  private static let beginning = ["GET /health", "POST /api/login", "GET /api/user", "GET /v1/config"]
  private static let prometheus = "/api/project/{id}/integrations/prometheus"
  private static let clickHouse = "/api/project/{id}/integrations/clickhouse"
  private static let status = "GET /api/project/{id}/status"

  @Test("A new server gets both integrations with eleven requests") func firstRun() async throws {
    let fixture = try CorootFixture()
    let (verdict, requests) = await fixture.asked()
    #expect(verdict.outcome == .ready)
    #expect(verdict.projectID == fixture.server.projectID("platform"))
    #expect(verdict.changed == [.prometheus, .clickhouse])
    #expect(verdict.wasUnset == [.prometheus, .clickhouse])
    #expect(
      requests == Self.beginning
        + ["GET", "PUT", "GET"].map { "\($0) \(Self.prometheus)" }
        + ["GET", "PUT", "GET"].map { "\($0) \(Self.clickHouse)" }
        + [Self.status])
    #expect(verdict.requests == 11)
    #expect(verdict.status?.meaning == .waiting(cause: verdict.status?.prometheus.message ?? ""))
  }

  @Test("At rest a check reads with seven requests, and six where ClickHouse is known") func atRest() async throws {
    var fixture = try await CorootFixture.settled()
    let (verdict, requests) = await fixture.asked()
    #expect(verdict.outcome == .ready && verdict.changed.isEmpty && verdict.wasUnset.isEmpty)
    #expect(requests == Self.beginning + ["GET \(Self.prometheus)", "GET \(Self.clickHouse)", Self.status])
    #expect(verdict.requests == 7)
    fixture.demand.clickHouseKnownFor = verdict.projectID
    let (known, fewer) = await fixture.asked()
    #expect(known.outcome == .ready && fewer == Self.beginning + ["GET \(Self.prometheus)", Self.status])
    fixture.demand.clickHouseKnownFor = "another"
    #expect(await fixture.run().requests == 7)
  }

  /// What somebody may set in the UI; the rest of the form is as the operator puts it.
  static let edits: [(CorootIntegration, String)] = [
    (.prometheus, #""url":"http://other:8481/""#),
    (.prometheus, #""refresh_interval":15000"#),
    (.prometheus, #""tls_skip_verify":true"#),
    (.prometheus, #""basic_auth":{"user":"","password":""}"#),
    (.prometheus, #""extra_selector":"""#),
    (.prometheus, #""custom_headers":[{"key":"X-Scope-OrgID","value":"t"}]"#),
    (.prometheus, #""remote_write_url":"""#),
    (.prometheus, #""global":true"#),
    (.clickhouse, #""addr":"new-ch:9000""#),
    (.clickhouse, #""tls_skip_verify":true"#),
    (.clickhouse, #""protocol":"http""#),
    (.clickhouse, #""global":true"#),
  ]

  @Test("An integration that was changed by hand is put again with two requests more", arguments: edits)
  func handEdit(_ which: CorootIntegration, member: String) async throws {
    let fixture = try await CorootFixture.settled()
    let form =
      which == .prometheus
      ? #"{"url":"http://vmselect:8481/select/0/prometheus","refresh_interval":30000,"extra_selector":"#
        + #""{observability=\"platform\"}","remote_write_url":"#
        + #""http://vminsert:8480/insert/0/prometheus/api/v1/write?extra_label=a=b"}"#
      : #"{"protocol":"native","addr":"ch:9000","auth":{"user":"coroot","password":"clickhouse-password"},"#
        + #""database":"coroot"}"#
    let path = which == .prometheus ? Self.prometheus : Self.clickHouse
    // The form alone changes nothing: what follows is the member's doing.
    #expect(fixture.edit("PUT", path, form) == 200)
    #expect(await fixture.run().requests == 7)
    let name = member.split(separator: ":")[0]
    let edited = try Regex("\(name):(?:\"(?:[^\"\\\\]|\\\\.)*\"|\\d+)")
    let text = form.contains(name) ? form.replacing(edited, with: member) : form.dropLast() + ",\(member)}"
    #expect(fixture.edit("PUT", path, String(text)) == 200)
    let (verdict, requests) = await fixture.asked()
    #expect(verdict.outcome == .ready && verdict.changed == [which] && verdict.wasUnset.isEmpty)
    #expect(verdict.requests == 9 && requests.contains("PUT \(path)"))
    #expect(await fixture.run().requests == 7)
  }

  @Test("A project that was switched to metrics in ClickHouse was set by somebody") func usesClickHouse() async throws {
    let fixture = try await CorootFixture.settled()
    #expect(fixture.edit("PUT", Self.prometheus, #"{"use_clickhouse":true}"#) == 200)
    let verdict = await fixture.run()
    #expect(verdict.outcome == .ready && verdict.changed == [.prometheus] && verdict.wasUnset.isEmpty)
  }

  @Test("What the server writes otherwise than it was put is no difference") func equivalentForms() async throws {
    var fixture = try CorootFixture()
    for milliseconds in [0, 999, 1999, 30_500] {
      fixture.demand.prometheus.refreshIntervalMilliseconds = milliseconds
      #expect(await fixture.run().outcome == .ready, "\(milliseconds)")
      #expect(await fixture.run().changed.isEmpty, "\(milliseconds)")
    }
  }

  @Test("A lost database shows as a new project with both integrations unset") func lostDatabase() async throws {
    let fixture = try await CorootFixture.settled()
    let before = await fixture.run().projectID
    fixture.server.loseDatabase()
    let verdict = await fixture.run()
    #expect(verdict.outcome == .ready && verdict.projectID != before)
    #expect(verdict.changed == [.prometheus, .clickhouse] && verdict.wasUnset == verdict.changed)
  }

  @Test("A lost database is followed although ClickHouse was known for the old project") func lostWhileKnown()
    async throws
  {
    var fixture = try await CorootFixture.settled()
    fixture.demand.clickHouseKnownFor = fixture.server.projectID("platform")
    fixture.server.loseDatabase()
    #expect(await fixture.run().changed == [.prometheus, .clickhouse])
  }

  @Test("The status that is read last is that of the project") func readsStatus() async throws {
    let fixture = try await CorootFixture.settled()
    fixture.server.setMetrics(of: "platform", .synced, nodes: ["a", "b"], applications: 41)
    let status = try #require(await fixture.run().status)
    #expect(status.meaning == .ok(nodes: 2))
    #expect(status.kubeStateMetrics == .ok && status.applications == 41)
  }
}
