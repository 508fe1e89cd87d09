// SPDX-License-Identifier: Apache-2.0

import Backends
import ControllerRuntime
import CorootStub
import HTTPTransport
import ObservabilityAPI
import Synchronization
import Testing

@testable import ObservabilityController

/// What one look at a server hands to the next.
@Suite struct CorootInquiryTests {
  /// Counts the requests that are under way at once.
  private final class Counting: HTTPTransport {
    private let counts = Mutex<(now: Int, most: Int)>((0, 0))
    private let server: CorootServer

    init(_ server: CorootServer) { self.server = server }

    var most: Int { counts.withLock { $0.most } }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
      counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
      defer { counts.withLock { $0.now -= 1 } }
      for _ in 0..<20 { await Task.yield() }
      return try await server.send(request)
    }
  }

  private static func question(_ password: String, servers: [String]) throws -> CorootQuestion {
    let url = try HTTPURL("http://vmselect:8481/select/0/prometheus")
    return CorootQuestion(
      object: "platform",
      access: CorootAccess(
        url: try HTTPURL("http://platform-coroot.cozy-coroot.svc:8080"), password: CorootSecret("p")),
      demand: CorootDemand(
        project: "platform", guardProject: "guard", prometheus: CorootPrometheus(url: url, remoteWriteURL: url),
        clickHouse: CorootClickHouse(
          address: "ch:9000", user: "coroot", password: CorootSecret(password), database: "coroot")),
      servers: servers)
  }

  @Test("Two questions about one server are asked one after the other, and the later one knows what the first changed")
  func oneAfterTheOther() async throws {
    let server = CorootServer(
      .guarded(project: "platform", key: "k", guardProject: "guard", guardKey: "g", adminPassword: "p"),
      backends: StubBackends(prometheus: ["vmselect:8481": .init()], clickHouse: ["ch:9000": .init()]))
    let transport = Counting(server)
    let inquiry = CorootInquiry(transport, .live)
    let (first, second) = (try Self.question("a", servers: ["a"]), try Self.question("a", servers: ["b"]))
    let answers = await withTaskGroup(of: CorootAnswer.self, returning: [CorootAnswer].self) { group in
      group.addTask { await inquiry.ask(first) }
      group.addTask { await inquiry.ask(second) }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(transport.most == 1)
    #expect(answers.allSatisfy { $0.verdict.outcome.isReady && $0.storedAt != nil })
    #expect(server.requests.count { $0.hasPrefix("PUT") } == 2)
  }

  @Test("What is known of ClickHouse's settings is read again once other servers run")
  func otherServers() async throws {
    let server = CorootServer(
      .guarded(project: "platform", key: "k", guardProject: "guard", guardKey: "g", adminPassword: "p"),
      backends: StubBackends(prometheus: ["vmselect:8481": .init()], clickHouse: ["ch:9000": .init()]))
    let inquiry = CorootInquiry(server, .live)
    func reads() -> Int { server.requests.count { $0.hasPrefix("GET") && $0.hasSuffix("/integrations/clickhouse") } }
    let question = try Self.question("a", servers: ["a"])
    _ = await inquiry.ask(question)
    let before = reads()
    _ = await inquiry.ask(question)
    #expect(reads() == before)
    _ = await inquiry.ask(try Self.question("a", servers: ["b"]))
    #expect(reads() == before + 1)
    #expect(inquiry.project(of: "platform") == server.projectID("platform"))
  }
}
