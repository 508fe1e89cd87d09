// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import Testing
import Waiting

/// A server may not make us hold more of its head than we accept, however it goes about it.
@Suite struct HeadLimitTests {
  private static let long = String(repeating: "y", count: 70_000)
  private static let start = "HTTP/1.1 200 OK\r\n"

  static let answers: [(name: String, answer: String, cause: String)] = [
    (
      "fields", start + (0...256).map { "X-\($0): y\r\n" }.joined() + "\r\n",
      "response: its head has more than the 256 f"
    ),
    ("one long field", start + "X: \(long)\r\n\r\n", "response: its head is longer than the 65536 bytes accepted"),
    (
      "long in all", start + String(repeating: "X: \(String(repeating: "y", count: 999))\r\n", count: 70) + "\r\n",
      "response: its head is longer than the 65536 bytes accepted"
    ),
    ("a field without end", start + "X: \(String(repeating: "y", count: 300_000))", "response: "),
    ("a status without end", "HTTP/1.1 200 \(String(repeating: "y", count: 300_000))", "response: "),
    (
      "interim responses", String(repeating: "HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n", count: 3000),
      "response: its head is longer than the 65536 bytes accepted"
    ),
    (
      "trailers",
      start + "Transfer-Encoding: chunked\r\n\r\n0\r\n"
        + String(repeating: "T: \(String(repeating: "t", count: 90))\r\n", count: 1000) + "\r\n",
      "response: its head is longer than the 65536 bytes accepted"
    ),
  ]

  @Test(arguments: answers.indices) func refused(_ index: Int) async throws {
    let (name, answer, cause) = Self.answers[index]
    let transport = try CurlTransport(userAgent: "tests/1")
    let server = ScriptedServer { connection in
      _ = connection.request()
      connection.send(answer)
      connection.waitForClose()
    }
    do throws(TransportError) {
      _ = try await transport.send(HTTPRequest(url: server.url)).body.collect()
      Issue.record("\(name) should not be accepted")
    } catch {
      #expect(error.kind == .tooLarge, "\(name): \(error)")
      #expect(error.cause.hasPrefix(cause), "\(name): \(error)")
      #expect(error.host == "127.0.0.1:\(server.port)")
    }
    #expect(await eventually { server.open == 0 })
  }
}
