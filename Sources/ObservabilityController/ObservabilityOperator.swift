// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import HTTPTransport
import KubernetesClient
import Logging
import NIOConcurrencyHelpers

/// The operator as a whole: watches, queue, workers and Events, put together.
///
/// Caches are warm whether or not this replica leads; only the leader reconciles.
public final class ObservabilityOperator: Sendable {
  /// The work: names of objects.
  public let queue: WorkQueue<String>
  /// The watches.
  public let informers: Informers
  /// The other work: names of nodes whose label may have to change.
  public var labelQueue: WorkQueue<String> { labeller.queue }
  private let events: EventRecorder
  private let controller: Controller<String>
  private let labeller: NodeLabeller
  private let labelling: Controller<String>
  private let logger: Logger

  /// An operator that has not begun yet.
  ///
  /// - Parameters:
  ///   - api: the cluster.
  ///   - transport: carries the checks of backends; they never go through `api`.
  public init(
    api: any KubernetesAPI, transport: any HTTPTransport, settings: OperatorSettings,
    environment: RuntimeEnvironment = .live, metrics: any RuntimeMetrics = NoRuntimeMetrics(), logger: Logger
  ) {
    let queue = WorkQueue<String>(name: "observability", environment: environment, metrics: metrics)
    let router = WatchRouter(queue: queue, logger: logger)
    let informers = Informers(
      api: api, environment: environment,
      content: Watches.content,
      onChange: { router.changed($0, $1) }, onState: { router.stateChanged($0, $1) })
    let events = EventRecorder(
      api: api, controller: OperatorSettings.controllerName, instance: settings.instance, environment: environment,
      metrics: metrics, logger: logger)
    let decoded = DecodedObjects()
    let survey = NodeSurvey(decoded: decoded)
    let labeller = NodeLabeller(
      api: api, informers: informers, survey: survey, environment: environment, metrics: metrics, logger: logger,
      onChange: { router.addAll(priority: .low) })
    let reconciler = ObservabilityReconciler(
      api: api, informers: informers, events: events, transport: transport, decoded: decoded, survey: survey,
      labeller: labeller, settings: settings, environment: environment, logger: logger)
    router.connect(informers, reconciler)
    self.queue = queue
    self.informers = informers
    self.events = events
    self.logger = logger
    self.labeller = labeller
    labelling = labeller.controller()
    controller = Controller(
      name: "observability", queue: queue, workers: settings.workers, environment: environment, metrics: metrics,
      logger: logger, reconcile: { try await reconciler.reconcile($0) })
    informers.want([Watches.objects, Watches.nodes], by: WatchRouter.operatorHolder)
  }

  /// Keeps the watches going until the task is cancelled. Runs on every replica.
  public func watch() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.informers.run() }
      group.addTask { await self.events.run() }
      group.addTask {
        await self.queue.resync(every: OperatorSettings.resync) {
          self.informers.store(Watches.objects)?.all().map(\.name) ?? []
        }
      }
    }
  }

  /// Reconciles until ``stop()``. Runs on the leader only.
  public func work() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.controller.run() }
      group.addTask { await self.labelling.run() }
    }
  }

  /// Takes no more work, lets what is running end for 15 s, and sends the Events that wait for 5 s: less than the 30 s
  /// that Kubernetes gives a pod.
  public func stop() async {
    await withTaskGroup(of: Void.self) { group in
      for controller in [controller, labelling] { group.addTask { await controller.stop(within: .seconds(15)) } }
    }
    await events.drain(within: .seconds(5))
  }

  /// Returns once ``isSynced`` holds, or the task is cancelled.
  public func waitUntilSynced() async {
    await informers.waitUntilSynced([Watches.objects, Watches.nodes])
  }

  /// Whether everything that every replica watches has been read, and can be read now.
  public var isSynced: Bool {
    [Watches.objects, Watches.nodes].allSatisfy { informers.state($0).isSynced }
  }
}

/// Turns what watches tell into work and log lines.
private final class WatchRouter: Sendable {
  /// Holds the watches that are there for no one object.
  static let operatorHolder = "the operator itself"

  /// Metadata that nobody reads calls for no work; a status that somebody else wrote is put right.
  private static let calling = ChangePredicate.specification.or(.status)

  private let informers = NIOLockedValueBox<Informers?>(nil)
  private let reconciler = NIOLockedValueBox<ObservabilityReconciler?>(nil)
  private let queue: WorkQueue<String>
  private let logger: Logger
  private let story = NIOLockedValueBox(WatchStory())

  init(queue: WorkQueue<String>, logger: Logger) {
    self.queue = queue
    self.logger = logger
  }

  /// Closes the circle: what the watches tell goes to those who made them.
  func connect(_ informers: Informers, _ reconciler: ObservabilityReconciler) {
    self.informers.withLockedValue { $0 = informers }
    self.reconciler.withLockedValue { $0 = reconciler }
  }

  func changed(_ target: WatchTarget, _ change: StoreChange) {
    if reconciler.withLockedValue({ $0 })?.observed(target, change) == true { return }
    let priority: WorkPriority = change.isInitial ? .low : .normal
    switch target.type {
    case .observabilities:
      warmUp(change)
      guard Self.calling.callsForWork(change) else { return }
      queue.add(change.key.name, priority: priority)
      guard ChangePredicate.specification.callsForWork(change) else { return }
      // Another object's nodes may have become free, or taken.
      reconciler.withLockedValue { $0 }?.survey.touch()
      addAll(priority: .low)
      // The last object takes its labels with it, and nobody else would look.
      if change.new == nil { reconciler.withLockedValue { $0 }?.labeller.look() }
    case .nodes:
      nodeChanged(change, priority)
    case .namespaces, .services, .secrets:
      // When the first list is complete, all objects are looked at anyway.
      if !change.isInitial { addAll(priority: priority) }
    case .pods where !AgentPod.news.callsForWork(change): break
    default:
      for object in [change.old, change.new] {
        if let name = object?.labels[Watches.objectLabel] { queue.add(name, priority: priority) }
      }
    }
  }

  /// The operator's own label is a matter of the labeller alone: what the objects have to do does not follow from it.
  private func nodeChanged(_ change: StoreChange, _ priority: WorkPriority) {
    let reconciler = reconciler.withLockedValue { $0 }
    let isOnlyOurs =
      if let old = change.old, let new = change.new { NodeView.differOnlyInOurLabel(old, new) } else { false }
    if !isOnlyOurs { reconciler?.survey.touch() }
    reconciler?.labeller.observed(change)
    // When the first list is complete, all objects are looked at anyway.
    if !isOnlyOurs, !change.isInitial { addAll(priority: priority) }
  }

  /// Lets a replica that does not lead watch what it will need once it does.
  private func warmUp(_ change: StoreChange) {
    guard let informers = informers.withLockedValue({ $0 }), let reconciler = reconciler.withLockedValue({ $0 }),
      !reconciler.knows(change.key.name)
    else { return }
    informers.want(change.new.flatMap(reconciler.targets) ?? [], by: change.key.name)
  }

  func stateChanged(_ target: WatchTarget, _ state: InformerState) {
    let all = informers.withLockedValue { $0 }?.states ?? [:]
    for line in story.withLockedValue({ $0.tell(target, state, all: all) }) {
      logger.log(level: line.level, "\(line.message)", metadata: line.metadata)
    }
    if state.isSynced, [Watches.objects, Watches.nodes].contains(target) {
      // With no object left there is no pass that would take off the labels.
      reconciler.withLockedValue { $0 }?.labeller.look()
    }
    addAll(priority: .low)
  }

  func addAll(priority: WorkPriority) {
    guard let store = informers.withLockedValue({ $0 })?.store(Watches.objects) else { return }
    for object in store.all() { queue.add(object.name, priority: priority) }
  }
}
