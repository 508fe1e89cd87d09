// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import JSON

/// Why a check of Coroot ends.
struct CorootFailure: Error {
  let outcome: CorootOutcome
}

/// Requests to one Coroot server as user `admin`. The cookie lives as long as this value.
struct CorootSession {
  /// How long a request may take. Fixed by what was measured on 1.24.5.
  struct Limits: Sendable {
    /// For one that reads settings, or logs in (bcrypt: up to 1.2 s).
    var reading = Deadlines(connect: .seconds(5), total: .seconds(10), idle: .seconds(10))
    /// For the project's status, which loads an hour of metrics from the cache.
    var status = Deadlines(connect: .seconds(5), total: .seconds(30), idle: .seconds(30))
    /// For the ClickHouse integration, which connects to ClickHouse: 20 s if that hangs.
    var readingClickHouse = Deadlines(connect: .seconds(5), total: .seconds(25), idle: .seconds(25))
    /// For a put, which tests the backend (10 s) and migrates ClickHouse: statements on a cluster take up to 180 s
    /// (`distributed_ddl_task_timeout`).
    var saving = Deadlines(connect: .seconds(5), total: .seconds(200), idle: .seconds(200))
  }

  /// The longest answer that is read, in bytes: users, projects, settings.
  static let bodyLimit = 1 << 20
  /// The same for the status, which lists every application and node.
  static let statusLimit = 4 << 20

  let access: CorootAccess
  let limits: Limits
  var redaction: CorootRedaction
  /// How many requests were sent.
  private(set) var requests = 0
  private let transport: any HTTPTransport
  private var cookie: CorootSecret?
  private var logins = 0

  init(_ access: CorootAccess, over transport: any HTTPTransport, limits: Limits, redaction: CorootRedaction) {
    self.access = access
    self.transport = transport
    self.limits = limits
    self.redaction = redaction
  }

  /// What a request came to: an answer, or none although it may have been carried out.
  enum Reply {
    case answer(CorootAnswer)
    case lost(cause: String)
  }

  /// Sends a request, with a session if one is given.
  mutating func send(
    _ method: String, _ path: String, body: JSONValue? = nil, session: CorootSecret? = nil,
    within deadlines: Deadlines? = nil, limit: Int = bodyLimit
  ) async throws(CorootFailure) -> Reply {
    var headers: [HTTPField] = body == nil ? [] : [HTTPField("Content-Type", "application/json")]
    if let session { headers.append(HTTPField("Cookie", "coroot_session=\(session.text)")) }
    let request = HTTPRequest(
      method: method, url: access.url(of: path), headers: headers, body: body.map { JSONWriter.bytes($0) },
      deadlines: deadlines ?? limits.reading, bodyLimit: limit, refusesLinkLocal: true)
    requests += 1
    do {
      let response = try await transport.send(request)
      return .answer(CorootAnswer(response, body: try await response.body.collect()))
    } catch {
      if error.kind == .tooLarge {
        throw CorootFailure(outcome: .notCoroot(answered: "more than \(limit) bytes"))
      }
      let cause = redaction.cleaned(error.cause)
      let mayBeDone = [.timedOut, .broken].contains(error.kind) && [.send, .firstByte, .body].contains(error.phase)
      guard mayBeDone else { throw CorootFailure(outcome: .unreachable(cause: cause)) }
      return .lost(cause: cause)
    }
  }

  /// Sends a request and waits for its answer.
  mutating func answer(
    _ method: String, _ path: String, body: JSONValue? = nil, session: CorootSecret? = nil,
    within deadlines: Deadlines? = nil, limit: Int = bodyLimit
  ) async throws(CorootFailure) -> CorootAnswer {
    switch try await send(method, path, body: body, session: session, within: deadlines, limit: limit) {
    case .answer(let answer): return answer
    case .lost(let cause): throw CorootFailure(outcome: .unreachable(cause: cause))
    }
  }

  /// Sends a request as `admin`. A session that ends in between is replaced once, by the password that was accepted.
  mutating func sendAsAdmin(
    _ method: String, _ path: String, body: JSONValue? = nil, within deadlines: Deadlines? = nil,
    limit: Int = bodyLimit
  ) async throws(CorootFailure) -> Reply {
    let reply = try await send(method, path, body: body, session: cookie, within: deadlines, limit: limit)
    guard case .answer(let first) = reply, first.status == 401 else { return reply }
    guard logins < 2 else { throw CorootFailure(outcome: .sessionRefused) }
    try await logIn()
    let second = try await send(method, path, body: body, session: cookie, within: deadlines, limit: limit)
    if case .answer(let answer) = second, answer.status == 401 { throw CorootFailure(outcome: .sessionRefused) }
    return second
  }

  /// The same, and waits for the answer.
  mutating func answerAsAdmin(
    _ method: String, _ path: String, body: JSONValue? = nil, within deadlines: Deadlines? = nil,
    limit: Int = bodyLimit
  ) async throws(CorootFailure) -> CorootAnswer {
    switch try await sendAsAdmin(method, path, body: body, within: deadlines, limit: limit) {
    case .answer(let answer): return answer
    case .lost(let cause): throw CorootFailure(outcome: .unreachable(cause: cause))
    }
  }

  /// The verdict on an answer that is none of those that the API gives.
  func unlike(_ answer: CorootAnswer, doing: String) -> CorootFailure {
    let answered = answer.excerpt(redaction)
    // A page with a status of 500 and above is of a proxy: the server behind it may be the right one.
    let isServer = answer.status >= 500 || answer.status >= 400 && !answer.isPage
    return CorootFailure(
      outcome: isServer ? .serverError(doing: doing, answered: answered) : .notCoroot(answered: answered))
  }

  /// Logs in as `admin`. A refused login ends the check: nothing tries it again.
  mutating func logIn() async throws(CorootFailure) {
    guard !access.password.text.isEmpty else {
      throw CorootFailure(outcome: .loginRefused(cause: "the password is empty"))
    }
    logins += 1
    let answer = try await login(CorootAccess.user, access.password)
    if let session = answer.session, answer.status == 200 {
      redaction.add(session)
      cookie = session
      return
    }
    guard answer.status == 404, !answer.isPage else { throw unlike(answer, doing: "log user admin in") }
    // A user without a password is refused alike; only the answer to a request without a session tells the two apart.
    let bare = try await self.answer("GET", "/api/user")
    if bare.status == 401, bare.text == "set_admin_password" { throw CorootFailure(outcome: .adminPasswordUnset) }
    if let user = bare.object(), user["anonymous"]?.bool == true, let role = user["role"]?.string {
      throw CorootFailure(outcome: .anonymousRole(redaction.cleaned(role)))
    }
    guard bare.status == 401, !bare.isPage else { throw unlike(bare, doing: "report the user") }
    throw CorootFailure(outcome: .loginRefused(cause: answer.excerpt(redaction)))
  }

  /// Sends one login. 404 is a wrong user or password.
  mutating func login(_ email: String, _ password: CorootSecret) async throws(CorootFailure) -> CorootAnswer {
    let body: JSONValue = ["email": .string(email), "password": .string(password.text), "action": ""]
    return try await answer("POST", "/api/login", body: body)
  }
}
