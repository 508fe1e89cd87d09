// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import HTTPTransport
import JSON
import KubernetesClient
import KubernetesCore
import Logging
import ObservabilityAPI
import Synchronization
import Telemetry

/// Makes one object's children as the object asks, and says in its status how that goes.
///
/// A pass decodes the object, asks each ``Part`` that it wants what that needs, applies what the parts rendered, deletes
/// what they no longer render, asks them how they are, and writes the status. It reads from stores that watches keep, so a
/// pass that finds everything in place sends nothing.
final class ObservabilityReconciler: Sendable {
  /// When to try again what the API server has refused for good.
  static let refusalRetry = Duration.seconds(300)
  /// When to look again if a store has not been told of what was written.
  static let storeLag = Duration.seconds(10)
  /// For how many seconds an object counts as just created.
  static let novelty: Int64 = 60

  let api: any KubernetesAPI
  let informers: Informers
  let parts: PartRegistry
  let applier: ChildApplier
  let pruner: Pruner
  let statusWriter: StatusWriter
  let events: EventRecorder
  let decoded: DecodedObjects
  let definition: ServedDefinition
  let served: ServedKinds
  let settings: OperatorSettings
  let environment: RuntimeEnvironment
  let metrics: ObjectMetrics
  let logger: Logger
  private let memories = Mutex<[String: ObjectMemory]>([:])

  init(
    api: any KubernetesAPI, informers: Informers, parts: PartRegistry, events: EventRecorder, decoded: DecodedObjects,
    settings: OperatorSettings, environment: RuntimeEnvironment,
    metrics: ObjectMetrics = ObjectMetrics(registry: MetricsRegistry()), logger: Logger
  ) {
    self.api = api
    self.informers = informers
    self.parts = parts
    self.decoded = decoded
    applier = ChildApplier(api: api, fieldManager: OperatorSettings.fieldManager, environment: environment)
    pruner = Pruner(api: api)
    statusWriter = StatusWriter(api: api, fieldManager: OperatorSettings.fieldManager, environment: environment)
    definition = ServedDefinition(api: api, environment: environment, logger: logger)
    served = ServedKinds(api: api, environment: environment)
    self.events = events
    self.settings = settings
    self.environment = environment
    self.metrics = metrics
    self.logger = logger
  }

  /// Takes note of what a watch has told, before the work that follows from it is queued.
  ///
  /// - Returns: whether it is just our own status, which calls for no work.
  func observed(_ target: WatchTarget, _ change: StoreChange) -> Bool {
    switch target.type {
    case .observabilities: return statusWriter.observed(target.type, change)
    case .pods: break
    case let type where target.labelSelector != nil: applier.observed(type, change)
    default: break
    }
    return false
  }

  /// Whether the object of that name has been reconciled by this process; then a reconcile says what is watched for it.
  func knows(_ name: String) -> Bool {
    memories.withLock { $0[name] != nil }
  }

  /// What a reconcile of the object will want watched, as far as that can be told from the object alone.
  func targets(of object: KubernetesObject) -> Set<WatchTarget>? {
    guard let spec = try? decoded.decode(object).spec else { return nil }
    return Watches.needed(
      for: spec, parts: parts, inventory: Inventory(status: object["status"]), serves: served.isServed)
  }

  /// One pass over the object of that name.
  func reconcile(_ name: String) async throws -> Outcome {
    guard let store = informers.store(Watches.objects), store.isSynced else { return .settled }
    guard let stored = store.get(ObjectKey(name: name)) else {
      forget(name)
      return .settled
    }
    let object = statusWriter.latest(.observabilities, stored)
    // The garbage collector removes the children of an object that is being deleted; nothing must bring them back.
    guard !object.isBeingDeleted else { return .settled }
    forgetPredecessor(of: object)

    var pass = Pass(object: object, inventory: memory(of: name).inventory ?? Inventory(status: object["status"]))
    await compareDefinition(&pass)
    await queryOptionalKinds(&pass)
    decode(&pass)
    let view = ClusterView(informers, decoded: decoded, settings: settings, environment: environment)
    if !pass.isOver { resolve(&pass, view) }
    if !pass.isOver {
      try Task.checkCancellation()
      await applyChildren(&pass)
      await prune(&pass)
      await confirmNamespace(&pass)
    }
    if !pass.isOver { observe(&pass, view) }
    try Task.checkCancellation()
    if !pass.isPending, !pass.isOutdated { await publishStatus(&pass) }
    if let failure = pass.failure { throw failure }
    return next(after: pass)
  }

  private func next(after pass: Pass) -> Outcome {
    if memory(of: pass.object.name).debounce.isWaiting { return .requeue(after: StatusDebounce.time) }
    // What refuses a child may be a policy that somebody takes back without touching the object. Each look sends the child
    // again, so that looks which parts ask for have to wait.
    var due = pass.refused == nil ? pass.nextLooks : [Self.refusalRetry]
    let applied = pass.applied.map(\.id)
    if pass.isOutdated || applied.contains(where: applier.isAwaited)
      || statusWriter.isAwaited(.observabilities, pass.object.key)
    {
      due.append(Self.storeLag)
    }
    due += [statusWriter.remainingBackoff(.observabilities, pass.object.key)].compactMap(\.self)
    due += applied.compactMap { applier.remainingBackoff(of: $0) }
    return due.min().map(Outcome.requeue) ?? .settled
  }

  private func forget(_ name: String) {
    informers.setTargets([], for: name)
    decoded.forget(name)
    parts.forget(name)
    metrics.forget(name)
    guard let memory = memories.withLock({ $0.removeValue(forKey: name) }) else { return }
    // The garbage collector takes the children, but not what they leave.
    var object = KubernetesObject(type: .observabilities, name: name)
    object["metadata"]?["uid"] = memory.uid.map(JSONValue.string)
    for entry in memory.inventory?.entries ?? [] { tellWhatStays(of: entry, object) }
    forgetChildren(of: memory)
    statusWriter.forget(.observabilities, ObjectKey(name: name))
    logger.info("object gone", metadata: ["object": "\(name)"])
  }

  /// Drops what is remembered of another object that had the same name.
  private func forgetPredecessor(of object: KubernetesObject) {
    let predecessor = memories.withLock { memories -> ObjectMemory? in
      guard memories[object.name]?.uid != object.uid else { return nil }
      return memories.updateValue(ObjectMemory(uid: object.uid), forKey: object.name)
    }
    guard let predecessor else { return }
    metrics.forget(object.name)
    forgetChildren(of: predecessor)
  }

  private func forgetChildren(of memory: ObjectMemory) {
    for entry in memory.inventory?.entries ?? [] { applier.forget(entry.id) }
  }

  func memory(of name: String) -> ObjectMemory {
    memories.withLock { $0[name] ?? ObjectMemory() }
  }

  func remember<Result: Sendable>(_ name: String, _ body: (inout ObjectMemory) -> sending Result) -> Result {
    memories.withLock { memories in
      body(&memories[name, default: ObjectMemory()])
    }
  }
}

/// What is remembered of an object between passes; all of it can be lost without harm.
struct ObjectMemory: Sendable {
  /// Which object this is; a successor of the same name begins with nothing.
  var uid: String?
  /// What was last applied, until the status that says so has come back by watch.
  var inventory: Inventory?
  /// Children that were deleted because they could not be changed, and are not there again yet.
  var replaced: Set<ChildID> = []
  var debounce = StatusDebounce()
  var transitions = TransitionLog()
  /// Refusals for which the namespace was confirmed to exist.
  var confirmedRefusals: [Finding] = []
  /// What of each part changes by itself, as it was last seen.
  var movements: [PartID: Int]?
  /// Whether another operator that applies the same children was reported.
  var hasReportedRival = false
  /// Since when a part waits for something that has not been read.
  var pendingSince: Duration?
  /// The conditions of parts that were on their way when the status was last judged.
  var progressing: Set<ConditionType> = []
  /// What the parts remember.
  var parts: [PartID: any PartMemory] = [:]
}
