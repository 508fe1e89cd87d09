// SPDX-License-Identifier: Apache-2.0

import JSON

extension CorootSteps {
  /// Finds or makes a session of the viewer.
  ///
  /// A session lives as long as its user and the server's secret: a new password or a logout does not end it, a lost
  /// database does. So a known one is only asked for its role, and the password that made it is not needed again.
  mutating func renewViewer() async throws(CorootFailure) {
    guard let viewer = demand.viewer else { return }
    if let known = viewer.session, Self.isCookieValue(known.text), try await refusal(of: known, viewer) == nil {
      verdict.viewerSession = known
      return
    }
    let password = randomPassword()
    session.redaction.add(password)
    if let refusal = try await createUser(viewer, password) {
      findings.append(.viewerRefused(email: viewer.email, answered: refusal))
      return
    }
    let answer = try await session.login(viewer.email, password)
    guard answer.status == 200, let cookie = answer.session else {
      findings.append(.viewerRefused(email: viewer.email, answered: answer.excerpt(session.redaction)))
      return
    }
    session.redaction.add(cookie)
    if let refusal = try await refusal(of: cookie, viewer) {
      findings.append(.viewerRefused(email: viewer.email, answered: refusal))
    } else {
      verdict.viewerSession = cookie
    }
  }

  /// Whether a text can be sent as the value of a cookie (RFC 6265, section 4.1.1). What a Secret holds may be anything.
  private static func isCookieValue(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { 0x21...0x7e ~= $0 && !"\",;\\".utf8.contains($0) }
  }

  /// Why a session is not the viewer's, as a phrase; nil if it is.
  private mutating func refusal(
    of cookie: CorootSecret, _ viewer: CorootViewer
  ) async throws(CorootFailure) -> String? {
    let answer = try await session.answer("GET", "/api/user", session: cookie)
    guard let user = answer.object(), let role = user["role"]?.string else {
      if answer.status == 401 { return "its session is not accepted" }
      throw session.unlike(answer, doing: "report the viewer")
    }
    guard role == "Viewer" else { return "it has the role \(session.redaction.cleaned(role))" }
    return user["email"]?.string == viewer.email ? nil : "its session is another user's"
  }

  /// Creates the user, or gives the one that exists the role and the password. Returns why not, as a phrase.
  private mutating func createUser(
    _ viewer: CorootViewer, _ password: CorootSecret
  ) async throws(CorootFailure) -> String? {
    // The server answers 200 to changes of `admin` and does nothing.
    guard viewer.email != CorootAccess.user else { return "user admin cannot be a viewer" }
    var form: JSONValue = [
      "action": "create", "email": .string(viewer.email), "name": "Gatekeeper", "role": "Viewer",
      "password": .string(password.text),
    ]
    let created = try await session.answerAsAdmin("POST", "/api/users", body: form)
    if created.isDone { return nil }
    guard created.status == 409 else { return created.excerpt(session.redaction) }
    let list = try await session.answerAsAdmin("GET", "/api/users")
    let users = list.object()?["users"]?.array ?? []
    guard let id = users.first(where: { $0["email"]?.string == viewer.email })?["id"]?.integer else {
      return "it exists, and the list of users does not name it"
    }
    form["action"] = "update"
    form["id"] = .integer(id)
    let updated = try await session.answerAsAdmin("POST", "/api/users", body: form)
    return updated.isDone ? nil : updated.excerpt(session.redaction)
  }
}
