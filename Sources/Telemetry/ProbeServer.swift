// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// Serves `/metrics`, `/healthz` and `/readyz` over HTTP/1.1, on one thread.
///
/// Both health endpoints begin with the check `ping`, take `?verbose` and `?exclude=<name>`, and give each check an
/// address of its own, as the API server's do. To run it under swift-service-lifecycle call ``run()`` inside
/// `cancelWhenGracefulShutdown`. A client that opens many connections, trickles, or asks without reading costs bounded memory
/// and keeps no kubelet out.
public actor ProbeServer {
  /// The most connections at a time. A further one takes the place of the one that was idle longest.
  public static let connectionLimit = 64
  /// The longest request, in bytes; a longer one is answered with 431.
  public static let requestLimit = 16 << 10
  /// How long a request may take to come in, in seconds, from the connection or its first byte to its last, however
  /// steadily it trickles. A kubelet gives up after one second.
  public static let requestSeconds: Int64 = 10
  /// How long a connection may be silent between requests, in seconds.
  public static let idleSeconds: Int64 = 30
  /// How long a peer may take to read one answer, in seconds, however steadily it reads. Prometheus gives up after ten.
  public static let answerSeconds: Int64 = 10
  /// The most bytes of answers that wait for their readers, over all connections. At more the connection that has not read
  /// for the longest time is closed. Each connection has one answer at most: until it is read, no further request is.
  public static let outputLimit = 8 << 20
  /// The system's buffer for each direction of a connection, in bytes, of which the kernel takes twice as much. They count
  /// against the pod's memory limit, and would grow to megabytes where a peer does not read or is not read.
  static let socketBuffer = 64 << 10

  private enum State {
    case idle
    case starting
    case listening(any Channel, MultiThreadedEventLoopGroup)
    case closed
  }

  private let address: ProbeAddress
  private let responder: ProbeResponder
  private let deadlines: (request: TimeAmount, answer: TimeAmount, idle: TimeAmount)
  private let gate: ConnectionGate
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
    requestDeadline: TimeAmount, answerDeadline: TimeAmount = .seconds(ProbeServer.answerSeconds),
    idleDeadline: TimeAmount = .seconds(ProbeServer.idleSeconds), outputLimit: Int = ProbeServer.outputLimit
  ) {
    self.address = address
    deadlines = (requestDeadline, answerDeadline, idleDeadline)
    gate = ConnectionGate(limit: Self.connectionLimit, outputLimit: outputLimit)
    responder = ProbeResponder(registry: registry, liveness: [.ping] + liveness, readiness: [.ping] + readiness)
  }

  /// The bytes of answers that wait for their readers.
  nonisolated var output: Int { gate.output }

  /// Begins to listen, once, and returns the address: with port 0 the system has chosen the port.
  ///
  /// - Throws: ``ProbeServerError`` if the address cannot be listened on, or the server was started before.
  @discardableResult
  public func start() async throws(ProbeServerError) -> ProbeAddress {
    guard case .idle = state else { throw ProbeServerError("the probe server on \(address) was started before") }
    state = .starting
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let (responder, deadlines, gate) = (responder, deadlines, gate)
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 64)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      // Connections inherit these from the socket that listens.
      .serverChannelOption(.socketOption(.so_sndbuf), value: Self.socketBuffer)
      .serverChannelOption(.socketOption(.so_rcvbuf), value: Self.socketBuffer)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let ticket = try gate.admit(channel)
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHandler(IdleStateHandler(allTimeout: deadlines.idle))
          try pipeline.addHandler(
            RequestLimitHandler(limit: Self.requestLimit, deadline: deadlines.request, ticket: ticket))
          try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: true, withErrorHandling: true)
          let writer = AnswerWriter(ticket: ticket, deadline: deadlines.answer)
          try pipeline.addHandler(ProbeHandler(responder: responder, writer: writer))
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
