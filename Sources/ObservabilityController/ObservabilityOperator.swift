// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import HTTPTransport
import KubernetesClient
import KubernetesCore
import Logging
import NodeEligibility
public import Telemetry

/// The operator as a whole: what its ``ControllerRuntime/ControllerProgram`` runs.
///
/// Two controllers, of objects and of the label on nodes, share the watches.
public final class ObservabilityOperator: Sendable {
  /// The work: names of objects.
  public let queue: WorkQueue<String>
  /// Runs the operator.
  public let program: ControllerProgram
  /// The watches.
  public var informers: Informers { program.informers }
  /// The other work: names of nodes whose label may have to change.
  public let labelQueue: WorkQueue<String>

  /// An operator that has not begun yet.
  ///
  /// - Parameters:
  ///   - api: the cluster.
  ///   - transport: carries the checks of backends; they never go through `api`.
  ///   - lease: the Lease that a replica must hold to reconcile; nil for no election.
  ///   - objectMetrics: takes what becomes of objects; one that nothing exports if not given.
  public convenience init(
    api: any KubernetesAPI, transport: any HTTPTransport, settings: OperatorSettings, lease: ObjectKey? = nil,
    leaseTiming: LeaseTiming = LeaseTiming(), environment: RuntimeEnvironment = .live,
    metrics: any RuntimeMetrics = NoRuntimeMetrics(),
    objectMetrics: ObjectMetrics = ObjectMetrics(registry: MetricsRegistry()), logger: Logger
  ) {
    self.init(
      api: api, transport: transport, types: .standard, settings: settings, lease: lease, leaseTiming: leaseTiming,
      environment: environment, metrics: metrics, objectMetrics: objectMetrics, logger: logger)
  }

  /// An operator with other parts than those of the release.
  init(
    api: any KubernetesAPI, transport: any HTTPTransport, types: PartTypes, settings: OperatorSettings,
    lease: ObjectKey? = nil, leaseTiming: LeaseTiming = LeaseTiming(), environment: RuntimeEnvironment = .live,
    metrics: any RuntimeMetrics = NoRuntimeMetrics(),
    objectMetrics: ObjectMetrics = ObjectMetrics(registry: MetricsRegistry()), logger: Logger
  ) {
    let queue = WorkQueue<String>(name: OperatorMetrics.controller, environment: environment, metrics: metrics)
    let router = WatchRouter(queue: queue, types: types, logger: logger)
    let informers = Informers(
      api: api, environment: environment,
      content: { target in Watches.content(of: target, types: types) { router.uid(of: $0) } },
      onChange: { router.changed($0, $1) }, onState: { router.stateChanged($0, $1) })
    let events = EventRecorder(
      api: api, controller: OperatorSettings.controllerName, instance: settings.instance, environment: environment,
      metrics: metrics, logger: logger)
    let decoded = DecodedObjects()
    let nodes = NodeEligibilityController(
      api: api, informers: informers, claimants: { decoded.claimants(informers) }, policy: NodePolicy.proof,
      fieldManager: OperatorSettings.fieldManager, environment: environment, metrics: metrics, logger: logger,
      onChange: { router.addAll(priority: .low) })
    let parts = PartRegistry(
      types,
      PartContext(
        transport: transport, environment: environment, domain: settings.clusterDomain, nodes: nodes,
        onAnswer: { queue.add($0, priority: .normal) }))
    let reconciler = ObservabilityReconciler(
      api: api, informers: informers, parts: parts, events: events, decoded: decoded, settings: settings,
      environment: environment, metrics: objectMetrics, logger: logger)
    objectMetrics.observe { parts.checks() }
    router.connect(informers, reconciler, nodes)
    let controller = Controller<String>(
      name: OperatorMetrics.controller, queue: queue, workers: settings.workers, environment: environment,
      metrics: metrics,
      logger: logger, reconcile: { try await reconciler.reconcile($0) })
    let elector = lease.map {
      LeaderElector(
        api: api, lease: $0, identity: settings.instance, timing: leaseTiming, environment: environment,
        metrics: metrics, logger: logger)
    }
    self.queue = queue
    labelQueue = nodes.queue
    // What cannot be read is reported by the objects, so the controllers wait for no store.
    program = ControllerProgram(
      informers: informers, targets: [Watches.objects, Watches.nodes], waitsForStores: false, events: events,
      controllers: [controller, nodes], elector: elector,
      whileLeading: [
        {
          objectMetrics.lead(kinds: Set(types.children.map(\.type.kind)))
          await parts.run()
        }
      ],
      onEveryReplica: [
        {
          await queue.resync(every: OperatorSettings.resync) {
            informers.store(Watches.objects)?.all().map(\.name) ?? []
          }
        }
      ])
  }

  /// Returns once everything that every replica watches has been read, or the task is cancelled.
  public func waitUntilSynced() async { await program.waitUntilSynced() }

  /// Whether everything that every replica watches has been read, and can be read now.
  public var isSynced: Bool { program.isSynced }
}
