// SPDX-License-Identifier: Apache-2.0

@testable import HTTPTransport

/// Servers on which a request comes as far as a phase and stays there.
final class Stage: Sendable {
  enum Phase: CaseIterable {
    case resolve, connect, tunnel, tls, send, firstByte, body, paused, unread, queued

    /// Whether that is how a task ends that was cancelled there.
    func ends(with error: TransportError?) -> Bool {
      switch self {
      // The name may turn out not to exist before.
      case .resolve: error?.kind == .cancelled || error?.kind == .unresolved
      // The error may be that of those who hold the connections.
      case .queued: error?.kind == .cancelled
      // Perhaps nobody was waiting for anything.
      case .paused, .unread: error == nil || error?.kind == .cancelled
      default: error?.kind == .cancelled && error?.phase == reported
      }
    }

    /// The phase that a request there is in.
    var reported: TransportError.Phase {
      switch self {
      case .resolve: .resolve
      case .connect, .tunnel, .queued: .connect
      case .tls: .tls
      case .send: .send
      case .firstByte: .firstByte
      case .body, .paused, .unread: .body
      }
    }
  }

  private let full = FullPort()
  private let silent = ScriptedServer { $0.waitForClose() }
  private let deaf: ScriptedServer
  private let over = Signal()
  private let mute = ScriptedServer { connection in
    _ = connection.request()
    connection.waitForClose()
  }
  private let halting = ScriptedServer { connection in
    _ = connection.request()
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab")
    connection.waitForClose()
  }
  private let endless = ScriptedServer { connection in
    _ = connection.request()
    connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    let piece = [UInt8](repeating: 7, count: 1 << 16)
    while connection.send(bytes: piece) {}
  }
  private let body = [UInt8](repeating: 7, count: 16 << 20)

  /// The connections that are open on the servers' side.
  var open: Int { openByServer.reduce(0, +) }

  init() {
    deaf = ScriptedServer { [over] connection in
      _ = connection.receiveSome()
      connection.hold(until: over)
    }
  }

  /// Lets the servers' side of what was cancelled go.
  func end() { over.set() }

  /// How many connections of each server are open.
  var openByServer: [Int] { [silent, deaf, mute, halting, endless].map(\.open) }

  /// A task that comes to that phase and stays there until it is cancelled.
  func start(_ phase: Phase, _ transport: CurlTransport) -> Task<Void, any Error> {
    let patience = Deadlines(connect: .seconds(100), total: nil, idle: .seconds(100))
    var request = HTTPRequest(url: silent.url, deadlines: patience, bodyLimit: nil, ownConnection: true)
    switch phase {
    case .resolve: request.url = "http://nowhere.invalid"
    case .connect: request.url = "http://127.0.0.1:\(full.port)"
    case .tunnel:
      request.url = "https://api.test"
      request.proxy = ProxyOptions(url: silent.url)
    case .tls: request.url = "https://127.0.0.1:\(silent.port)"
    case .send:
      request.method = "POST"
      request.url = deaf.url
      request.body = body
    case .firstByte: request.url = mute.url
    case .body: request.url = halting.url
    case .paused, .unread: request.url = endless.url
    case .queued:
      request.url = mute.url
      request.ownConnection = false
    }
    return Task { [request] in
      // Two of the same host take up all it has.
      let others = phase == .queued ? 2 : 0
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<others { group.addTask { _ = try await transport.send(request) } }
        group.addTask {
          let response = try await transport.send(request)
          if phase == .unread || phase == .paused {
            if phase == .paused {
              var iterator = response.body.makeAsyncIterator()
              _ = try await iterator.next()
            }
            return await untilCancelled()
          }
          for try await _ in response.body {}
        }
        try await group.waitForAll()
      }
    }
  }

  /// Whether a task that was started alone stands in its phase.
  func hasReached(_ phase: Phase, _ transport: CurlTransport) async -> Bool {
    let census = await transport.census
    return switch phase {
    case .resolve: census.running == 1
    case .queued: census.waiting == 1
    case .connect, .tunnel, .tls, .send, .firstByte, .body, .paused, .unread: census.phases == [phase.reported]
    }
  }
}
