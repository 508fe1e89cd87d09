// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import Logging

/// Replays the recorded exchanges, in order, against an API server in process.
public actor Replay {
  /// How one exchange went.
  public enum Outcome: Hashable, Sendable {
    case passed
    case failed(Difference)
    /// Known to differ, and does.
    case excluded(reason: String, Difference)
    /// Excluded, but as recorded: the exclusion has to go.
    case needlesslyExcluded
  }

  /// An exchange and how it went.
  public struct Result: Sendable {
    /// The exchange.
    public let exchange: Exchange
    /// How it went.
    public let outcome: Outcome
  }

  private let configuration: APIServerConfiguration
  private var server: APIServer
  private let clock = SteppedClock()
  private let writes: UnrecordedWrites
  private let exclusions: Exclusions
  private let exchanges: [Exchange]
  private var correspondence = Correspondence()

  /// A replay of the exchanges, with a cluster admin, a user without any role, and no controllers: the first recorded
  /// server had none beside it, and what those of the second wrote is among the unrecorded writes.
  ///
  /// - Throws: ``ReplayError`` if the exclusions or the unrecorded writes do not fit the exchanges.
  public init(_ exchanges: [Exchange], _ exclusions: Exclusions) throws(ReplayError) {
    try exclusions.check(exchanges)
    self.init(exchanges, exclusions, try UnrecordedWrites(for: exchanges))
  }

  init(_ exchanges: [Exchange], _ exclusions: Exclusions, _ writes: UnrecordedWrites) {
    self.exchanges = exchanges
    self.exclusions = exclusions
    self.writes = writes
    var configuration = APIServerConfiguration(adminToken: "admin")
    configuration.tokens["unprivileged"] = Identity(user: "alice")
    configuration.runsControllers = false
    configuration.logger = Logger(label: "conformance") { _ in SwiftLogNoOpLogHandler() }
    configuration.sleep = { [clock] _ in try await clock.sleep() }
    self.configuration = configuration
    server = APIServer(configuration)
  }

  /// How each exchange went. Each recorded server is replayed against a fresh one.
  public func run() async -> [Result] {
    var results: [Result] = []
    var recorded: Int?
    for exchange in exchanges {
      if recorded != exchange.server {
        recorded = exchange.server
        correspondence = Correspondence()
        server = APIServer(configuration)
        await server.addNamespace("rec")
      }
      results.append(Result(exchange: exchange, outcome: await outcome(of: exchange)))
    }
    return results
  }

  private func outcome(of exchange: Exchange) async -> Outcome {
    for write in writes[exchange].first {
      let answer = await send(write)
      if answer.status >= 300 { return .failed(Difference(unrecorded: write, answer)) }
    }
    let reason = exclusions.reasons[exchange.step]
    do throws(Difference) {
      try await check(exchange, isDryRun: reason != nil)
      return reason == nil ? .passed : .needlesslyExcluded
    } catch {
      return reason.map { .excluded(reason: $0, error) } ?? .failed(error)
    }
  }

  private func check(_ exchange: Exchange, isDryRun: Bool) async throws(Difference) {
    let response = await server.handle(request(exchange, isDryRun: isDryRun))
    var comparison = Comparison(correspondence)
    defer { if !isDryRun { correspondence = comparison.correspondence } }
    let body = await received(response, writes[exchange].meanwhile)
    guard response.status == exchange.status else {
      let told = body.first?["message"]?.string.map { " (\($0))" } ?? ""
      throw Difference(path: "status", expected: "\(exchange.status)", actual: "\(response.status)\(told)")
    }
    if let type = exchange.contentType { try same("header Content-Type", type, response.header("content-type")) }
    // Of several warnings the recording has the last.
    let warning = response.headers.last { $0.name == "Warning" }?.value
    if exchange.warning != nil || warning != nil { try same("header Warning", exchange.warning, warning) }
    switch exchange.answer {
    case .body(let expected): try comparison.compare(expected, body.first ?? .null)
    case .text(let expected): try same("body", expected, body.first?.string)
    case .frames(let expected) where !Self.isJSON(response):
      // A watch was recorded line by line, without the ends of the lines.
      try same("body", (expected.first?.string ?? "") + "\n", body.first?.string)
    case .frames(let expected): try comparison.compare(["frames": .array(expected)], ["frames": .array(body)])
    }
  }

  /// The body, or the frames of a watch after the writes that happened meanwhile.
  private func received(_ response: APIResponse, _ meanwhile: [APIRequest]) async -> [JSONValue] {
    guard case .stream(let stream) = response.body else {
      return [Self.isJSON(response) ? response.json : .string(response.text)]
    }
    clock.start()
    let reader = Task { [clock] in
      var frames: [JSONValue] = []
      for await frame in stream.frames { frames.append((try? JSONParser.parse(frame)) ?? .null) }
      clock.stop()
      return frames
    }
    for write in meanwhile { _ = await send(write) }
    while await clock.step() {}
    return await reader.value
  }

  private func send(_ request: APIRequest) async -> APIResponse {
    var request = request
    request.headers += Self.headers(token: "admin")
    return await server.handle(request)
  }

  private func request(_ exchange: Exchange, isDryRun: Bool) -> APIRequest {
    var request = APIRequest(exchange.method, correspondence.translated(exchange.path), headers: exchange.headers)
    for index in request.query.indices where request.query[index].name == "resourceVersion" {
      request.query[index].value = correspondence.translated(version: request.query[index].value)
    }
    if isDryRun, exchange.method != "GET" { request.query.append(("dryRun", "All")) }
    let given = request.header("authorization")
    request.headers.removeAll { $0.name == "Authorization" }
    let token: String? =
      switch given {
      case nil: "admin"
      case "Bearer <unprivileged>": "unprivileged"
      case "Bearer <none>": nil
      default: "unknown"
      }
    request.headers += Self.headers(token: token)
    switch exchange.body {
    case .null: break
    case .string("data.x = 1,100,000 characters"): request.body = Self.largeConfigMap
    case .string(let text): request.body = Array(text.utf8)
    case let body: request.body = JSONWriter.bytes(correspondence.translated(body), order: .asGiven)
    }
    return request
  }

  private func same(_ place: String, _ expected: String?, _ actual: String?) throws(Difference) {
    guard let expected, let actual, expected == actual else {
      throw Difference(path: place, expected: expected ?? "nothing", actual: actual ?? "nothing")
    }
  }

  private static func isJSON(_ response: APIResponse) -> Bool {
    response.header("content-type")?.hasPrefix("application/json") == true
  }

  /// What the recorder sent with every request; the port is the recorded server's.
  private static func headers(token: String?) -> [(name: String, value: String)] {
    [("User-Agent", "recorder"), ("Host", "127.0.0.1:16443")]
      + (token.map { [("Authorization", "Bearer \($0)")] } ?? [])
  }

  /// The one body that the recording only describes.
  private static let largeConfigMap = JSONWriter.bytes([
    "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "big"],
    "data": ["x": .string(String(repeating: "x", count: 1_100_000))],
  ])
}

extension Difference {
  /// A write that prepares an exchange was refused.
  fileprivate init(unrecorded write: APIRequest, _ answer: APIResponse) {
    self.init(
      path: "\(write.method) \(write.path) of unrecorded.yaml", expected: "an accepted write",
      actual: "\(answer.status): \(answer.json["message"]?.string ?? answer.text)")
  }
}
