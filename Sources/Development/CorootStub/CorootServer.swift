// SPDX-License-Identifier: Apache-2.0

public import HTTPTransport
import Synchronization

/// A stub Coroot that answers in memory, as a transport, and to whatever serves ``handle(_:)`` over a network.
public final class CorootServer: HTTPTransport {
  /// What it does instead of answering.
  public enum Fault: Hashable, Sendable {
    /// The connection is refused.
    case refuses
    /// It accepts the connection and never answers.
    case hangs
    /// It carries the request out, and the answer never comes.
    case losesAnswer
    /// It answers with this: status, content type, body.
    case answers(Int, String, String)
  }

  private struct Guarded {
    var state: StubState
    var fault: (@Sendable (StubRequest) -> Fault?)?
    var requests: [String] = []
  }

  private let guarded: Mutex<Guarded>

  /// A server that was just started on an empty database.
  public init(_ configuration: StubConfiguration, backends: StubBackends = StubBackends()) {
    var state = StubState(configuration)
    state.backends = backends
    guarded = Mutex(Guarded(state: state))
  }

  // MARK: - What happens to it

  /// How it was, or is to be, started. A change holds from the next ``restart()`` on, save for the anonymous role, the
  /// global integrations and what is trusted, which hold at once.
  public var configuration: StubConfiguration {
    get { guarded.withLock { $0.state.configuration } }
    set { guarded.withLock { $0.state.configuration = newValue } }
  }

  /// What it connects to.
  public var backends: StubBackends {
    get { guarded.withLock { $0.state.backends } }
    set { guarded.withLock { $0.state.backends = newValue } }
  }

  /// Ends the process and starts it again on the same database.
  public func restart() { guarded.withLock { $0.state.restart() } }

  /// Ends the process and starts it again on an empty database: other project IDs, no integrations, no users but `admin`.
  public func loseDatabase() { guarded.withLock { $0.state.loseDatabase() } }

  /// Lets it fail from now on, for each request or for those that the function names. Nil heals it.
  public func fail(_ fault: (@Sendable (StubRequest) -> Fault?)?) { guarded.withLock { $0.fault = fault } }

  /// Changes what is known of a project's metrics.
  public func setMetrics(of project: String, _ cache: StubProject.Cache, nodes: [String] = [], applications: Int? = nil)
  {
    guarded.withLock { guarded in
      for index in guarded.state.projects.indices where guarded.state.projects[index].name == project {
        guarded.state.projects[index].cache = cache
        guarded.state.projects[index].nodes = nodes
        guarded.state.projects[index].applications = applications
      }
    }
  }

  /// Changes the role of a user, which only the database allows for `admin`.
  public func setRole(of email: String, _ role: String) {
    guarded.withLock { guarded in
      for index in guarded.state.users.indices where guarded.state.users[index].email == email {
        guarded.state.users[index].role = role
      }
    }
  }

  // MARK: - What can be known of it

  /// What it was asked, in order: `GET /api/user`.
  public var requests: [String] { guarded.withLock { $0.requests } }

  /// What was sent to be stored, in order.
  public var batches: [StubBatch] { guarded.withLock { $0.state.batches } }

  /// The ID of a project; nil if there is none of that name.
  public func projectID(_ name: String) -> String? {
    guarded.withLock { $0.state.projects.first { $0.name == name }?.id }
  }

  /// The keys of a project, in order.
  public func keys(of project: String) -> [String] {
    guarded.withLock { $0.state.projects.first { $0.name == project }?.keys.map(\.key) ?? [] }
  }

  /// The value of a valid cookie of a user; nil if there is no such user.
  public func session(of email: String) -> String? {
    guarded.withLock { guarded in
      guarded.state.users.first { $0.email == email }.map { guarded.state.session(of: $0) }
    }
  }

  /// The exit code of the process; nil while it runs.
  public var exitCode: Int? { guarded.withLock { $0.state.exitCode } }

  // MARK: - Requests

  /// Answers one request; nil if the process has ended, or ends by it.
  public func handle(_ request: StubRequest) -> StubResponse? {
    guarded.withLock { guarded in
      guarded.requests.append("\(request.method) \(request.path)")
      guard guarded.state.exitCode == nil else { return nil }
      let answer = guarded.state.answer(request)
      return guarded.state.exitCode == nil ? answer : nil
    }
  }

  /// Answers one request in memory. An answer that takes longer than the request may is an error at once.
  public func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    let parts = request.url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 4 else { throw Self.error(.invalidRequest, .connect, "not a URL") }
    let own = StubRequest(
      request.method, "/" + parts[3], headers: request.headers.map { ($0.name, $0.value) }, body: request.body ?? [])
    if Task.isCancelled { throw Self.error(.cancelled, .connect, "cancelled") }
    switch guarded.withLock({ $0.fault })?(own) {
    case .refuses: throw Self.error(.unreachable, .connect, "connect: refused")
    case .hangs: throw Self.error(.timedOut, .firstByte, "response: timed out")
    case .losesAnswer:
      _ = handle(own)
      throw Self.error(.timedOut, .firstByte, "response: timed out")
    case .answers(let status, let type, let text):
      return Self.response(StubResponse(status: status, headers: [("Content-Type", type)], body: Array(text.utf8)))
    case nil: break
    }
    guard let answer = handle(own) else { throw Self.error(.broken, .firstByte, "response: connection closed") }
    if let total = request.deadlines.total, answer.delay > total {
      throw Self.error(.timedOut, .firstByte, "response: timed out")
    }
    if let limit = request.bodyLimit, answer.body.count > limit {
      throw Self.error(.tooLarge, .body, "body: too large")
    }
    return Self.response(answer)
  }

  private static func response(_ answer: StubResponse) -> HTTPResponse {
    let box = Box(answer.body)
    return HTTPResponse(
      status: answer.status, headers: answer.headers.map { HTTPField($0.name, $0.value) },
      body: HTTPBody { () throws(TransportError) in box.take() })
  }

  private static func error(_ kind: TransportError.Kind, _ phase: TransportError.Phase, _ cause: String)
    -> TransportError
  {
    TransportError(kind: kind, phase: phase, host: "coroot:8080", cause: cause)
  }
}

/// A body that is handed out once.
private final class Box: Sendable {
  private let body: Mutex<[UInt8]?>

  init(_ body: [UInt8]) { self.body = Mutex(body) }

  func take() -> [UInt8]? {
    body.withLock { body in
      defer { body = nil }
      return body
    }
  }
}
