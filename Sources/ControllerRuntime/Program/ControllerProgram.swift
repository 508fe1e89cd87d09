// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore
import Logging
import Synchronization

/// A whole controller: watches, queue, workers, Events and leader election, put together.
///
/// Stores are kept warm whether or not this process leads; work begins once they are complete, and on the leader only.
/// When told to stop it takes no more work, lets what runs end, releases the lease, sends the Events that wait, and
/// returns. For another arrangement use the parts, as this does: it has no access to anything that is not public, but
/// for the ownership of its tasks.
public final class ControllerProgram: Sendable {
  /// Makes one object as it should be. Must be safe to run again at any point.
  public typealias Reconcile = @Sendable (ReconcileContext) async throws -> Outcome

  /// How the program is run; everything has a default.
  public struct Options: Sendable {
    /// How many objects are worked on at once.
    public var workers = 1
    /// How long one reconcile may take.
    public var deadline = Duration.seconds(120)
    /// How long running reconciles may take to end when the program is stopped; then they are cancelled.
    public var grace = Duration.seconds(15)
    /// How often every object is looked at again without a reason, about; nil for never.
    public var resync: Duration? = .seconds(36_000)
    /// The Lease that a process must hold to work; nil for no election.
    public var lease: ObjectKey?
    /// How quickly the Lease is renewed, lost and taken over.
    public var leaseTiming = LeaseTiming()
    /// Who this process is, in Events and in the Lease; must be no other's, also not that of its predecessor.
    public var identity = "process-" + String(UInt64.random(in: .min ... .max), radix: 36)
    /// Time and chance.
    public var environment = RuntimeEnvironment.live
    /// Where it is told what is counted and measured.
    public var metrics: any RuntimeMetrics = NoRuntimeMetrics()

    /// Everything at its default.
    public init() {}
  }

  /// The work: keys of objects.
  public let queue: WorkQueue<ObjectKey>
  private let sources: [WorkSource]
  private let options: Options
  private let informers: Informers
  private let events: EventRecorder
  private let controller: Controller<ObjectKey>
  private let elector: LeaderElector?
  private let state = Mutex((isStopping: false, working: Task<LeaderElector.End, Never>?.none))

  /// A program that has not begun yet.
  ///
  /// - Parameters:
  ///   - name: the controller's name in metrics and logs, and its field manager.
  ///   - sources: what it watches; one of them at least by ``WorkSource/objects(_:when:)``.
  public init(
    name: String, api: any KubernetesAPI, sources: [WorkSource], options: Options = Options(), logger: Logger,
    reconcile: @escaping Reconcile
  ) {
    let (environment, metrics) = (options.environment, options.metrics)
    let queue = WorkQueue<ObjectKey>(name: name, environment: environment, metrics: metrics)
    let applier = ChildApplier(api: api, fieldManager: name, environment: environment)
    let events = EventRecorder(
      api: api, controller: name, instance: options.identity, environment: environment, metrics: metrics,
      logger: logger)
    let children = Set(sources.filter(\.isChild).map(\.target))
    let informers = Informers(
      api: api, environment: environment,
      content: { children.contains($0) ? .whole : .withoutManagedFields },
      onChange: { target, change in
        if children.contains(target) { applier.observed(target.type, change) }
        for source in sources where source.target == target {
          for key in source.keys(change) { queue.add(key, priority: change.isInitial ? .low : .normal) }
        }
      },
      onState: { target, state in
        switch state {
        case .starting: return
        case .synced: logger.info("watching", metadata: ["target": "\(target)"])
        case .failing(let error, _):
          logger.warning("cannot watch", metadata: ["target": "\(target)", "error": "\(error)"])
        }
      })
    let cache: @Sendable (ResourceType, ObjectKey) -> KubernetesObject? = { type, key in
      sources.lazy.filter { $0.target.type == type }.compactMap { informers.store($0.target)?.get(key) }.first
    }
    controller = Controller(
      name: name, queue: queue, workers: options.workers, deadline: options.deadline, environment: environment,
      metrics: metrics, logger: logger,
      reconcile: { key in
        try await reconcile(
          ReconcileContext(
            key: key, api: api, events: events, logger: logger, cache: cache, applier: applier, queue: queue))
      })
    elector = options.lease.map {
      LeaderElector(
        api: api, lease: $0, identity: options.identity, timing: options.leaseTiming, environment: environment,
        metrics: metrics, logger: logger)
    }
    (self.queue, self.sources, self.options, self.informers, self.events) = (queue, sources, options, informers, events)
    informers.setTargets(Set(sources.map(\.target)), for: name)
  }

  /// Runs until ``stop()``, or until the task is cancelled, which cuts running reconciles short.
  ///
  /// - Throws: ``LeadershipLost``, upon which the process must end at once.
  public func run() async throws(LeadershipLost) {
    let watching = Task { await watch() }
    let working = Task { await work() }
    let isStopping = state.withLock { state in
      state.working = working
      return state.isStopping
    }
    if isStopping { working.cancel() }
    let end = await withTaskCancellationHandler {
      await working.value
    } onCancel: {
      working.cancel()
    }
    if case .lost(let cause) = end {
      watching.cancel()
      throw LeadershipLost(cause: cause)
    }
    await events.drain(within: .seconds(5))
    watching.cancel()
    await watching.value
  }

  /// Takes no more work and lets what runs end; ``run()`` returns soon after.
  public func stop() async {
    state.withLock { $0.isStopping = true }
    await controller.stop(within: options.grace)
    // Who does not lead, or has not read everything yet, has nothing to finish and would wait for ever.
    state.withLock { $0.working }?.cancel()
  }

  /// For a readiness probe: why the program is not ready, or nil.
  public var notReady: String? {
    state.withLock { $0.isStopping }
      ? "stopping" : informers.notSynced(Set(sources.map(\.target))) ?? elector?.notReady
  }

  /// For a liveness probe: what is stuck, or nil.
  public var stuck: String? { queue.stuck() }

  private func watch() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.informers.run() }
      group.addTask { await self.events.run() }
      if let period = options.resync {
        group.addTask { await self.queue.resync(every: period) { self.subjects } }
      }
    }
  }

  private func work() async -> LeaderElector.End {
    let work: @Sendable () async -> Void = {
      await self.informers.waitUntilSynced(Set(self.sources.map(\.target)))
      await self.controller.run()
    }
    guard let elector else {
      await work()
      return .finished
    }
    return await elector.run(onStartedLeading: work)
  }

  /// The keys of the objects that the controller is for.
  private var subjects: [ObjectKey] {
    sources.filter(\.isSubject).flatMap { informers.store($0.target)?.all().map(\.key) ?? [] }
  }
}

/// The lease was lost: another process may act now, so this one must end at once.
public struct LeadershipLost: Error, Hashable, Sendable, CustomStringConvertible {
  /// How it was lost.
  public let cause: String

  /// A loss, with its cause in words.
  public init(cause: String) {
    self.cause = cause
  }

  /// The error in words.
  public var description: String { "leadership lost: \(cause)" }
}
