// SPDX-License-Identifier: Apache-2.0

import DevCluster
import HTTPTransport
import Synchronization

/// The network between one replica and the API server: everything that it carries takes its time, deadlines are kept, and
/// it can be torn for good, as when a process dies. All time is virtual.
final class SimulatedTransport: HTTPTransport {
  private let server: APIServer
  private let scheduler: Scheduler
  private let name: String
  private let trace: Trace
  private let writes: WriteLog
  private let isTorn = Mutex(false)
  /// Asked to look at each request as it is sent.
  private let onSend: @Sendable (HTTPRequest) -> Void

  init(
    _ server: APIServer, scheduler: Scheduler, name: String, trace: Trace, writes: WriteLog,
    onSend: @escaping @Sendable (HTTPRequest) -> Void
  ) {
    self.server = server
    self.scheduler = scheduler
    self.name = name
    self.trace = trace
    self.writes = writes
    self.onSend = onSend
  }

  /// Lets nothing through from now on, in either direction.
  func tear() { isTorn.withLock { $0 = true } }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    try checkIsWhole()
    onSend(request)
    let path = request.url.split(separator: "/", maxSplits: 3).last ?? ""
    note("-> \(request.method) \(path) \(request.body.map { String($0.count) } ?? "")")
    do {
      let deadline = request.deadlines.total ?? request.deadlines.idle
      let answer = try await within(deadline) { [self] () async throws(TransportError) in try await exchange(request) }
      try checkIsWhole()
      note("<- \(answer.status) \(request.method) \(path)")
      return HTTPResponse(
        status: answer.status, headers: answer.headers, body: body(answer.body, idle: request.deadlines.idle))
    } catch {
      note("<- \(error.kind) \(request.method) \(path)")
      throw error
    }
  }

  /// The request and its answer under way. What has been sent may take effect although the sender has given up or died
  /// meanwhile, and as late as it takes.
  private func exchange(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    let pending = PendingAnswer()
    Task { [self] in
      let question = WriteLog.question(request)
      let revision = await server.revision
      if let question { writes.asked(question, by: name, at: revision) }
      let write = writes.sent(request, by: name, at: revision, now: scheduler.now)
      await travel()
      let answer: Result<HTTPResponse, TransportError>
      do throws(TransportError) {
        answer = .success(try await InProcessTransport(server).send(request))
      } catch {
        answer = .failure(error)
      }
      if let write { writes.answered(write, at: await server.revision) }
      await travel()
      if let question { writes.told(question, to: name, now: scheduler.now) }
      pending.put(answer)
    }
    guard let answer = await pending.take() else {
      throw TransportError(kind: .cancelled, phase: .firstByte, host: "simulated", cause: "cancelled")
    }
    return try answer.get()
  }

  private func note(_ step: String) { trace.note("\(scheduler.now.milliseconds) \(name) \(step)") }

  private func body(_ body: HTTPBody, idle: Duration) -> HTTPBody {
    HTTPBody { [self] () async throws(TransportError) in
      try checkIsWhole()
      let chunk = try await within(idle) { [self] () async throws(TransportError) -> [UInt8]? in
        var chunks = body.makeAsyncIterator()
        guard let chunk = try await chunks.next() else { return nil }
        await travel()
        return chunk
      }
      try checkIsWhole()
      return chunk
    }
  }

  /// Takes about a millisecond, now and then much longer, and now and then no time at all, so that things meet.
  private func travel() async {
    let duration: Duration =
      switch scheduler.fraction() {
      case ..<0.1: .zero
      case ..<0.98: .microseconds(100 + Int(3000 * scheduler.fraction()))
      default: .milliseconds(Int(500 * scheduler.fraction()))
      }
    if duration > .zero { try? await scheduler.sleep(duration) }
  }

  private func checkIsWhole() throws(TransportError) {
    guard isTorn.withLock({ $0 }) else { return }
    throw TransportError(kind: .broken, phase: .send, host: "simulated", cause: "the process is gone")
  }

  private func within<Output: Sendable>(
    _ limit: Duration, _ body: @escaping @Sendable () async throws(TransportError) -> Output
  ) async throws(TransportError) -> Output {
    let late = TransportError(kind: .timedOut, phase: .firstByte, host: "simulated", cause: "no answer within \(limit)")
    let result = await withTaskGroup(of: Result<Output, TransportError>.self) { group in
      group.addTask {
        do throws(TransportError) { return .success(try await body()) } catch { return .failure(error) }
      }
      group.addTask { [scheduler] in
        try? await scheduler.sleep(limit)
        return .failure(late)
      }
      defer { group.cancelAll() }
      return await group.next() ?? .failure(late)
    }
    return try result.get()
  }
}

extension Duration {
  /// Whole milliseconds.
  var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
