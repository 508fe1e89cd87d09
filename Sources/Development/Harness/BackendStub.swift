// SPDX-License-Identifier: Apache-2.0

import DevCluster
import HTTPTransport
import Synchronization

/// What stands for every backend: it answers as VictoriaMetrics, ClickHouse and a gateway do, or as a test wants.
public final class BackendStub: HTTPTransport {
  /// How it behaves.
  public enum Behaviour: Hashable, Sendable {
    case healthy
    case refusesConnections
    case answers(Int, String)
  }

  private struct State {
    var behaviour = Behaviour.healthy
    var requests: [HTTPRequest] = []
    var gatewayMetrics = ""
    var coroot: (any HTTPTransport)?
    var gateway: (any HTTPTransport)?
    var isHeld: (@Sendable (HTTPRequest) -> Bool)?
    var held: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())
  /// The ClickHouse, which answers in any behaviour but ``Behaviour/refusesConnections``.
  public let clickHouse = ClickHouseStub()

  /// A backend that is healthy.
  public init() {}

  /// How it behaves from now on.
  public var behaviour: Behaviour {
    get { state.withLock { $0.behaviour } }
    set { state.withLock { $0.behaviour = newValue } }
  }

  /// What each replica of a gateway says of itself.
  public var gatewayMetrics: String {
    get { state.withLock { $0.gatewayMetrics } }
    set { state.withLock { $0.gatewayMetrics = newValue } }
  }

  /// The Coroot at port 8080 of every host, with faults of its own; nil for none.
  public var coroot: (any HTTPTransport)? {
    get { state.withLock { $0.coroot } }
    set { state.withLock { $0.coroot = newValue } }
  }

  /// What answers for the replicas of a gateway in place of ``gatewayMetrics``.
  public var gateway: (any HTTPTransport)? {
    get { state.withLock { $0.gateway } }
    set { state.withLock { $0.gateway = newValue } }
  }

  /// What was asked, in order.
  public var requests: [HTTPRequest] { state.withLock { $0.requests } }

  /// Answers nothing until ``release()``, or none of the requests that the function names.
  public func hold(_ isHeld: @escaping @Sendable (HTTPRequest) -> Bool = { _ in true }) {
    state.withLock { $0.isHeld = isHeld }
  }

  /// How many requests wait for their answer.
  public var held: Int { state.withLock { $0.held.count } }

  /// Answers what waits, and everything from now on.
  public func release() {
    let held = state.withLock { state in
      state.isHeld = nil
      defer { state.held = [] }
      return state.held
    }
    for continuation in held { continuation.resume() }
  }

  private func waitUntilReleased(_ request: HTTPRequest) async {
    await withCheckedContinuation { continuation in
      let isHolding = state.withLock { state in
        let isHolding = state.isHeld?(request) == true
        if isHolding { state.held.append(continuation) }
        return isHolding
      }
      if !isHolding { continuation.resume() }
    }
  }

  /// Answers as it is told to behave.
  public func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    await waitUntilReleased(request)
    let (behaviour, coroot) = state.withLock { state in
      state.requests.append(request)
      return (state.behaviour, state.coroot)
    }
    let authority = request.url.split(separator: "/", maxSplits: 2).dropFirst().first
    if let coroot, authority?.hasSuffix(":8080") == true { return try await coroot.send(request) }
    if behaviour != .refusesConnections {
      if ClickHouseStub.takes(request) {
        let (status, headers, text) = clickHouse.answer(request)
        return HTTPResponse(status: status, headers: headers, body: InProcessTransport.body([Array(text.utf8)]))
      }
      if request.url.hasSuffix(":8888/metrics") {
        if let gateway { return try await gateway.send(request) }
        return Self.response(200, gatewayMetrics)
      }
    }
    switch behaviour {
    case .healthy: return Self.healthy(request.url)
    case .answers(let status, let text): return Self.response(status, text)
    case .refusesConnections:
      throw TransportError(kind: .unreachable, phase: .connect, host: "vminsert:8480", cause: "connect: refused")
    }
  }

  private static func healthy(_ url: String) -> HTTPResponse {
    if url.contains("get_vm_proto_version") { return response(200, "1") }
    if url.contains("/api/v1/query") {
      return response(
        200, #"{"status":"success","data":{"resultType":"scalar","result":[1700000000,"1"]}}"#, type: "application/json"
      )
    }
    return response(200, "OK")
  }

  private static func response(_ status: Int, _ text: String, type: String = "text/plain") -> HTTPResponse {
    HTTPResponse(
      status: status, headers: [HTTPField("Content-Type", type)],
      body: InProcessTransport.body([Array(text.utf8)]))
  }
}
