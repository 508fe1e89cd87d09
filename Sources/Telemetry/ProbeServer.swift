// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// Serves `/metrics`, `/healthz` and `/readyz` over HTTP/1.1, on one thread.
///
/// Both health endpoints begin with the check `ping`, take `?verbose` and `?exclude=<name>`, and give each check an
/// address of its own, as the API server's do. To run it under swift-service-lifecycle call ``run()`` inside
/// `cancelWhenGracefulShutdown`.
public actor ProbeServer {
  /// The most connections at a time. At a further one that gives way which has kept us waiting for a request longest.
  public static let connectionLimit = 64
  /// The longest request, in bytes; a longer one is answered with 431.
  public static let requestLimit = 16 << 10
  /// How long a request may take to come in, in seconds, from the connection or its first byte to its last, however
  /// steadily it trickles. A kubelet gives up after one second.
  public static let requestSeconds: Int64 = 10
  /// How long a connection may be silent between requests, in seconds.
  public static let idleSeconds: Int64 = 30

  private enum State {
    case idle
    case starting
    case listening(any Channel, MultiThreadedEventLoopGroup)
    case closed
  }

  private let address: ProbeAddress
  private let responder: ProbeResponder
  private let requestDeadline: TimeAmount
  private var state = State.idle

  /// A server that does not listen yet.
  public init(
    address: ProbeAddress, registry: MetricsRegistry, liveness: [HealthCheck] = [], readiness: [HealthCheck] = []
  ) {
    self.init(
      address: address, registry: registry, liveness: liveness, readiness: readiness,
      requestDeadline: .seconds(Self.requestSeconds))
  }

  init(
    address: ProbeAddress, registry: MetricsRegistry, liveness: [HealthCheck] = [], readiness: [HealthCheck] = [],
    requestDeadline: TimeAmount
  ) {
    self.address = address
    self.requestDeadline = requestDeadline
    responder = ProbeResponder(registry: registry, liveness: [.ping] + liveness, readiness: [.ping] + readiness)
  }

  /// Begins to listen, once, and tells where: with port 0 the system has chosen one.
  ///
  /// - Throws: ``ProbeServerError`` if the address cannot be listened on, or the server was started before.
  @discardableResult
  public func start() async throws(ProbeServerError) -> ProbeAddress {
    guard case .idle = state else { throw ProbeServerError("the probe server on \(address) was started before") }
    state = .starting
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let (responder, requestDeadline) = (responder, requestDeadline)
    let gate = ConnectionGate(limit: Self.connectionLimit)
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 64)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let ticket = try gate.admit(channel)
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHandler(IdleStateHandler(allTimeout: .seconds(Self.idleSeconds)))
          try pipeline.addHandler(
            RequestLimitHandler(limit: Self.requestLimit, deadline: requestDeadline, ticket: ticket))
          try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: true, withErrorHandling: true)
          try pipeline.addHandler(ProbeHandler(responder: responder, ticket: ticket))
        }
      }
    do {
      let channel = try await bootstrap.bind(host: address.host, port: address.port).get()
      guard case .starting = state else {
        try? await channel.close()
        throw ProbeServerError("the probe server on \(address) was shut down while it started")
      }
      state = .listening(channel, group)
      return ProbeAddress(host: address.host, port: channel.localAddress?.port ?? address.port)
    } catch {
      state = .closed
      try? await group.shutdownGracefully()
      throw error as? ProbeServerError ?? ProbeServerError("cannot listen on \(address): \(Self.cause(error))")
    }
  }

  /// What the system says; NIO would add the name of the function.
  private static func cause(_ error: any Error) -> String {
    guard let error = error as? IOError else { return "\(error)" }
    return String(cString: strerror(error.errnoCode)).lowercased()
  }

  /// Listens, unless ``start()`` was called before, until ``shutdown()`` or until the task is cancelled, and then
  /// shuts down.
  ///
  /// - Throws: ``ProbeServerError`` if the address cannot be listened on.
  public func run() async throws(ProbeServerError) {
    if case .idle = state { try await start() }
    guard case .listening(let channel, _) = state else { return }
    await withTaskCancellationHandler {
      try? await channel.closeFuture.get()
    } onCancel: {
      channel.close(promise: nil)
    }
    await shutdown()
  }

  /// Closes the socket and all connections, and ends the thread. May be called at any time and again.
  public func shutdown() async {
    let before = state
    state = .closed
    guard case .listening(let channel, let group) = before else { return }
    try? await channel.close()
    try? await group.shutdownGracefully()
  }
}

/// Why the probe server cannot serve.
public struct ProbeServerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The address and the cause.
  public let description: String

  init(_ description: String) { self.description = description }
}

/// Where to listen: `host:port`, `:port` for every address of the machine, `[::1]:port`.
public struct ProbeAddress: Hashable, Sendable, CustomStringConvertible {
  /// A name or an address, without brackets.
  public let host: String
  /// The port; 0 lets the system choose.
  public let port: Int

  /// An address made of its parts.
  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Reads `host:port`.
  ///
  /// - Throws: ``ProbeServerError``, whose text shows the address and how one is written.
  public init(_ text: String) throws(ProbeServerError) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
      throw ProbeServerError("\"\(text)\" is not an address to listen on: write host:port, 127.0.0.1:8081 say")
    }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      throw ProbeServerError("\"\(text)\" is not an address to listen on: put an IPv6 address in brackets")
    }
    self.init(host: host.isEmpty ? "0.0.0.0" : String(host), port: Int(port))
  }

  /// `host:port`, an IPv6 address in brackets.
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
