// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesCore
import Logging

extension ControllerProgram {
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
    /// How often every object is reconciled again without a change, about; nil for never.
    public var resync: Duration? = .seconds(36_000)
    /// The Lease that a process must hold to work; nil for no election.
    public var lease: ObjectKey?
    /// How quickly the Lease is renewed, lost and taken over.
    public var leaseTiming = LeaseTiming()
    /// Identifies this process in Events and in the Lease; must be no other's, also not that of its predecessor.
    public var identity = "process-" + String(UInt64.random(in: .min ... .max), radix: 36)
    /// The queue, to add keys that no watch reports; nil for one of the program's own.
    public var queue: WorkQueue<ObjectKey>?
    /// Time and randomness.
    public var environment = RuntimeEnvironment.live
    /// Receives what is counted and measured.
    public var metrics: any RuntimeMetrics = NoRuntimeMetrics()

    /// Everything at its default.
    public init() {}
  }

  /// A program with one controller, for one kind of object, which has not begun yet.
  ///
  /// - Parameters:
  ///   - name: the controller's name in metrics and logs, and its field manager.
  ///   - sources: what it watches; one of them at least by ``WorkSource/objects(_:when:)``.
  public convenience init(
    name: String, api: any KubernetesAPI, sources: [WorkSource], options: Options = Options(), logger: Logger,
    reconcile: @escaping Reconcile
  ) {
    let (environment, metrics) = (options.environment, options.metrics)
    let queue = options.queue ?? WorkQueue(name: name, environment: environment, metrics: metrics)
    let applier = ChildApplier(api: api, fieldManager: name, environment: environment)
    let children = OwnedChildren(applier: applier)
    let events = EventRecorder(
      api: api, controller: name, instance: options.identity, environment: environment, metrics: metrics,
      logger: logger)
    let informers = Self.informers(
      for: sources, api: api, queue: queue, applier: applier, children: children, environment: environment,
      logger: logger)
    let cache: @Sendable (ResourceType, ObjectKey) -> KubernetesObject? = { type, key in
      sources.lazy.filter { $0.target.type == type }.compactMap { informers.store($0.target)?.get(key) }.first
    }
    let controller = Controller<ObjectKey>(
      name: name, queue: queue, workers: options.workers, deadline: options.deadline, environment: environment,
      metrics: metrics, logger: logger,
      reconcile: { key in
        try await reconcile(
          ReconcileContext(
            key: key, api: api, events: events, logger: logger, cache: cache, applier: applier, children: children,
            queue: queue))
      })
    let elector = options.lease.map {
      LeaderElector(
        api: api, lease: $0, identity: options.identity, timing: options.leaseTiming, environment: environment,
        metrics: metrics, logger: logger)
    }
    let resync = options.resync.map { period -> BackgroundWork in
      {
        await queue.resync(every: period) {
          sources.filter(\.isSubject).flatMap { informers.store($0.target)?.all().map(\.key) ?? [] }
        }
      }
    }
    self.init(
      informers: informers, targets: Set(sources.map(\.target)), events: events, controllers: [controller],
      elector: elector, onEveryReplica: [resync].compactMap(\.self), grace: options.grace)
  }

  /// The watches of the sources, which give keys to the queue and report their state.
  private static func informers(
    for sources: [WorkSource], api: any KubernetesAPI, queue: WorkQueue<ObjectKey>, applier: ChildApplier,
    children: OwnedChildren, environment: RuntimeEnvironment, logger: Logger
  ) -> Informers {
    let ofChildren = Set(sources.filter(\.isChild).map(\.target))
    return Informers(
      api: api, environment: environment,
      content: { ofChildren.contains($0) ? .whole : .withoutManagedFields },
      onChange: { target, change in
        if ofChildren.contains(target) { applier.observed(target.type, change) }
        for source in sources where source.target == target {
          if source.isSubject, change.new == nil { children.forget(change.key) }
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
  }
}
