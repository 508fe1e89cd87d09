// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import HTTPTransport
import KubernetesClient
import KubernetesCore
import Logging

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
  private let proof: NodePolicyProof
  private let router: WatchRouter
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
      content: { target in Watches.content(of: target) { router.uid(of: $0) } },
      onChange: { router.changed($0, $1) }, onState: { router.stateChanged($0, $1) })
    let events = EventRecorder(
      api: api, controller: OperatorSettings.controllerName, instance: settings.instance, environment: environment,
      metrics: metrics, logger: logger)
    let decoded = DecodedObjects()
    let survey = NodeSurvey(decoded: decoded)
    let proof = NodePolicyProof(api: api, informers: informers, environment: environment, logger: logger)
    let labeller = NodeLabeller(
      api: api, informers: informers, survey: survey, proof: proof, environment: environment, metrics: metrics,
      logger: logger, onChange: { router.addAll(priority: .low) })
    let reconciler = ObservabilityReconciler(
      api: api, informers: informers, events: events, transport: transport, decoded: decoded, survey: survey,
      labeller: labeller, proof: proof, settings: settings, environment: environment, logger: logger)
    router.connect(informers, reconciler)
    self.queue = queue
    self.informers = informers
    self.events = events
    self.logger = logger
    self.labeller = labeller
    self.proof = proof
    self.router = router
    labelling = labeller.controller()
    controller = Controller(
      name: "observability", queue: queue, workers: settings.workers, environment: environment, metrics: metrics,
      logger: logger, reconcile: { try await reconciler.reconcile($0) })
    informers.setTargets([Watches.objects, Watches.nodes], for: WatchRouter.operatorHolder)
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
      group.addTask {
        await self.proof.run { outcome in
          self.labeller.proofChanged()
          // The objects report a policy that is missing.
          if outcome != .holds { self.router.addAll(priority: .low) }
        }
      }
      await withTaskGroup(of: Void.self) { controllers in
        controllers.addTask { await self.controller.run() }
        controllers.addTask { await self.labelling.run() }
      }
      group.cancelAll()
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
