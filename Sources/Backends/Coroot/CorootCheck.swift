// SPDX-License-Identifier: Apache-2.0

public import HTTPTransport
import JSON

/// Checks whether a Coroot server is set up as wanted, and puts its integrations.
///
/// It logs in as `admin`, finds the projects, proves that a request without a key is refused, compares both integrations
/// with what is wanted, puts those that differ and reads them back, renews the gatekeeper's session, and reads the
/// project's status last. Requests, if nothing fails: 7 at rest (6 while the ClickHouse integration need not be read), 2
/// more for each integration that is put, 1 more for a viewer whose session is known, 3 for one that is created, and 5 for
/// one that gets a new password.
///
/// The password is sent once a run; when it was accepted and the session ends in between, once more. A refused login is not
/// repeated: the caller decides when to run again. The session is kept for one run, and the server has no way to end it.
public struct CorootCheck: Sendable {
  private let transport: any HTTPTransport
  private let limits: CorootSession.Limits
  private let randomPassword: @Sendable () -> CorootSecret

  /// A check over that transport.
  ///
  /// - Parameter randomPassword: makes the password of a viewer, which is used once and kept nowhere: at most 72 bytes.
  public init(
    transport: any HTTPTransport, randomPassword: @escaping @Sendable () -> CorootSecret = CorootSecret.random
  ) {
    self.init(transport: transport, limits: CorootSession.Limits(), randomPassword: randomPassword)
  }

  init(
    transport: any HTTPTransport, limits: CorootSession.Limits, randomPassword: @escaping @Sendable () -> CorootSecret
  ) {
    self.transport = transport
    self.limits = limits
    self.randomPassword = randomPassword
  }

  /// Checks and repairs. What does not depend on a failure is done nevertheless: a refused Prometheus does not keep
  /// ClickHouse from being put.
  ///
  /// Each request has its deadline: 10 s, for the status 30 s, for ClickHouse's integration 25 s, for a put 200 s.
  /// Where every backend hangs, and both integrations are to be put, that adds up to some minutes. Cancelling the task
  /// ends the check.
  public func run(_ access: CorootAccess, _ demand: CorootDemand) async -> CorootVerdict {
    var redaction = CorootRedaction([access.password, demand.clickHouse.password])
    if let login = demand.prometheus.basicAuth { redaction.add(login: login) }
    if let session = demand.viewer?.session { redaction.add(session) }
    let session = CorootSession(access, over: transport, limits: limits, redaction: redaction)
    var steps = CorootSteps(session: session, demand: demand, randomPassword: randomPassword)
    return await steps.run()
  }
}

extension CorootSecret {
  /// A password of 256 bits from the system's generator, as 64 hexadecimal digits: bcrypt takes 72 bytes.
  @Sendable public static func random() -> CorootSecret {
    var generator = SystemRandomNumberGenerator()
    let words = (0..<4).map { _ in
      let digits = String(generator.next(), radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }
    return CorootSecret(words.joined())
  }
}

/// One check: its session, what is wanted, and what was found so far.
struct CorootSteps {
  var session: CorootSession
  let demand: CorootDemand
  let randomPassword: @Sendable () -> CorootSecret
  var verdict = CorootVerdict(.ready)
  /// What is not as wanted, in the order of importance.
  var findings: [CorootOutcome] = []

  mutating func run() async -> CorootVerdict {
    do throws(CorootFailure) {
      try await steps()
    } catch {
      findings.append(error.outcome)
    }
    verdict.outcome = findings.first ?? .ready
    verdict.requests = session.requests
    return verdict
  }

  private mutating func steps() async throws(CorootFailure) {
    try await checkHealth()
    try await session.logIn()
    let projects = try await projects()
    guard let id = projects[demand.project] else {
      throw CorootFailure(outcome: .projectMissing(demand.project))
    }
    verdict.projectID = id
    try await checkKeyless(projects)
    try await settle(.prometheus, project: id)
    if demand.clickHouseKnownFor != id || demand.putAgain.contains(.clickhouse) {
      try await settle(.clickhouse, project: id)
    }
    verdict.isClickHouseStored = findings.allSatisfy { finding in
      switch finding {
      case .integrationRefused(.prometheus, _), .integrationNotKept(.prometheus, _): true
      default: false
      }
    }
    try await renewViewer()
    try await readStatus(project: id)
  }

  private mutating func checkHealth() async throws(CorootFailure) {
    let answer = try await session.answer("GET", "/health")
    guard answer.isDone else { throw session.unlike(answer, doing: "report its health") }
  }

  /// The projects' IDs by name, as `admin` sees them.
  private mutating func projects() async throws(CorootFailure) -> [String: String] {
    let answer = try await session.answerAsAdmin("GET", "/api/user")
    guard let user = answer.object(), let role = user["role"]?.string else {
      throw session.unlike(answer, doing: "report the user")
    }
    guard user["anonymous"]?.bool != true else {
      throw CorootFailure(outcome: .anonymousRole(session.redaction.cleaned(role)))
    }
    guard role == "Admin" else { throw CorootFailure(outcome: .notAdmin(role: session.redaction.cleaned(role))) }
    let pairs = (user["projects"]?.array ?? []).compactMap { project -> (String, String)? in
      guard let name = project["name"]?.string, let id = project["id"]?.string, Self.isID(id) else { return nil }
      return (name, id)
    }
    return Dictionary(pairs) { first, _ in first }
  }

  /// Whether a text can stand in a path as it is: what the server makes is letters and digits.
  private static func isID(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 64
      && text.utf8.allSatisfy { byte in
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
          || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
      }
  }

  /// Proves that a request without a key is refused.
  ///
  /// The server adds the empty key to its only project, or to one named `default`, when it is used first, and keeps it
  /// (`collector/collector.go`, `getProject`). So the request is sent only where that cannot happen.
  private mutating func checkKeyless(_ projects: [String: String]) async throws(CorootFailure) {
    if projects[demand.guardProject] == nil || demand.guardProject == demand.project {
      findings.append(.guardMissing(demand.guardProject))
    } else if projects["default"] != nil {
      findings.append(.defaultProject)
    } else {
      let answer = try await session.answer("GET", "/v1/config")
      if answer.status == 404, !answer.isPage { return }
      guard answer.status == 200, !answer.isPage else {
        throw session.unlike(answer, doing: "refuse a request without an API key")
      }
      findings.append(.keylessAccepted)
    }
  }

  private mutating func readStatus(project id: String) async throws(CorootFailure) {
    let answer = try await session.answerAsAdmin(
      "GET", "/api/project/\(id)/status", within: session.limits.status, limit: CorootSession.statusLimit)
    let redaction = session.redaction
    guard let object = answer.object(CorootStatus.projection),
      let status = CorootStatus(object, cleaned: { redaction.cleaned($0) })
    else { throw session.unlike(answer, doing: "report the project's status") }
    verdict.status = status
  }
}
