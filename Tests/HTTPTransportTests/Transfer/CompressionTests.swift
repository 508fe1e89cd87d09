// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import Testing
import Waiting

@Suite struct CompressionTests {
  private let transport: CurlTransport

  init() throws { transport = try CurlTransport(userAgent: "tests/1") }

  /// Answers every request with that body.
  private func serve(_ body: [UInt8], coding: String = "gzip") -> ScriptedServer {
    ScriptedServer { connection in
      while let request = connection.request() {
        let asked = request.contains("\r\nAccept-Encoding: gzip\r\n")
        connection.send(
          "HTTP/1.1 200 OK\r\nX-Asked: \(asked)\r\nContent-Encoding: \(coding)\r\nContent-Length: \(body.count)\r\n\r\n"
        )
        guard connection.send(bytes: body) else { return }
      }
    }
  }

  private func failure(_ request: HTTPRequest) async -> TransportError? {
    do throws(TransportError) {
      _ = try await transport.send(request).body.collect()
      return nil
    } catch {
      return error
    }
  }

  private func gzip(_ command: String) async throws -> [UInt8] {
    try #require(try await blocking { Child("\(command) | gzip -9 -c")?.readAll() })
  }

  @Test func handsOnWhatWasPacked() async throws {
    let server = serve(try await gzip("seq 1 200000"))
    let response = try await transport.send(
      HTTPRequest(url: server.url, deadlines: .patient, bodyLimit: nil, acceptsCompression: true))
    #expect(response.header("X-Asked") == "true")
    // They spoke of the packed body.
    #expect(response.header("Content-Encoding") == nil)
    #expect(response.header("Content-Length") == nil)
    let text = (1...200_000).map { "\($0)\n" }.joined()
    #expect(try await response.body.collect().elementsEqual(text.utf8))
    #expect(server.accepted == 1)
  }

  @Test func isNotAskedForByDefault() async throws {
    let packed = try await gzip("echo x")
    let server = serve(packed)
    let response = try await transport.send(HTTPRequest(url: server.url, deadlines: .patient))
    #expect(response.header("X-Asked") == "false")
    #expect(try await response.body.collect() == packed)
  }

  @Test func theLimitCountsWhatIsUnpacked() async throws {
    let bomb = try await gzip("head -c 67108864 /dev/zero")
    #expect(bomb.count < 100_000)
    let server = serve(bomb)
    let error = await failure(
      HTTPRequest(url: server.url, deadlines: .patient, bodyLimit: 1 << 20, acceptsCompression: true))
    #expect(error?.kind == .tooLarge)
    #expect(error?.cause == "body: more than the 1048576 bytes accepted")
    #expect(await eventually { server.open == 0 })
  }

  /// Most of it is unpacked from the last bytes that the network brings, while the reader has yet to begin.
  @Test func aSlowReaderGetsAll() async throws {
    let server = serve(try await gzip("head -c 3000000 /dev/zero"))
    let response = try await transport.send(
      HTTPRequest(url: server.url, deadlines: .patient, bodyLimit: nil, acceptsCompression: true))
    var count = 0
    for try await chunk in response.body {
      count += chunk.count
      for _ in 0..<100 { await Task.yield() }
    }
    #expect(count == 3_000_000)
  }

  @Test(arguments: ["br", "gzip, gzip", "deflate", "zstd", "nonsense"])
  func otherCodingsAreRefused(_ coding: String) async {
    let server = serve(Array("abc".utf8), coding: coding)
    let error = await failure(HTTPRequest(url: server.url, acceptsCompression: true))
    #expect(error?.kind == .broken)
    #expect(error?.cause == "response: its body is encoded as \(coding), only gzip was asked for")
  }

  @Test func corruptOnes() async throws {
    var bytes = try await gzip("seq 1 2000")
    for index in 40..<60 { bytes[index] = ~bytes[index] }
    let server = serve(bytes)
    let error = await failure(HTTPRequest(url: server.url, acceptsCompression: true))
    #expect(error?.kind == .broken)
    #expect(error?.phase == .body)
    #expect(error?.cause.hasPrefix("body: not valid gzip: ") == true, "\(String(describing: error))")
  }
}
