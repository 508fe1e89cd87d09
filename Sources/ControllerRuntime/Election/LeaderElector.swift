// SPDX-License-Identifier: Apache-2.0

import HTTPTransport
import KubernetesClient
import KubernetesCore
import Logging
import Synchronization

/// Runs work while this process leads, by doing what its `LeaderElectionState` decides.
public final class LeaderElector: Sendable {
  /// Why the election ended.
  public enum End: Hashable, Sendable {
    /// The work is over, or the task was cancelled; the lease, if it was held, is released.
    case finished
    /// The lease was lost, which stands in the log. The work is cancelled but may not have ended: exit the process now.
    case lost(String)
  }

  private let api: any KubernetesAPI
  private let key: ObjectKey
  private let identity: String
  private let environment: RuntimeEnvironment
  private let timing: LeaseTiming
  private let metrics: any RuntimeMetrics
  private let logger: Logger
  private let state: Mutex<LeaderElectionState>
  /// What was last logged of a leader's failures, so that an outage is reported once and not at each try.
  private let lastFailure = Mutex<KubernetesError?>(nil)
  private let trouble: Mutex<LeaseTrouble>
  private let workEnded = ChangeSignal()

  /// A candidate for a lease.
  ///
  /// - Parameters:
  ///   - lease: where the Lease is.
  ///   - identity: who this process is; must be no other's, also not that of its predecessor.
  public init(
    api: any KubernetesAPI, lease: ObjectKey, identity: String, timing: LeaseTiming = LeaseTiming(),
    environment: RuntimeEnvironment = .live, metrics: any RuntimeMetrics = NoRuntimeMetrics(), logger: Logger
  ) {
    self.api = api
    self.environment = environment
    self.timing = timing
    self.metrics = metrics
    self.logger = logger
    self.identity = identity
    key = lease
    trouble = Mutex(LeaseTrouble(lease: lease))
    state = Mutex(LeaderElectionState(key: lease, identity: identity, timing: timing))
  }

  /// Whether this process leads.
  public var isLeader: Bool { state.withLock { $0.isLeader } }

  /// For a readiness probe: why this process cannot become the leader, or nil. Another process that leads is no reason.
  public var notReady: String? {
    isLeader ? nil : trouble.withLock { $0.cause }.map { "Lease \(key): \($0)" }
  }

  /// Waits until this process leads, then does the work while it renews the lease.
  ///
  /// Guarantees:
  /// - The work is started once at most.
  /// - When the work returns, or the task is cancelled and the work has returned upon that, the lease is released.
  /// - When the lease is lost, the work is cancelled and this returns at once.
  public func run(onStartedLeading work: @escaping @Sendable () async -> Void) async -> End {
    metrics.leading(lease: key.name, false)
    var running: Task<Void, Never>?
    var hasEnded: Bool { workEnded.version > 0 }
    var action = state.withLock { $0.start() }
    while !Task.isCancelled, !hasEnded {
      if case .lost(let cause) = action {
        metrics.leading(lease: key.name, false)
        logger.error("leadership lost", metadata: metadata(["cause": "\(cause)"]))
        running?.cancel()
        return .lost(cause)
      }
      action = await perform(action)
      if isLeader, running == nil {
        metrics.leading(lease: key.name, true)
        logger.info("leading", metadata: metadata([:]))
        running = Task { [workEnded] in
          await work()
          workEnded.notify()
        }
      }
    }
    running?.cancel()
    await running?.value
    // The release must go out even if this task is cancelled.
    await Task { await self.release() }.value
    return .finished
  }

  private func metadata(_ more: Logger.Metadata) -> Logger.Metadata {
    more.merging(["lease": "\(key)", "identity": "\(identity)"]) { first, _ in first }
  }

  private func perform(_ action: LeaderElectionState.Action) async -> LeaderElectionState.Action {
    let sentAt = environment.now()
    do throws(KubernetesError) {
      switch action {
      case .read:
        if isLeader { metrics.renewedSlowly(lease: key.name) }
        let lease = try await bounded { [api, key] () throws(KubernetesError) -> KubernetesObject? in
          do throws(KubernetesError) {
            return try await api.get(.leases, key)
          } catch {
            if error.isNotFound { return nil }
            throw error
          }
        }
        // Without a Lease it is still open whether one can be made.
        if lease != nil { report(trouble.withLock { $0.succeeded(.read) }) }
        return state.withLock {
          $0.read(
            lease, now: environment.now(), timestamp: environment.timestamp(), random: environment.random())
        }
      case .create(let lease):
        let answer = try await bounded { [api] () throws(KubernetesError) in
          try await api.create(.leases, lease, WriteOptions())
        }
        report(trouble.withLock { $0.succeeded(.write) })
        return state.withLock { $0.written(answer, sentAt: sentAt) }
      case .replace(let lease):
        let answer = try await bounded { [api] () throws(KubernetesError) in
          try await api.replace(.leases, lease, WriteOptions())
        }
        report(trouble.withLock { $0.succeeded(.write) })
        return state.withLock { $0.written(answer, sentAt: sentAt) }
      case .wait(let duration):
        await environment.wait(for: workEnded, since: 0, atMost: duration)
        return state.withLock { $0.waited(timestamp: environment.timestamp()) }
      case .lost:
        return action
      }
    } catch {
      if !Task.isCancelled, !error.isConflict { report(error, action == .read ? .read : .write) }
      return state.withLock { $0.failed(error, now: environment.now(), random: environment.random()) }
    }
  }

  private func report(_ error: KubernetesError, _ attempt: LeaseTrouble.Attempt) {
    guard isLeader else {
      let now = environment.now()
      let report = trouble.withLock { $0.failed(attempt, error, now: now) }
      guard report == nil else { return self.report(report) }
      return logger.debug("lease not available", metadata: metadata(["error": "\(error)"]))
    }
    let isNews = lastFailure.withLock { last in
      defer { last = error }
      return last != error
    }
    logger.log(
      level: isNews ? .warning : .debug, "lease not renewed", metadata: metadata(["error": "\(error)"]))
  }

  private func report(_ report: LeaseTrouble.Report?) {
    switch report {
    case nil: break
    case .trouble(let cause, let remedy):
      logger.warning("lease not available", metadata: metadata(["cause": "\(cause)", "remedy": "\(remedy)"]))
    case .recovered: logger.info("lease available", metadata: metadata([:]))
    }
  }

  /// The request, given up after a while, and for a leader by the time it may no longer act.
  private func bounded<Answer: Sendable>(
    _ request: @escaping @Sendable () async throws(KubernetesError) -> Answer
  ) async throws(KubernetesError) -> Answer {
    var limit = timing.requestDeadline
    if let leadsUntil = state.withLock({ $0.leadsUntil }) {
      limit = min(limit, max(leadsUntil - environment.now(), .zero))
    }
    return try await within(limit, environment, request)
  }

  /// How often a release is tried that somebody else's write came before.
  private static let releaseTries = 3

  private func release() async {
    let isLeader = state.withLock { state in
      defer { state.resign() }
      return state.isLeader
    }
    guard isLeader else { return }
    metrics.leading(lease: key.name, false)
    do throws(KubernetesError) {
      let isReleased = try await within(timing.requestDeadline, environment) {
        [self] () throws(KubernetesError) in try await writeRelease()
      }
      logger.info(isReleased ? "lease released" : "lease was taken already", metadata: metadata([:]))
    } catch {
      logger.warning("lease not released", metadata: metadata(["error": "\(error)"]))
    }
  }

  /// Whether the lease is free now; false if it is another's.
  private func writeRelease() async throws(KubernetesError) -> Bool {
    var tries = 0
    while true {
      tries += 1
      do throws(KubernetesError) {
        // What was written last may be unknown if a renewal was cut short, so the Lease is read first.
        let lease = try await api.get(.leases, key)
        guard let released = state.withLock({ $0.release(lease, timestamp: environment.timestamp()) }) else {
          return false
        }
        _ = try await api.replace(.leases, released, WriteOptions())
        return true
      } catch {
        guard error.isConflict, tries < Self.releaseTries else { throw error }
      }
    }
  }
}

/// What the request answers, or a timeout after that long.
private func within<Answer: Sendable>(
  _ limit: Duration, _ environment: RuntimeEnvironment,
  _ request: @escaping @Sendable () async throws(KubernetesError) -> Answer
) async throws(KubernetesError) -> Answer {
  let overdue = KubernetesError.transport(
    TransportError(
      kind: .timedOut, phase: .firstByte, host: "the API server", cause: "no answer within \(limit)"))
  let result = await withTaskGroup(of: Result<Answer, KubernetesError>.self) { group in
    group.addTask {
      do throws(KubernetesError) { return .success(try await request()) } catch { return .failure(error) }
    }
    group.addTask {
      try? await environment.sleep(limit)
      return .failure(overdue)
    }
    defer { group.cancelAll() }
    return await group.next() ?? .failure(overdue)
  }
  return try result.get()
}
