// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import Telemetry

private func serving(
  liveness: [HealthCheck] = [], readiness: [HealthCheck] = [],
  _ body: (Int, ProbeServer) async throws -> Void
) async throws {
  let registry = MetricsRegistry()
  registry.counter("things_total", help: "Things.").increment()
  let server = ProbeServer(
    address: ProbeAddress(host: "127.0.0.1", port: 0), registry: registry, liveness: liveness, readiness: readiness,
    requestDeadline: .seconds(300))
  let port = try await server.start().port
  #expect(port != 0)
  do {
    try await body(port, server)
  } catch {
    await server.shutdown()
    throw error
  }
  await server.shutdown()
}

func get(_ port: Int, _ target: String, method: String = "GET") async throws -> (Int, String, String) {
  let answer = try await exchange(port, "\(method) \(target) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
  let end = try #require(answer.firstRange(of: "\r\n\r\n"))
  let head = String(answer[..<end.lowerBound])
  let status = try #require(Int(head.split(separator: " ")[1]))
  return (status, head, String(answer[end.upperBound...]))
}

@Suite struct ProbeServerTests {
  @Test func servesMetrics() async throws {
    try await serving { port, _ in
      let (status, head, body) = try await get(port, "/metrics")
      #expect(status == 200)
      #expect(head.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8"))
      #expect(body == "# HELP things_total Things.\n# TYPE things_total counter\nthings_total 1\n")
      let (_, headOnly, nothing) = try await get(port, "/metrics", method: "HEAD")
      #expect(headOnly.contains("Content-Length: \(body.utf8.count)") && nothing.isEmpty)
    }
  }

  @Test func tellsOfHealthAsTheAPIServerDoes() async throws {
    let failing = HealthCheck("leader") { "lease lost to http://u:secret@h/" }
    let passing = HealthCheck("caches") { nil }
    try await serving(liveness: [passing], readiness: [passing, failing]) { port, _ in
      #expect(try await get(port, "/healthz").2 == "ok")
      #expect(
        try await get(port, "/healthz?verbose").2 == "[+]ping ok\n[+]caches ok\nhealthz check passed\n")
      let (status, _, body) = try await get(port, "/readyz")
      #expect(status == 500)
      #expect(
        body
          == "[+]ping ok\n[+]caches ok\n[-]leader failed: lease lost to http://***@h/\nreadyz check failed\n")
      #expect(
        try await get(port, "/readyz?verbose&exclude=leader&exclude=nobody").2
          == "[+]ping ok\n[+]caches ok\n[+]leader excluded: ok\n"
          + "warn: some health checks cannot be excluded: no matches for \"nobody\"\nreadyz check passed\n")
      #expect(try await get(port, "/readyz/caches").2 == "ok")
      #expect(try await get(port, "/healthz/ping").2 == "ok")
      #expect(try await get(port, "/readyz/leader").0 == 500)
      #expect(try await get(port, "/healthz/leader").0 == 404)
    }
  }

  @Test func refusesWhatItDoesNotServe() async throws {
    try await serving { port, _ in
      #expect(try await get(port, "/").0 == 404)
      let (status, head, _) = try await get(port, "/metrics", method: "POST")
      #expect(status == 405 && head.contains("Allow: GET, HEAD"))
      let long = String(repeating: "x", count: ProbeServer.requestLimit)
      let answer = try await exchange(port, "GET /healthz HTTP/1.1\r\nX: \(long)\r\n\r\n")
      #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 431 "), "\(answer)")
      #expect(try await exchange(port, "nonsense\r\n\r\n").hasPrefix("HTTP/1.1 400 "))
    }
  }

  @Test func answersSeveralRequestsOfOneConnection() async throws {
    try await serving { port, _ in
      let one = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
      let last = "GET /healthz?verbose HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
      let answer = try await exchange(port, one + one + last)
      #expect(answer.split(separator: "HTTP/1.1 200 OK").count == 3)
      #expect(answer.hasSuffix("healthz check passed\n"))
    }
  }

  @Test func endsWithItsTaskAndFreesThePort() async throws {
    try await serving { port, server in
      let task = Task { try await server.run() }
      #expect(try await get(port, "/healthz").0 == 200)
      task.cancel()
      try await task.value
      // Nobody listens any longer, unless another test has been given the port since.
      let answer = try? await exchange(port, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      #expect(answer?.hasPrefix("HTTP/1.1 200 ") != true)
      await #expect(throws: ProbeServerError.self) { try await server.start() }
    }
  }

  @Test func saysThatAnAddressIsTaken() async throws {
    try await serving { port, _ in
      let second = ProbeServer(address: ProbeAddress(host: "127.0.0.1", port: port), registry: MetricsRegistry())
      let error = await #expect(throws: ProbeServerError.self) { try await second.run() }
      #expect(error?.description.contains("127.0.0.1:\(port)") == true)
    }
  }

  @Test(arguments: [
    ("127.0.0.1:0", "127.0.0.1", 0), (":8081", "0.0.0.0", 8081), ("[::1]:65535", "::1", 65535),
    ("localhost:80", "localhost", 80),
  ])
  func readsAnAddress(_ text: String, _ host: String, _ port: Int) throws {
    #expect(try ProbeAddress(text) == ProbeAddress(host: host, port: port))
  }

  @Test(arguments: ["", "8081", "a:", "a:-1", "a:65536", "::1:80", "a:b"])
  func refusesWhatIsNoAddress(_ text: String) {
    let error = #expect(throws: ProbeServerError.self) { try ProbeAddress(text) }
    #expect(error?.description.contains("\"\(text)\"") == true)
  }
}
