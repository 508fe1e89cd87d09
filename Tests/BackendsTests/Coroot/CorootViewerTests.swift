// SPDX-License-Identifier: Apache-2.0

import Backends
import CorootStub
import Testing

@Suite struct CorootViewerTests {
  private static let email = "gate@coroot.local"

  private func fixture(_ session: String? = nil, email: String = Self.email) async throws -> CorootFixture {
    var fixture = try await CorootFixture.settled()
    fixture.demand.viewer = CorootViewer(email: email, session: session.map { CorootSecret($0) })
    return fixture
  }

  @Test("A viewer is created, and its cookie is whole and opens the UI as a Viewer") func creates() async throws {
    let fixture = try await fixture()
    let (verdict, requests) = await fixture.asked()
    #expect(verdict.outcome == .ready && verdict.requests == 10)
    #expect(requests.suffix(4).dropLast() == ["POST /api/users", "POST /api/login", "GET /api/user"])
    let session = try #require(verdict.viewerSession?.text)
    #expect(session == fixture.server.session(of: Self.email) && session.contains("=.") && !session.contains(";"))
    let cookie = ("Cookie", "coroot_session=\(session)")
    let answer = fixture.server.handle(StubRequest("GET", "/api/user", headers: [cookie]))
    #expect(answer?.text.contains("\"role\":\"Viewer\"") == true)
  }

  @Test("A known session costs one request and stays") func keeps() async throws {
    var fixture = try await fixture()
    let session = await fixture.run().viewerSession
    fixture.demand.viewer?.session = session
    let verdict = await fixture.run()
    #expect(verdict.viewerSession == fixture.demand.viewer?.session && verdict.requests == 8)
    fixture.server.restart()
    #expect(await fixture.run().requests == 8)
  }

  @Test("A user that exists gets a new password, and the role if it was changed") func updates() async throws {
    let fixture = try await fixture()
    _ = await fixture.run()
    fixture.server.setRole(of: Self.email, "Admin")
    let verdict = await fixture.run()
    #expect(verdict.outcome == .ready && verdict.requests == 12)
    #expect(verdict.viewerSession?.text == fixture.server.session(of: Self.email))
  }

  @Test("A known session whose user got another role is not kept", arguments: ["Admin", "Editor"])
  func otherRole(_ role: String) async throws {
    var fixture = try await fixture()
    let session = await fixture.run().viewerSession
    fixture.demand.viewer?.session = session
    fixture.server.setRole(of: Self.email, role)
    let verdict = await fixture.run()
    // The user is the same, and so is its session; the update took the role away.
    #expect(verdict.outcome == .ready && verdict.viewerSession == session && verdict.requests == 13)
    #expect(await fixture.run().requests == 8)
  }

  @Test("A text that cannot be a cookie is not sent", arguments: ["", "a\r\nX-Admin: 1", "a; b", "é"])
  func notACookie(_ text: String) async throws {
    let fixture = try await fixture(text)
    let verdict = await fixture.run()
    #expect(verdict.outcome == .ready && verdict.requests == 10)
  }

  @Test("A session of a lost database, of another user or of another role is replaced") func replaces() async throws {
    let fixture = try await fixture()
    _ = await fixture.run()
    fixture.edit("POST", "/api/users", #"{"action":"create","email":"v@x","name":"v","role":"Viewer","password":"p"}"#)
    for session in [
      "bad", fixture.server.session(of: "admin"), fixture.server.session(of: "v@x"),
    ] {
      var other = fixture
      other.demand.viewer?.session = CorootSecret(session ?? "")
      let verdict = await other.run()
      #expect(verdict.outcome == .ready && verdict.viewerSession?.text == fixture.server.session(of: Self.email))
    }
    var known = fixture
    known.demand.viewer?.session = CorootSecret(fixture.server.session(of: Self.email) ?? "")
    fixture.server.loseDatabase()
    let verdict = await known.run()
    #expect(verdict.outcome == .ready && verdict.viewerSession != known.demand.viewer?.session)
  }

  @Test("Admin is never made a viewer") func refusesAdmin() async throws {
    let verdict = await (try await fixture(email: "admin")).run()
    #expect(verdict.outcome.reason == "ViewerRefused" && verdict.viewerSession == nil)
  }

  @Test("A viewer that cannot be made is named, and the status is read nevertheless") func refused() async throws {
    let fixture = try await fixture()
    fixture.fail("POST /api/users", .answers(400, "text/plain; charset=utf-8", "Unknown role: viewer-password\n"))
    let verdict = await fixture.run()
    #expect(verdict.outcome == .viewerRefused(email: Self.email, answered: "status 400, Unknown role: (redacted)"))
    #expect(verdict.status != nil)
  }

  @Test("Random passwords differ and fit into bcrypt") func randomPasswords() {
    let some = (0..<100).map { _ in CorootSecret.random().text }
    #expect(Set(some).count == 100 && some.allSatisfy { $0.utf8.count == 64 })
  }
}
