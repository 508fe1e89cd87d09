// SPDX-License-Identifier: Apache-2.0

import Backends
import CorootStub
import Synchronization
import Testing

@Suite struct CorootAnswerTests {
  private static let text = "text/plain; charset=utf-8"
  private static let html = "text/html; charset=utf-8"

  /// Requests of a check at rest, and how they can fail, with the outcome's reason.
  static let faults: [(String, CorootServer.Fault, String)] =
    [
      "GET /health", "POST /api/login", "GET /api/user", "GET /v1/config", "GET /prometheus", "GET /clickhouse",
      "GET /status",
    ].flatMap { request in
      [
        (request, .answers(200, html, "<!doctype html><title>Coroot</title>\n"), "NotCoroot"),
        (request, .answers(502, html, "<html>bad gateway</html>"), "ServerError"),
        (request, .answers(404, html, "<html>not found</html>"), "NotCoroot"),
        (request, .answers(500, text, "\n"), "ServerError"),
        (request, .answers(301, "", ""), "NotCoroot"),
        (request, .hangs, "Unreachable"),
        (request, .refuses, "Unreachable"),
      ]
    } + [
      ("GET /api/user", .answers(200, "application/json", "[]"), "NotCoroot"),
      ("GET /api/user", .answers(200, "application/json", "{\"role\":"), "NotCoroot"),
      ("GET /api/user", .answers(200, "application/json", String(repeating: " ", count: 2 << 20)), "NotCoroot"),
      ("GET /prometheus", .answers(200, "application/json", "{\"form\":{}}"), "NotCoroot"),
      ("GET /clickhouse", .answers(200, "application/json", "{\"global\":false}"), "NotCoroot"),
      ("GET /status", .answers(200, "application/json", "{\"data\":7}"), "NotCoroot"),
      ("GET /health", .answers(200, text, "OK"), "NotCoroot"),
    ]

  @Test("An answer that the API does not give ends the check with its cause", arguments: faults)
  func oddAnswers(_ request: String, fault: CorootServer.Fault, reason: String) async throws {
    let fixture = try await CorootFixture.settled()
    fixture.fail(request, fault)
    let verdict = await fixture.run()
    #expect(verdict.outcome.reason == reason, "\(verdict.outcome)")
    #expect(verdict.changed.isEmpty)
    #expect(!verdict.outcome.sentence.isEmpty && !verdict.outcome.remedy.isEmpty)
  }

  @Test("A wrong password is sent once") func wrongPassword() async throws {
    var fixture = try CorootFixture()
    fixture.access.password = CorootSecret("wrong")
    let (verdict, requests) = await fixture.asked()
    #expect(verdict.outcome == .loginRefused(cause: "status 404, Invalid email or password."))
    #expect(requests == ["GET /health", "POST /api/login", "GET /api/user"])
  }

  @Test("With an anonymous role a wrong password is reported as the role") func wrongPasswordAndRole() async throws {
    var fixture = try CorootFixture()
    fixture.access.password = CorootSecret("wrong")
    fixture.server.configuration.anonymousRole = "Viewer"
    #expect(await fixture.run().outcome == .anonymousRole("Viewer"))
  }

  @Test("A 404 of a server that has no API is not taken for a wrong password") func notAnAPI() async throws {
    let fixture = try CorootFixture()
    fixture.server.fail {
      $0.path.hasPrefix("/api") ? .answers(404, Self.text, "404 page not found\n") : nil
    }
    #expect(await fixture.run().outcome.reason == "ServerError")
  }

  @Test("An empty password is not sent") func emptyPassword() async throws {
    var fixture = try CorootFixture()
    fixture.access.password = CorootSecret("")
    let (verdict, requests) = await fixture.asked()
    #expect(verdict.outcome == .loginRefused(cause: "the password is empty") && requests == ["GET /health"])
  }

  @Test("A server without an admin password is reported as such, not as a wrong password") func unsetPassword()
    async throws
  {
    let fixture = try CorootFixture(StubConfiguration(projects: [.init("platform"), .init("guard")]))
    let (verdict, requests) = await fixture.asked()
    #expect(verdict.outcome == .adminPasswordUnset && requests.filter { $0.hasSuffix("login") }.count == 1)
  }

  @Test("A session that ends in between is renewed once") func renewsSession() async throws {
    let fixture = try await CorootFixture.settled()
    let left = Mutex(1)
    fixture.server.fail { request in
      guard request.path.hasSuffix("/prometheus"), left.withLock({ $0 > 0 }) else { return nil }
      left.withLock { $0 -= 1 }
      return .answers(401, Self.text, "\n")
    }
    let (verdict, requests) = await fixture.asked()
    #expect(verdict.outcome == .ready && verdict.requests == 9)
    // The request that failed in the stub's place is not in its log.
    #expect(requests.filter { $0 == "POST /api/login" }.count == 2)
  }

  @Test("A session that is never accepted costs two logins") func refusedSession() async throws {
    let fixture = try await CorootFixture.settled()
    fixture.server.fail { $0.path == "/api/user" ? .answers(401, Self.text, "\n") : nil }
    let (verdict, requests) = await fixture.asked()
    #expect(verdict.outcome == .sessionRefused && requests.filter { $0 == "POST /api/login" }.count == 2)
  }

  @Test("Sessions that end again and again cost two logins") func endingSessions() async throws {
    let fixture = try await CorootFixture.settled()
    let count = Mutex(0)
    fixture.server.fail { request in
      guard request.header("Cookie") != nil else { return nil }
      return count.withLock { count in
        count += 1
        return count % 2 == 1 ? .answers(401, Self.text, "\n") : nil
      }
    }
    let (verdict, requests) = await fixture.asked()
    #expect(verdict.outcome == .sessionRefused && requests.filter { $0 == "POST /api/login" }.count == 2)
  }

  @Test("An anonymous role and a lost role are named before anything is put", arguments: ["Viewer", "Editor", "Admin"])
  func roles(_ role: String) async throws {
    let fixture = try CorootFixture()
    fixture.server.setRole(of: "admin", role)
    let own = await fixture.run()
    #expect(own.outcome == (role == "Admin" ? .ready : .notAdmin(role: role)))
    fixture.server.configuration.anonymousRole = role
    let (verdict, requests) = await fixture.asked()
    #expect(verdict.outcome == .anonymousRole(role) && !requests.contains { $0.hasPrefix("PUT") })
  }

  @Test("Without its project a check changes nothing") func projectMissing() async throws {
    let fixture = try CorootFixture(
      StubConfiguration(projects: [.init("other"), .init("guard")], adminPassword: CorootFixture.adminPassword))
    let (verdict, requests) = await fixture.asked()
    #expect(verdict.outcome == .projectMissing("platform") && verdict.projectID == nil && requests.count == 3)
  }

  /// The other projects, and the outcome.
  static let neighbours: [([String], CorootOutcome)] = [
    ([], .guardMissing("guard")), (["another"], .guardMissing("guard")),
    (["guard", "default"], .defaultProject), (["guard", "another"], .ready),
  ]

  @Test("A request without a key is sent only where it cannot be accepted by sending it", arguments: neighbours)
  func keyless(_ others: [String], outcome: CorootOutcome) async throws {
    let fixture = try CorootFixture(
      StubConfiguration(
        projects: [.init("platform", keys: [("key-1", "")])] + others.map { .init($0, keys: [("key-\($0)", "")]) },
        adminPassword: CorootFixture.adminPassword))
    let (verdict, requests) = await fixture.asked()
    #expect(verdict.outcome == outcome && verdict.changed == [.prometheus, .clickhouse])
    #expect(requests.contains("GET /v1/config") == (outcome == .ready))
    #expect(fixture.server.keys(of: "platform") == ["key-1"])
  }

  @Test("A server that accepts requests without a key is named") func keylessAccepted() async throws {
    let zeros = String(repeating: "0", count: 32)
    let fixture = try CorootFixture(
      .guarded(
        project: "platform", key: "key-1", guardProject: "guard", guardKey: zeros,
        adminPassword: CorootFixture.adminPassword))
    #expect(await fixture.run().outcome == .keylessAccepted)
  }
}
