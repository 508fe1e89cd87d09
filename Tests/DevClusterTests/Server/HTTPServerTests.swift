// SPDX-License-Identifier: Apache-2.0

import DevCluster
import JSON
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@Suite("Over HTTP", .timeLimit(.minutes(5)))
struct HTTPServerTests {
  typealias Client = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

  private func connect(_ server: HTTPServer) async throws -> Client {
    try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connect(
      host: server.host, port: server.port
    ) { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHTTPClientHandlers()
        return try Client(wrappingChannelSynchronously: channel)
      }
    }
  }

  private func withServer(
    _ cluster: TestCluster, _ body: (HTTPServer) async throws -> Void
  ) async throws {
    let http = try await HTTPServer(serving: cluster.server)
    let running = Task { try await http.run() }
    try await body(http)
    running.cancel()
    try await running.value
  }

  private func head(_ method: HTTPMethod, _ path: String) -> HTTPClientRequestPart {
    .head(
      HTTPRequestHead(
        version: .http1_1, method: method, uri: path,
        headers: ["Host": "x", "Authorization": "Bearer admin-token"]))
  }

  @Test func oneConnectionCarriesManyRequests() async throws {
    let cluster = await TestCluster()
    try await withServer(cluster) { server in
      try await connect(server).executeThenClose { inbound, outbound in
        var parts = inbound.makeAsyncIterator()
        for path in ["/version", "/healthz", "/api/v1/namespaces/rec"] {
          try await outbound.write(head(.GET, path))
          try await outbound.write(.end(nil))
          guard case .head(let answer)? = try await parts.next() else {
            Issue.record("no head for \(path)")
            return
          }
          #expect(answer.status == .ok)
          while let part = try await parts.next() {
            if case .end = part { break }
          }
        }
      }
    }
    #expect(await cluster.server.requests == 3)
  }

  @Test func aWatchIsChunkedAndEndsWhenItsClientGoes() async throws {
    let cluster = await TestCluster()
    try await withServer(cluster) { server in
      try await connect(server).executeThenClose { inbound, outbound in
        var parts = inbound.makeAsyncIterator()
        try await outbound.write(head(.GET, Paths.configMaps + "?watch=true"))
        try await outbound.write(.end(nil))
        guard case .head(let answer)? = try await parts.next() else {
          Issue.record("no head")
          return
        }
        #expect(answer.headers["transfer-encoding"] == ["chunked"])
        await cluster.send("POST", Paths.configMaps, Samples.configMap("one"))
        guard case .body(let frame)? = try await parts.next() else {
          Issue.record("no frame")
          return
        }
        #expect(try JSONParser.parse(frame.readableBytesView)["type"] == "ADDED")
        #expect(await cluster.server.openWatches == 1)
      }
      while await cluster.server.openWatches > 0 { await Task.yield() }
    }
  }

  @Test func aFaultClosesTheConnection() async throws {
    let cluster = await TestCluster()
    await cluster.server.setIntercept { _ in .closeConnection }
    try await withServer(cluster) { server in
      try await connect(server).executeThenClose { inbound, outbound in
        var parts = inbound.makeAsyncIterator()
        try await outbound.write(head(.GET, "/version"))
        try await outbound.write(.end(nil))
        do {
          #expect(try await parts.next() == nil)
        } catch {
          // The client's decoder may see the end of the connection as an error of its own.
        }
      }
    }
  }

  @Test func aBodyBeyondTheLimitIsNotRead() async throws {
    let server = try await HTTPServer(bodyLimit: 10) { _ in APIResponse(status: 200, text: "ok") }
    let running = Task { try await server.run() }
    try await connect(server).executeThenClose { inbound, outbound in
      var parts = inbound.makeAsyncIterator()
      try await outbound.write(head(.POST, "/"))
      try await outbound.write(.body(.byteBuffer(ByteBuffer(repeating: 0x78, count: 100))))
      try await outbound.write(.end(nil))
      guard case .head(let answer)? = try await parts.next() else {
        Issue.record("no head")
        return
      }
      #expect(answer.status == .payloadTooLarge)
    }
    running.cancel()
    try await running.value
  }

  @Test("Connections that were accepted and not yet taken are closed with the server")
  func connectionsThatNobodyTookEndWithTheServer() async throws {
    for _ in 0..<20 {
      let server = try await HTTPServer { _ in APIResponse(status: 200, text: "ok") }
      let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      var clients: [any Channel] = []
      for _ in 0..<8 { clients.append(try await bootstrap.connect(host: server.host, port: server.port).get()) }
      let running = Task { try await server.run() }
      running.cancel()
      try await running.value
      for client in clients { try await client.closeFuture.get() }
    }
  }
}
